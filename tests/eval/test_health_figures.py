import json
from pathlib import Path

import pytest

from bot.improving.article_pairs import PairFinding, PairKind, Place
from embeddings.encoders import Encoder
from eval.errors import EvaluationError
from eval.families import PairScores
from eval.health_figures import articles_of, detection_of, measure_health
from eval.improving_commands import health_lines


def found(kind: PairKind, first: str, second: str) -> PairFinding:
    return PairFinding(kind, Place(first, 0, 1, "x"), Place(second, 0, 1, "y"), "so", 0.9)


def test_pairs_are_counted_whichever_comes_first() -> None:
    planted = {frozenset("ab"), frozenset("cd"), frozenset("ef")}
    pairs = [found(PairKind.DUPLICATE, "b", "a"), found(PairKind.DUPLICATE, "c", "x")]
    detection = detection_of(planted, [*pairs, found(PairKind.CONTRADICTION, "e", "f")], PairKind.DUPLICATE)
    assert detection == PairScores(found=2, labelled=3, both=1)
    assert (detection.precision, detection.recall) == (0.5, pytest.approx(1 / 3))
    assert detection.f1 == pytest.approx(0.4)


def test_nothing_planted_and_nothing_found() -> None:
    assert (PairScores(0, 0, 0).precision, PairScores(0, 0, 0).recall) == (1.0, 1.0)
    assert PairScores(2, 2, 0).f1 == 0.0


@pytest.mark.encoder
def test_planted_faults_are_found(real_encoder: Encoder, tmp_path: Path) -> None:
    row = {"_id": "a", "title": "Cards", "text": "A card pays."}
    (tmp_path / "corpus.jsonl").write_text(json.dumps(row), encoding="utf-8")
    *planted, own = measure_health([tmp_path], real_encoder)
    assert len(planted) == 2 and own.articles == 1 and sum(own.found.values()) == 0
    for figures in planted:
        assert figures.duplicates is not None and figures.contradictions is not None
        assert figures.duplicates.f1 >= 0.9, health_lines(figures)
        assert figures.contradictions.precision >= 0.85, health_lines(figures)
        assert figures.contradictions.recall >= 0.8, health_lines(figures)
        assert figures.to_json()["duplicates"]["labelled"] == 40


def test_a_folder_without_articles_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError):
        articles_of(tmp_path)
    (tmp_path / "corpus.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="No article"):
        articles_of(tmp_path)
