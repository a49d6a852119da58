"""An article as it is compared with others: its sentences with their vectors and claims, and what it is about. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.answering.checking.vocabulary import COINS, NETWORKS, OPPOSITES, SHOUTED
from bot.improving.slots import Claim, claim_of
from embeddings.encoders import Vectors
from knowledge.models import Article
from knowledge.structure import BlockKind, outline
from knowledge.title_subjects import subject_of
from knowledge.units import Unit, unit_text, units_of

Vectorise = Callable[[Sequence[str]], Vectors]
"""Sentences as vectors of one space, shape (sentences, dimensions)."""

IN_TITLE = 2
"""A name in a title counts as often as so many in the body."""

_WORD = re.compile(r"[^\W_]+(?:[.-][^\W_]+)*")
_INNER_NAME = re.compile(r"(?<=[a-z,;:0-9] )(?:\*\*)?([A-Z][\w-]*)")
_CODE = re.compile(r"(?:[A-Z0-9]*[A-Z][A-Z0-9]+|[A-Za-z]+-?\d[\w-]*|\d+[A-Za-z]\w*)")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_RETIRED = re.compile(
    r"\b(?:outdated|archived?|obsolete|deprecated|superseded|replaced by|no longer (?:valid|applies|apply|in force)|"
    r"old (?:version|schedule|rules?)|previous (?:version|schedule|rules?)|(?:was|were) (?:valid|in force)|"
    r"applied until|in force until|valid until|until the end of)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of an article's body (or a step, a bullet, a row), its place in it, and what it claims."""

    text: str
    start: int
    end: int
    claim: Claim
    row: str | None
    """The first cell of a table row, folded: what the row is about. None for anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle:
    """An article with what comparing it needs. `vectors` has a row for each sentence."""

    article: Article
    sentences: tuple[Sentence, ...]
    vectors: Vectors
    words: frozenset[str]
    """Every word of title and body, in small letters; coins and networks by one name."""
    names: Mapping[str, int]
    """How often each proper name and code stands in it."""
    title_names: frozenset[str]
    title_sides: Mapping[str, frozenset[int]]
    subject: tuple[str, ...]
    years: frozenset[str]
    """In the title."""
    retired: bool
    """It says of itself that it holds no more."""


def read_articles(articles: Sequence[Article], vectorise: Vectorise) -> list[ReadArticle]:
    """The articles as they are compared, in their order. All sentences become vectors at once, each text once."""
    sentences = [tuple(_sentences(article)) for article in articles]
    texts = list(dict.fromkeys(sentence.text for own in sentences for sentence in own))
    vectors = vectorise(texts) if texts else np.zeros((0, 1), dtype=np.float32)
    rows = {text: row for row, text in enumerate(texts)}
    return [
        _read(article, own, vectors[[rows[sentence.text] for sentence in own]])
        for article, own in zip(articles, sentences, strict=True)
    ]


def _read(article: Article, sentences: tuple[Sentence, ...], vectors: Vectors) -> ReadArticle:
    text = f"{article.title}\n{article.body}"
    names = Counter(_one_name(name) for name in _INNER_NAME.findall(article.body))
    names.update(_one_name(code) for code in _CODE.findall(article.body) if code.lower() not in SHOUTED)
    in_title = frozenset(
        _one_name(word) for word in _WORD.findall(article.title) if _CODE.fullmatch(word) or _one_name(word) in names
    )
    for name in in_title:
        names[name] += IN_TITLE
    sides: dict[str, set[int]] = {}
    for word in _WORD.findall(article.title.lower()):
        if word in OPPOSITES:
            group, side = OPPOSITES[word]
            sides.setdefault(group, set()).add(side)
    return ReadArticle(
        article=article,
        sentences=sentences,
        vectors=vectors,
        words=frozenset(_one_name(word) for word in _WORD.findall(text)),
        names=names,
        title_names=in_title,
        title_sides={group: frozenset(found) for group, found in sides.items()},
        subject=subject_of(article.title),
        years=frozenset(_YEAR.findall(article.title)),
        retired=bool(_RETIRED.search(article.title) or _RETIRED.search(article.body[:400])),
    )


def _sentences(article: Article) -> list[Sentence]:
    body = article.body
    blocks = outline(body)
    return [
        Sentence(
            text=text, start=unit.start, end=unit.end, claim=claim_of(body[unit.start : unit.end]), row=_row(unit, body)
        )
        for block in blocks
        for unit in units_of(block, body)
        if (text := unit_text(unit, body, blocks)).strip()
    ]


def _row(unit: Unit, body: str) -> str | None:
    if unit.block.kind is not BlockKind.TABLE_ROW:
        return None
    cells = [cell.strip() for cell in body[unit.start : unit.end].strip().strip("|").split("|")]
    return " ".join(cells[0].lower().split()) if cells else ""


def _one_name(word: str) -> str:
    folded = word.lower()
    return COINS.get(folded) or NETWORKS.get(folded) or folded
