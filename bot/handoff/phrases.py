"""Phrases a person can read, found in messages spelt by bot/handoff/wording.py. Pure.

A phrase is parts divided by spaces. `talk|speak` is either word, `hack*` any word that begins so, `<person>` one of a
named set, whose members may have several words. `[please]` may be missing, `[please]*` may stand up to six times.
`..` are up to three words that do not matter, `...` up to eight. `^` and `$` are the ends of a sentence. A phrase never
runs over the end of a sentence, and commas do not matter. In Chinese each letter is a word.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.handoff.wording import words_of

_GAPS = {"..": 3, "...": 8}
_MOST_OPTIONAL = 6
_WORD_END = "(?= |$)"


class PhraseError(ValueError):
    """A phrase that cannot be read, in a sentence."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases as regular expressions, each under a word without which it cannot stand in a sentence; `others` have no
    such word."""

    by_word: Mapping[str, tuple[str, ...]]
    others: tuple[str, ...]

    def find(self, sentence: str) -> str | None:
        """The words of `sentence` that one of the phrases stands for, or None."""
        words = dict.fromkeys(sentence.split())
        for pattern in (*(each for word in words for each in self.by_word.get(word, ())), *self.others):
            if match := _compiled(pattern).search(sentence):
                return match[0].strip(" ,")
        return None


def read_phrases(phrases: Iterable[str], sets: Mapping[str, Sequence[str]]) -> Phrases:
    """`phrases` with the named `sets` they use. Raises PhraseError naming the phrase that cannot be read."""
    by_word: dict[str, list[str]] = defaultdict(list)
    others: list[str] = []
    for phrase in phrases:
        parts = phrase.split()
        if not parts or any(end.startswith("[") or end in _GAPS for end in (parts[0], parts[-1])):
            raise PhraseError(f"The phrase {phrase!r} begins or ends with a part that may be missing; leave that out.")
        pattern = "".join(_pattern(part, phrase, sets) for part in phrase.split())
        if keys := _needed(phrase, sets):
            for key in keys:
                by_word[key].append(pattern)
        else:
            others.append(pattern)
    return Phrases({word: tuple(patterns) for word, patterns in by_word.items()}, tuple(others))


def words_in(phrases: Iterable[str], sets: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Every whole word that the phrases are made of."""
    for phrase in phrases:
        for part in phrase.split():
            if part not in _GAPS and part not in "^$":
                for member in _members(part, phrase, sets):
                    yield from (word for word in _spelt(member) if not word.endswith("*"))


@lru_cache(maxsize=8192)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when it is first needed: all of them take a second."""
    return re.compile(pattern)


def _pattern(part: str, phrase: str, sets: Mapping[str, Sequence[str]]) -> str:
    if part in _GAPS:
        return rf"(?: [^ ]+){{0,{_GAPS[part]}}}?"
    if part in "^$":
        return part.replace("$", "(?: ,)*$")
    members = sorted({" ".join(_spelt(member)) for member in _members(part, phrase, sets)}, key=len, reverse=True)
    words = "|".join(re.escape(member).replace(r"\*", "[^ ]*").replace(r"\ ", " ") for member in members)
    found = f"(?: ,)* (?:{words}){_WORD_END}"
    if part.endswith("]*"):
        return f"(?:{found}){{0,{_MOST_OPTIONAL}}}"
    return f"(?:{found})?" if part.startswith("[") else found


def _members(part: str, phrase: str, sets: Mapping[str, Sequence[str]]) -> list[str]:
    """What may stand for a part, each with perhaps several words."""
    inner = part[1 : part.rindex("]")] if part.startswith("[") and "]" in part else part
    members: list[str] = []
    for name in inner.split("|"):
        if name.startswith("<") and name.endswith(">"):
            if name[1:-1] not in sets:
                raise PhraseError(f"The phrase {phrase!r} uses the set {name}, which is not there.")
            members.extend(member for line in sets[name[1:-1]] for member in _members_of_line(line, sets, phrase))
        else:
            members.append(name)
    if not all(_spelt(member) for member in members) or any(set(member) & set("[]<>^$") for member in members):
        raise PhraseError(f"The part {part!r} of the phrase {phrase!r} cannot be read.")
    return members


def _members_of_line(line: str, sets: Mapping[str, Sequence[str]], phrase: str) -> list[str]:
    return _members(line, phrase, sets) if line.startswith("<") else line.split("|")


@lru_cache(maxsize=8192)
def _spelt(member: str) -> tuple[str, ...]:
    """The words of a member as messages are spelt; a star at its end stays."""
    words = list(words_of(member.rstrip("*")))
    if words and member.endswith("*"):
        words[-1] += "*"
    return tuple(words)


def _needed(phrase: str, sets: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Words of which a sentence must hold one for the phrase to stand in it: of the part whose shortest word is
    longest."""
    choices = []
    for part in phrase.split():
        if part in _GAPS or part in "^$" or part.startswith("["):
            continue
        keys = {max(_spelt(member), key=len) for member in _members(part, phrase, sets)}
        if not any(key.endswith("*") for key in keys):
            choices.append((min(map(len, keys)), -len(keys), frozenset(keys)))
    return max(choices, key=lambda choice: choice[:2], default=(0, 0, frozenset[str]()))[2]
