import math

import numpy as np
import pytest

from bot.answering.ranking import SIGNALS
from eval.asked import AskedDataset
from eval.judged import ideal_gain, judge
from eval.metrics import retrieval_values
from tests.eval.asked_by_hand import decided_by, question

DENSE = np.eye(len(SIGNALS))[SIGNALS.index("dense")]


def test_computed_by_hand() -> None:
    second = question([(0, 0, {"dense": 0.9}), (1, 1, {"dense": 0.8}), (2, 0, {"dense": 0.1})])
    first = question([(0, 1, {"dense": 0.9}), (1, 0, {"dense": 0.8})])
    judged = judge(AskedDataset("two", (second, first)))
    assert judged.questions == 2
    assert judged.ndcg(DENSE) == pytest.approx((1 / math.log2(3) + 1) / 2)


def test_an_article_ranks_where_its_best_passage_ranks() -> None:
    asked = question([(0, 0, {"dense": 0.7}), (1, 1, {"dense": 0.1}), (0, 0, {"dense": 0.6}), (1, 1, {"dense": 0.9})])
    assert judge(AskedDataset("one", (asked,))).ndcg(DENSE) == 1


def test_penalties_are_taken_off() -> None:
    candidates = [(0, 0, {"dense": 0.9}), (1, 1, {"dense": 0.8})]
    asked = question(candidates, penalties=[0.2, 0.0])
    assert judge(AskedDataset("one", (asked,))).ndcg(DENSE) == 1


def test_equal_scores_rank_by_passage_key() -> None:
    early = question([(5, 1, {"dense": 0.5}), (0, 0, {"dense": 0.5})])
    late = question([(5, 0, {"dense": 0.5}), (0, 1, {"dense": 0.5})])
    assert judge(AskedDataset("early", (early,))).ndcg(DENSE) == 1
    assert judge(AskedDataset("late", (late,))).ndcg(DENSE) == pytest.approx(1 / math.log2(3))


def test_nothing_found_and_unanswerable_questions() -> None:
    nothing, foreign = question([]), question([(0, 0, {"dense": 0.5})], relevant=())
    found = question([(0, 1, {"dense": 0.5})])
    assert judge(AskedDataset("nothing", (nothing,))).ndcg(DENSE) == 0
    judged = judge(AskedDataset("all", (nothing, found, foreign)))
    assert judged.questions == 2 and judged.ndcg(DENSE) == 0.5


def test_below_the_tenth_place_counts_nothing() -> None:
    candidates = [(article, int(article == 10), {"dense": 1 - article / 100}) for article in range(11)]
    assert judge(AskedDataset("deep", (question(candidates),))).ndcg(DENSE) == 0
    assert ideal_gain([1] * 12) == ideal_gain([1] * 10)


@pytest.mark.parametrize("seed", range(5))
def test_the_same_as_ir_measures(seed: int) -> None:
    rng = np.random.default_rng(seed)
    questions, qrels, run = [], {}, {}
    weights = rng.random(len(SIGNALS))
    for number in range(20):
        articles = rng.integers(0, 25, size=40)
        grades = {str(article): int(rng.integers(0, 4)) for article in np.unique(articles)}
        relevant = {article: grade for article, grade in grades.items() if grade} | {"missed": 3}
        rows = np.round(rng.random((40, len(SIGNALS))), 1)  # coarse, so that scores tie
        asked = question(
            [
                (int(article), grades[str(article)], dict(zip(SIGNALS, row, strict=True)))
                for article, row in zip(articles, rows.tolist(), strict=True)
            ],
            relevant=sorted(relevant.values(), reverse=True),
        )
        order = np.lexsort((asked.keys, -asked.scores(weights)))
        run[str(number)] = list(dict.fromkeys(map(str, asked.articles[order].tolist())))
        qrels[str(number)] = relevant
        questions.append(asked)
    expected = np.mean(list(retrieval_values(qrels, run)["ndcg@10"].values()))
    assert judge(AskedDataset("random", tuple(questions))).ndcg(weights) == pytest.approx(expected, abs=1e-9)


def test_the_signal_that_decides_ranks_perfectly() -> None:
    judged = judge(decided_by("dense", "made", 1))
    assert judged.ndcg(DENSE) == 1
    assert judged.ndcg(np.roll(DENSE, 1)) < 0.6
