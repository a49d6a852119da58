"""How well faults of articles are found: on a help center with faults planted in it, and what is found in others."""

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.improving.article_pairs import PairFinding, PairKind, compare_articles
from bot.improving.article_reading import read_articles
from bot.improving.content_health import made_of_one_text
from embeddings.encoders import Encoder, Vectors
from eval.errors import EvaluationError
from eval.families import PairScores
from eval.planted_corpus import SEED, Planted, plant_corpus
from knowledge.errors import KnowledgeError
from knowledge.families import families_of, kin_of
from knowledge.models import Article
from knowledge.sources.jsonl import JsonlSource

OTHER_SEED = SEED + 1
"""Of a corpus that nothing was chosen on."""

Pair = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFigures:
    """What was found in one help center. `duplicates` and `contradictions` are told for planted ones alone."""

    name: str
    articles: int
    seconds: float
    found: dict[str, int]
    groups: int = 0
    """Groups of at least three articles that are made of one text."""
    duplicates: PairScores | None = None
    contradictions: PairScores | None = None
    pairs: tuple[PairFinding, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, without the pairs."""
        planted = {
            name: scores.to_json()
            for name, scores in (("duplicates", self.duplicates), ("contradictions", self.contradictions))
            if scores is not None
        }
        return {
            "name": self.name,
            "articles": self.articles,
            "seconds": self.seconds,
            "found": self.found,
            "groups": self.groups,
            **planted,
        }


def measure_health(folders: Sequence[Path], encoder: Encoder) -> list[HealthFigures]:
    """The figures of two planted help centers, and of the articles of each folder. EvaluationError."""
    figures = []
    for seed in (SEED, OTHER_SEED):
        planted = plant_corpus(seed)
        name = "planted" if seed == SEED else "planted, other seed"
        known = planted.of_kind(Planted.DUPLICATE), planted.of_kind(Planted.CONTRADICTION)
        figures.append(_figures(name, planted.articles, encoder, *known))
    figures += [_figures(folder.name, articles_of(folder), encoder) for folder in folders]
    return figures


def articles_of(folder: Path) -> list[Article]:
    """The articles of a folder's corpus.jsonl. EvaluationError when it cannot be read or holds none."""
    try:
        rows = JsonlSource(folder / "corpus.jsonl").read()
        articles = [row for row in rows if isinstance(row, Article)]
    except KnowledgeError as error:
        raise EvaluationError(str(error)) from error
    if not articles:
        raise EvaluationError(f"No article could be read from {folder / 'corpus.jsonl'}; look at its rows.")
    return articles


def detection_of(planted: Collection[Pair], found: Iterable[PairFinding], kind: PairKind) -> PairScores:
    """How the pairs found of one kind agree with the planted ones."""
    pairs = {frozenset((pair.first.article_id, pair.second.article_id)) for pair in found if pair.kind is kind}
    return PairScores(found=len(pairs), labelled=len(planted), both=len(pairs & set(planted)))


def _figures(
    name: str,
    articles: Sequence[Article],
    encoder: Encoder,
    duplicates: Collection[Pair] | None = None,
    contradictions: Collection[Pair] | None = None,
) -> HealthFigures:
    def vectorise(texts: Sequence[str]) -> Vectors:
        return encoder.encode_passages(texts).vectors

    start = time.perf_counter()
    found = compare_articles(read_articles(articles, vectorise), kin_of(families_of(articles)))
    seconds = time.perf_counter() - start
    return HealthFigures(
        name=name,
        articles=len(articles),
        seconds=round(seconds, 2),
        found={kind.value: sum(pair.kind is kind for pair in found) for kind in PairKind},
        groups=sum(1 for _ in made_of_one_text(found)),
        duplicates=None if duplicates is None else detection_of(duplicates, found, PairKind.DUPLICATE),
        contradictions=None if contradictions is None else detection_of(contradictions, found, PairKind.CONTRADICTION),
        pairs=tuple(found),
    )
