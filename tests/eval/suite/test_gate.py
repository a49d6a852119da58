from pathlib import Path

import pytest

from eval.errors import EvaluationError
from eval.suite.comparing import compare_runs
from eval.suite.figures import suite_metrics
from eval.suite.gate import Demand, Gates, failures, load_gates
from tests.eval.suite.outcomes import outcome, unanswerable, wrong


def test_floors_and_ceilings_say_the_number() -> None:
    metrics = suite_metrics([outcome("a"), outcome("b"), wrong("c"), unanswerable("d")])
    gates = Gates(metrics={"right": Demand(at_least=0.9), "risk": Demand(at_most=0.4), "leaks": Demand(at_most=0)})
    (failed,) = failures(gates, metrics)
    assert failed.metric == "right"
    assert failed.sentence.startswith("right is 0.6667 over 3 (") and "at least 0.9 is demanded" in failed.sentence


def test_no_number_is_no_pass() -> None:
    metrics = suite_metrics([unanswerable("d")])
    gates = Gates(metrics={"coverage": Demand(at_least=0.5), "covrage": Demand(at_least=0.5)})
    assert [each.sentence for each in failures(gates, metrics)] == [
        "coverage was measured on no case at all.",
        "There is no metric covrage; see the names in a run's report.",
    ]


def test_a_loss_against_the_run_before_shuts_it() -> None:
    before = [outcome(str(n)) for n in range(60)]
    after = [*(wrong(str(n)) for n in range(12)), *before[12:]]
    gates = Gates(metrics={}, may_not_fall=("right",))
    (failed,) = failures(gates, suite_metrics(after), compare_runs(before, after))
    assert failed.sentence.startswith("right fell from 1.000 to 0.800 over 60 cases")
    assert "0, 1, 2, 3, 4 and 7 more" in failed.sentence
    assert not failures(gates, suite_metrics(before), compare_runs(before, before))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[metrics.right]\nat_least = 2", "metrics.right.at_least"),
        ("[metrics.right]\nleast = 0.5", "metrics.right.least"),
        ("metrics = ", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "gates.toml"
    file.write_text(text)
    with pytest.raises(EvaluationError, match=words):
        load_gates(file)
    with pytest.raises(EvaluationError, match="cannot be read"):
        load_gates(tmp_path / "none.toml")
