"""What people put between the words of a seed phrase: "1.", "#2", "word 3:", "4th", "b)", "iv.", `<li>`."""

import re

from bot.safety.findings import Span

FILLERS = frozenset({"and", "y", "et", "und", "и", "ve", "br"})
"""Words that join the words of a list, in several languages, and a line break of HTML."""

_NUMBER_AFTER = re.compile(r"[\s.#:_(\[-]{0,3}\d{1,2}(?!\d)")
_NUMBER_AND_MARK_AFTER = re.compile(r"[\s#_-]{0,2}\d{1,2}[\"'\s]{0,2}[.:)\]=,-]")
_ENUMERATION_AFTER = re.compile(r"\s?[.):\]]")
_ROMAN = re.compile(r"x{0,2}(?:ix|iv|v?i{0,3})", re.IGNORECASE)
_LONGEST_ENDING = 3


def is_order_mark(text: str, token: Span) -> bool:
    """Whether the token, which is no list word, only numbers or marks up the list word beside it."""
    start, end = token
    length = end - start
    if start and text[start - 1].isdigit() and length <= _LONGEST_ENDING:
        return True
    if text.endswith(("<", "</"), 0, start):
        return True
    if (length == 1 or _ROMAN.fullmatch(text, start, end)) and _ENUMERATION_AFTER.match(text, end):
        return True
    return _NUMBER_AFTER.match(text, end) is not None


def numbers_its_word(text: str, token: Span) -> bool:
    """Whether a list word is followed by a number and a mark, as "word" in "word 1: abandon"."""
    return _NUMBER_AND_MARK_AFTER.match(text, token[1]) is not None
