"""What the planted help center is made of: kinds of articles about an invented exchange, their subjects, and facts,
each in several wordings and with several values, in planted_facts.json. Nothing in it is true of anybody."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("planted_facts.json")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that an article says: wordings with `{e}` for what it is about and `{v}` for the value, if it has
    one. `values` are those that it can have, each in the ways to write it."""

    wordings: tuple[str, ...]
    values: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleKind:
    """Articles of one kind: the wordings of their titles, what each of them is about, and what they say."""

    key: str
    titles: tuple[str, ...]
    about: tuple[str, ...]
    facts: tuple[Fact, ...]


def load_kinds(file: Path = FILE) -> tuple[ArticleKind, ...]:
    """The kinds of articles in their file."""
    return tuple(_kind(row) for row in json.loads(file.read_text(encoding="utf-8")))


def _kind(row: dict[str, Any]) -> ArticleKind:
    facts = tuple(
        Fact(tuple(fact["wordings"]), tuple(tuple(spelt) for spelt in fact.get("values", ()))) for fact in row["facts"]
    )
    return ArticleKind(row["key"], tuple(row["titles"]), tuple(row["about"]), facts)
