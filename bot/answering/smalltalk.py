"""Greetings and thanks, which get a short reply and no search."""

import re
from enum import StrEnum


class SmallTalk(StrEnum):
    """What a message is when it asks nothing; the value names the reply template."""

    GREETING = "greeting"
    THANKS = "thanks"


_PATTERNS = {
    SmallTalk.GREETING: r"(hi|hello|hey|hiya|good (morning|afternoon|evening|day)|greetings)"
    r"( there| all| team| everyone)?",
    SmallTalk.THANKS: r"((ok(ay)?|great|perfect|super|cool|got it|all good|awesome)[ ,.!]*)*"
    r"(thanks|thank you|thx|ty|cheers|many thanks|thanks a lot|thank you (so|very) much|much appreciated)"
    r"( for (your|the) help| a lot| so much| very much| again)?",
}
_COMPILED = {kind: re.compile(rf"\W*{pattern}\W*", re.IGNORECASE) for kind, pattern in _PATTERNS.items()}


def small_talk(text: str) -> SmallTalk | None:
    """The kind of small talk that `text` as a whole is, or None when there is more to it."""
    return next((kind for kind, pattern in _COMPILED.items() if pattern.fullmatch(text)), None)
