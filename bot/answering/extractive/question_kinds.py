"""What kind of answer a question asks for, by its wording: pure, English. Whatever is neither asks for a fact."""

import re

_PROCEDURE = re.compile(
    r"\b(?:how (?:do|can|could|should|would|must|to|2)\b(?! (?:long|much|many|often)\b)"
    r"(?! (?:you|they|we|it|this|that|these|the)\b)|where (?:do|can) (?:i|we)\b|where to\b|"
    r"what (?:do i|should i|can i|must i|do we|to) (?:have to |need to )?do\b|steps? (?:to|for)\b|procedures?\b|"
    r"(?:a|any) way to\b)|^\W*(?:please )?(?:explain|describe|tell me) how\b",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(
    r"^\W*(?:what (?:is|are) the (?:\w+ ){0,2}(?:features?|functions?|uses?|purposes?|differences?|requirements?|"
    r"precautions?|conditions?|options?|types?|kinds?|ways?|notes?|rules?|cases?|things)\b|"
    r"what (?:will happen|else|all)\b|why\b|in which cases?\b)|"
    r"\b(?:explain|describe|tell me about|know (?:more )?about|what is the use of)\b",
    re.IGNORECASE,
)
_LEAVE = re.compile(
    r"^\W*(?:please )?(?:(?:can|could|may) (?:i|we|you)\b|(?:i |we )?(?:want|need|would like|wish|try|trying)\w* to\b)",
    re.IGNORECASE,
)


_ASKS_WHEN = re.compile(
    r"\b(?:how (?:long|soon|fast|quick(?:ly)?|late)|when|until|till|how many (?:minutes|hours|days|weeks|months|years)|"
    r"what (?:time|day|date|year|month|century)|which (?:day|date|year|month|century))\b",
    re.IGNORECASE,
)
_ASKS_HOW_MUCH = re.compile(
    r"\b(?:how (?:much|many|high|large|big|small|often|far|old|tall)|costs?|fees?|prices?|rates?|limits?|maximum|max|"
    r"minimum|min|percent(?:age)?|charges?|at (?:least|most))\b",
    re.IGNORECASE,
)
_ASKS_WHAT = re.compile(
    r"^\W*(?:(?:so|and|but|please|hi|hello)\W+)*(?:what(?: exactly)?(?: is|'s|’s| are| does)|explain|define) (.{2,60}?)"
    r"(?: (?:mean|do|exactly))?\W*$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:an?|the) ", re.IGNORECASE)
_SAYS_WHAT = re.compile(
    r"e?s?[*_\"”]*(?: \([^)]*\))?,? (?:is|are|means?|lets?|allows?|refers?|stands?)\b", re.IGNORECASE
)
_TIME = re.compile(
    r"\d[\d.,–-]*\s?(?:h|s|min|sec|minutes?|seconds?|hours?|days?|weeks?|months?|years?|business|working)\b|"
    r"\b(?:1\d|20)\d\d\b|\d{1,2}:\d\d|\b(?:january|february|march|april|may|june|july|august|september|october|november|"
    r"december|century|monday|friday|weekend|(?:an|one|two|three|few) (?:minute|hour|day|week|month|year)s?)\b|"
    r"\b(?:at once|immediately|instantly|right away|straight away|forever|permanent(?:ly)?)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\d|\b(?:free|no (?:fee|charge|limit|cost)|none|one|two|three|four|five|six|seven|eight|nine|ten|dozens?|"
    r"hundreds?|thousands?|millions?|billions?|half|third|quarter|once|twice|daily|weekly|monthly)\b",
    re.IGNORECASE,
)


def meets_expectation(question: str, text: str) -> bool:
    """Whether the question asks for a time or an amount and the text has one."""
    when, how_much = _ASKS_WHEN.search(question), _ASKS_HOW_MUCH.search(question)
    return bool((when and _TIME.search(text)) or (how_much and _AMOUNT.search(text)))


def defines(question: str, text: str) -> bool:
    """Whether the question asks what something is and the text begins by saying so."""
    asked = _ASKS_WHAT.match(question)
    subject = _ARTICLE.sub("", asked[1]).casefold() if asked else ""
    told = _ARTICLE.sub("", text.lstrip('*_"“ ')).casefold()
    return bool(subject) and told.startswith(subject) and _SAYS_WHAT.match(told[len(subject) :]) is not None


def asks_for_the_whole(question: str) -> bool:
    """Whether the question asks how something is done, whether it can be, or to have it explained: the sentences of
    such an answer need each other, in their order."""
    return asks_how_to(question) or _EXPLANATION.search(question) is not None


def asks_how_to(question: str) -> bool:
    """Whether the question asks how to do something, or whether one may or can."""
    return _PROCEDURE.search(question) is not None or _LEAVE.search(question) is not None
