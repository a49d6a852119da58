"""Whether a sentence may be shown: a quote when it stands where its citation says, a model's sentence when the passage
it cites supports it. Pure.

A model's sentence is held to two things. Everything in it that is true or false by itself (numbers with units, dates,
networks, tickers, menu names, platforms, denials, opposites) stands in the passage with the same things around it
(`binding`). And a learned score says that the passage attributes the sentence as a whole (`support`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.answering.checking.binding import objection
from bot.answering.checking.lexemes import without_marker
from bot.answering.checking.reading import read
from bot.answering.checking.statements import read_passage
from bot.answering.checking.support import Nearness, SupportModel, parts_of, word_features
from bot.answering.pages import one_line
from bot.models import Citation
from knowledge.models import Article, Passage, passage_id
from knowledge.rendering import plain_text

REPEATS_TRIED = 64
"""Equal passages under one heading are told apart by a number; so many are tried to recognise one by its id."""

Piece = TypeVar("Piece")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a passage supports a sentence: the support score (0–1), the threshold for it, and what speaks against the
    sentence (empty when nothing does). A sentence with a wrong claim has the score 0."""

    supported: bool
    score: float
    threshold: float
    why: str


def verify(
    sentence: str, passage: str, about: str = "", *, model: SupportModel, nearness: Nearness | None = None
) -> Verdict:
    """Whether a Markdown passage supports a model's Markdown sentence.

    `about` is what the passage leaves unsaid: title and headings, a line each. `nearness` is how near the encoder finds
    them; without it, words alone decide. A sentence that stands in the passage as it is, is always supported.
    """
    threshold = (model.words if nearness is None else model.near).threshold
    if stands_verbatim(sentence, passage):
        return Verdict(True, 1.0, threshold, "")
    if why := objection_to(sentence, passage, about):
        return Verdict(False, 0.0, threshold, why)
    score, threshold = model.score(word_features(sentence, passage, about), nearness)
    supported = score >= threshold
    why = "" if supported else f"The passage supports it with {score:.2f} only; {threshold:.2f} is needed."
    return Verdict(supported, score, threshold, why)


def objection_to(sentence: str, passage: str, about: str = "") -> str | None:
    """The first thing in the sentence that the passage does not say at that place, in words; None when there is none.
    Needs no encoder."""
    reading = read(sentence)
    if not reading.words:
        return "It says nothing that can be checked."
    return objection(reading, read_passage(passage, about))


def contradiction(sentence: str, article: Article) -> str | None:
    """What speaks against the sentence in the whole article that it cites; None when nothing does, or when the sentence
    stands there as it is.

    A passage knows only its own numbers: whether 5 USDT is the fee or the minimum may be said in the next one. So a
    sentence is held to the article's claims before its passages are asked for support.
    """
    if stands_verbatim(sentence, article.body):
        return None
    return objection_to(sentence, article.body, article.title)


def stands_verbatim(sentence: str, passage: str) -> bool:
    """Whether the sentence, its marks left out, is a whole sentence, step, bullet or row of the passage."""
    told = one_line(plain_text(without_marker(sentence)))
    return bool(told) and told in parts_of(passage)


def exact(citation: Citation, body: str) -> bool:
    """Whether the quote stands in the body at its offsets, character by character."""
    start, end = citation.start, citation.end
    return 0 <= start < end <= len(body) and citation.quote == body[start:end]


def intact(passage: Passage, article: Article) -> bool:
    """Whether a passage is the one that was indexed: its text stands in the article's body at its offsets, and its id
    is still that of its text."""
    if passage.article_id != article.id or passage.text != article.body[passage.start : passage.end]:
        return False
    parts = (passage.article_id, passage.title, passage.heading, passage.text)
    return any(passage.id == passage_id(*parts, repeat) for repeat in range(REPEATS_TRIED))


def still_standing(
    pieces: Iterable[tuple[Piece, Sequence[Citation]]], articles: Mapping[str, Article], passages: Iterable[Passage]
) -> tuple[tuple[Piece, tuple[Citation, ...]], ...]:
    """The pieces of an answer (sentences, steps, rows, each with the citations it rests on) that may still be shown.

    A piece goes when it has no citation, when a citation's article is not in `articles`, when a quote does not stand
    there at its offsets, or when it touches one of `passages` that is no longer as indexed. Call it last, on the
    articles of the index and the passages that were found.
    """
    damaged = [passage for passage in passages if not _is_as_indexed(passage, articles)]
    return tuple(
        (piece, tuple(citations))
        for piece, citations in pieces
        if citations and all(_stands(citation, articles, damaged) for citation in citations)
    )


def _is_as_indexed(passage: Passage, articles: Mapping[str, Article]) -> bool:
    article = articles.get(passage.article_id)
    return article is not None and intact(passage, article)


def _stands(citation: Citation, articles: Mapping[str, Article], damaged: Sequence[Passage]) -> bool:
    article = articles.get(citation.article_id)
    return (
        article is not None
        and exact(citation, article.body)
        and not any(
            passage.article_id == article.id and passage.start < citation.end and citation.start < passage.end
            for passage in damaged
        )
    )
