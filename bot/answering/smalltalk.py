"""Greetings, thanks and good-byes, which get a short reply and no search. Pure.

A message is small talk only as a whole: every word of it belongs to a saying below, so a question is never swallowed.
"""

import re
from enum import StrEnum


class SmallTalk(StrEnum):
    """What a message is when it asks nothing; the value names the reply template."""

    GREETING = "greeting"
    THANKS = "thanks"
    """Also for what ends an exchange without a question: "ok, got it", "bye"."""


_GREETING = (
    r"(?:h+i+|he+l+o+|hal+o|he+y+|hiya|howdy|yo|gm|greetings|good (?:morning|afternoon|evening|day)|hi there)"
    r"(?:,? (?:there|all|team|everyone|again|corvane|support|bot|ai|sir|madam|mate|folks|guys|friend))*"
    r"|(?:how are (?:you|u)(?: doing)?(?: today)?|how(?:['’]?s| is) (?:it going|your day)|nice to meet you|"
    r"(?:is )?any(?:one|body) (?:there|here)|are (?:you|u) there|what['’]?s up|sup)"
)
_THANKS = (
    r"(?:many |big )?(?:thanks?|thx+|thnx|tnx|thanx|thnaks|thansk|tahnks|thank (?:you|u|yuo)|thankyou|ty(?:sm|vm)?|"
    r"cheers|"
    r"much appreciated|(?:i )?(?:really )?appreciate (?:it|that|the help|your help))"
    r"(?: (?:a lot|alot|so much|very much|a million|a bunch|ai|again|mate|man|anyway|for (?:the|your|all the|all "
    r"your|that) "
    r"(?:quick |fast )?(?:help|time|support|assistance|info|information|answer|reply|response)|for (?:that|this|"
    r"helping(?: me)?)))*"
)
_NOTED = (
    r"o?k+(?:ay|ey|i)?|kk|great|gr8|perfect|super|cool|nice|good|fine|awesome|excellent|brilliant|wonderful|amazing|"
    r"lovely|"
    r"alright|all right|right|sure|will do|noted|understood|(?:i )?(?:got|get) it(?: now)?|gotcha|i see|i "
    r"understand(?: now)?|"
    r"makes sense(?: now)?|all (?:good|clear|set|done|sorted)|(?:it|that|this) (?:works|worked|helps|helped)"
    r"(?: (?:now|a lot|me))*|works now|(?:problem |issue )?(?:solved|sorted|fixed)|(?:that(?:['’]?s| is| was) "
    r")?(?:very |really |"
    r"so |super )?(?:helpful|clear|great|perfect|good to know)(?: now)?|(?:that(?:['’]?s| is|['’]?ll be| will be)|"
    r"it['’]?s) "
    r"(?:all|it|everything|fine|ok(?:ay)?|clear|good)(?: (?:i needed(?: to know)?|for now|then|now))*|no (?:more|"
    r"further|other) "
    r"questions(?: for now)?|nothing else|no worries|no problem|never ?mind|you(?:['’]?re| are) welcome|you too|same "
    r"to you|wow|"
    r"yay|haha+|lol|no,? (?:thanks?|thank you)"
)
_GOODBYE = (
    r"(?:good ?)?bye+(?: ?bye)?|see (?:you|ya|u)(?: later| soon)?|cya|ciao|take care|good ?night|until next time|later|"
    r"(?:have a|enjoy your) (?:(?:nice|good|great|lovely) )?(?:day|one|evening|weekend|night)|catch you later|"
    r"talk to you (?:soon|later)|regards|it was (?:nice|good|great|a pleasure) (?:talking|chatting|speaking|to talk|"
    r"to chat|to speak)"
    r"(?: (?:to|with) you)?|bye bye then"
)
_BETWEEN = r"(?:\W+|\W+(?:and|so|then|oh|well|ah|please) )"
_ENDS = f"(?:{_THANKS}|{_NOTED}|{_GOODBYE})"
_COMPILED = {
    SmallTalk.GREETING: re.compile(rf"\W*(?:{_GREETING})(?:\W+(?:{_GREETING}))*\W*", re.IGNORECASE),
    SmallTalk.THANKS: re.compile(
        rf"(?!.*\?)\W*(?:(?:oh|ah|ahh|well|hmm|{_GREETING})\W+)?{_ENDS}(?:{_BETWEEN}{_ENDS})*\W*",
        re.IGNORECASE | re.DOTALL,
    ),
}
LONGEST = 160
"""Characters; longer messages say more."""


def small_talk(text: str) -> SmallTalk | None:
    """The kind of small talk that `text` as a whole is, or None when there is more to it."""
    if len(text) > LONGEST:
        return None
    plain = " ".join(text.split())
    return next((kind for kind, pattern in _COMPILED.items() if pattern.fullmatch(plain)), None)
