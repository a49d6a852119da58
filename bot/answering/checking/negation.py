"""Which words of a sentence are denied: "cannot be cancelled or reversed" denies cancelling and reversing."""

from collections.abc import Collection, Sequence

from bot.answering.checking.lexemes import Lexeme, LexemeKind
from bot.answering.checking.vocabulary import NEGATORS, PASSED_OVER

REACH = 6
"""A negator speaks of a word at most so many lexemes away."""


def negated(found: Sequence[Lexeme], content: Collection[int]) -> frozenset[int]:
    """The places of the denied lexemes, out of the `content` ones: the next that says something, and what "or" joins to
    it."""
    denied: set[int] = set()
    for place, lexeme in enumerate(found):
        if lexeme.kind is LexemeKind.WORD and lexeme.text.lower() in NEGATORS:
            target = _target(found, place, content)
            if target is not None:
                denied.update(_joined(found, target, content))
    return frozenset(denied)


def _target(found: Sequence[Lexeme], negator: int, content: Collection[int]) -> int | None:
    for place in range(negator + 1, min(len(found), negator + 1 + REACH)):
        lexeme = found[place]
        if lexeme.text in (";", ":", "(", ")"):
            return None
        lower = lexeme.text.lower()
        if place in content and lower not in PASSED_OVER and not (lower.endswith("ly") and lexeme.text.islower()):
            return place
    return None


def _joined(found: Sequence[Lexeme], target: int, content: Collection[int]) -> list[int]:
    """The target and the words of a list that it begins, if "or" or "nor" ends the list."""
    listed, place, last = [target], target, 1
    while place + 2 < len(found) and found[place + 1].text.lower() in (",", "or", "nor") and place + 2 in content:
        if found[place + 1].text != ",":
            last = len(listed) + 1
        place += 2
        listed.append(place)
    return listed[:last]
