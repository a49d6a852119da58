from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from eval.cases import Case, load_dataset
from eval.errors import DatasetError
from eval.perturbation import PERTURBATIONS, Perturbation
from eval.robustness import compare, measure_robustness

CASES = [Case("q1", "fee", {"fees": 1}), Case("q2", "lost", {"freeze": 1}), Case("q3", "email", {"mail": 1})]
ANSWERS = {"fee": ["fees"], "lost": ["fees", "freeze"], "email": ["mail"], "FEE": ["fees"], "EMAIL": ["fees", "mail"]}
SHOUT = Perturbation("shout", "capitals", lambda question, _: question.upper())
NOTHING = Perturbation("nothing", "what was meant is left out", lambda question, _: "  ")


class Steps(SilentProgress):
    def __init__(self) -> None:
        self.total = self.done = 0

    def stage(self, name: str, total: int, /) -> None:
        self.total = total

    def advance(self, n: int, /) -> None:
        self.done += n


def test_hand_computed_losses_are_paired() -> None:
    report = compare("tiny", CASES, lambda text: ANSWERS.get(text, []), SilentProgress(), [SHOUT])
    (row,) = report.rows
    assert report.clean["success@1"].mean == pytest.approx(2 / 3)
    assert row.metrics["success@1"].mean == pytest.approx(1 / 3)
    assert row.loss["success@1"].mean == pytest.approx(1 / 3)
    assert row.loss["success@1"].low >= 0  # each question loses or keeps, so no resampling can gain
    second = 0.6309297535714575  # 1 / log2(3)
    assert row.loss["ndcg@10"].mean == pytest.approx((0 + second + (1 - second)) / 3)
    assert row.changed == 3


def test_a_text_is_asked_once_and_an_empty_one_never() -> None:
    asked: list[str] = []

    def search(text: str) -> Sequence[str]:
        asked.append(text)
        return ANSWERS.get(text, [])

    same = Perturbation("same", "nothing happens", lambda question, _: question)
    steps = Steps()
    report = compare("tiny", CASES, search, steps, [same, NOTHING])
    assert asked == ["fee", "lost", "email"]
    assert steps.done == steps.total == 9
    assert [row.changed for row in report.rows] == [0, 3]
    assert report.rows[0].loss["ndcg@10"].mean == 0
    assert report.rows[1].metrics["ndcg@10"].mean == 0


def test_every_perturbation_on_an_index(dataset_folder: Path, letter_settings: Settings) -> None:
    report = measure_robustness(load_dataset(dataset_folder), letter_settings, SilentProgress()).to_json()
    assert (report["dataset"], report["queries"]) == ("tiny", 4)
    assert list(report["perturbations"]) == [perturbation.name for perturbation in PERTURBATIONS]
    capitals = report["perturbations"]["capitals"]
    assert capitals["changed"] == 4
    assert capitals["loss"]["ndcg@10"] == {"mean": 0, "interval_95": [0, 0]}
    assert 0.75 <= report["clean"]["success@1"]["mean"] <= 1


def test_no_question_is_a_sentence(dataset_folder: Path, letter_settings: Settings) -> None:
    (dataset_folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n")
    with pytest.raises(DatasetError, match="No question"):
        measure_robustness(load_dataset(dataset_folder), letter_settings, SilentProgress())
