"""What a text claims that others did not say: its numbers, dates, addresses, names and codes, looked up in their words.

Weaker than `binding`: a claim must have been said, not with the same things around it. Pure.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from bot.answering.checking.claims import Claim, Kind, comparable, same_value
from bot.answering.checking.quantities import Quantity
from bot.answering.checking.reading import read
from knowledge.sentences import sentence_spans

FACTS = frozenset({Kind.QUANTITY, Kind.DATE, Kind.TIME, Kind.NAMED_NUMBER, Kind.ADDRESS})
"""What is true of one customer only."""
NAMES = frozenset({Kind.NETWORK, Kind.CODE, Kind.PLATFORM, Kind.MENU, Kind.NAME})
_OPENERS = """
the a an they their them this that these those it its he she his her both neither no not after before since when while
although because despite however also now once as at in on to for from with without by if there
"""
OPENERS = frozenset(_OPENERS.split())
"""Words that say nothing by the capital with which they begin a sentence. Any other must have been said."""

_WORD = re.compile(r"[^\W\d_][^\W_]*")
_PIECE = re.compile(r"\w+|[^\w\s]")
_LETTER = r"[0-9a-z\u00c0-\u024f\u0370-\u052f]"
"""A digit, or a letter of a script with spaces between words."""


def unattested(text: str, said: Iterable[str], kinds: Collection[Kind]) -> tuple[Claim, ...]:
    """The claims of these kinds in `text` that nobody made in `said` (plain text or Markdown), in order.

    A claim was made where one of its kind says the same, or where its words stand as they are, in any case. A quantity
    with a unit needs the unit. An opposite ("deposit") is missing only where the other side ("withdrawal") was said and
    it was not. A name is any word with a capital but those that begin a sentence and are in OPENERS.
    """
    spoken = "\n".join(said)
    made = {claim for line in spoken.splitlines() for claim in read(line).claims}
    words = _folded(spoken)
    claims = [claim for start, end in sentence_spans(text) for claim in _claims(text[start:end])]
    return tuple(claim for claim in claims if claim.kind in kinds and not _was_made(claim, made, words))


def _claims(sentence: str) -> Iterator[Claim]:
    """The claims of a sentence, its names by their capitals."""
    found = [claim for claim in read(sentence).claims if claim.kind is not Kind.NAME]
    yield from found
    covered = {word for claim in found for word in _WORD.findall(claim.text.lower())}
    for number, match in enumerate(_WORD.finditer(sentence)):
        word = match[0]
        if not word[0].isupper() or word == "I" or word.lower() in covered:
            continue
        if number or word.lower() not in OPENERS:
            yield Claim(Kind.NAME, "", word.lower(), 0, word)


def _was_made(claim: Claim, made: Collection[Claim], words: str) -> bool:
    if claim.kind is Kind.OPPOSITE:
        sides = {other.value for other in made if other.kind is claim.kind and other.group == claim.group}
        return not sides or claim.value in sides
    return any(_says(other, claim) for other in made) or _stands(claim.text, words)


def _says(other: Claim, claim: Claim) -> bool:
    if not comparable(claim, other) or not same_value(claim, other):
        return False
    one, two = claim.value, other.value
    has_unit = isinstance(one, Quantity) and isinstance(two, Quantity) and one.unit is not None
    return not has_unit or claim.group == other.group


def _stands(text: str, words: str) -> bool:
    """Whether the words of `text` stand one after the other in `words`, no part of a longer word or number."""
    pieces = _PIECE.findall(_folded(text))
    middle = r"\s*".join(map(re.escape, pieces))
    return bool(pieces) and re.search(rf"(?<!{_LETTER})(?<!\d[.,]){middle}(?!{_LETTER}|[.,]\d)", words) is not None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
