from pathlib import Path

import pytest

from eval.errors import EvaluationError
from eval.metrics import Estimate
from eval.suite.cases import CORVANE_SUITE
from eval.suite.comparing import compare_runs
from eval.suite.figures import suite_metrics
from eval.suite.gate import GATES_FILE, Demand, Gates, failures, gates_file, load_gates, raise_demands, raised
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


DEMANDS = """# Why.
may_not_fall = ["right"]

[metrics.right]
at_least = 0.36

[metrics."success@1"]
at_least = 0.7

[metrics.risk]
at_most = 0.15

[metrics.leaks]
at_most = 0.0
"""


def test_demands_rise_to_what_a_run_leaves_room_for_and_never_fall() -> None:
    metrics = {
        "right": Estimate(0.5, 0.4601, 0.54, 400),
        "success@1": Estimate(0.6, 0.55, 0.65, 400),
        "risk": Estimate(0.04, 0.02, 0.0599, 100),
        "leaks": Estimate(0.0, 0.0, 0.0, 1000),
    }
    renewed = DEMANDS.replace("0.36", "0.48").replace("0.15", "0.05")
    assert raised(DEMANDS, metrics) == renewed
    assert raised(renewed, metrics) == renewed
    assert raised(DEMANDS, {}) == DEMANDS


def test_a_suite_of_ones_own_has_its_own_demands(tmp_path: Path) -> None:
    shipped = GATES_FILE.read_text()
    assert gates_file(CORVANE_SUITE) == gates_file(tmp_path) == GATES_FILE
    raise_demands(tmp_path, {"right": Estimate(0.9, 0.8, 0.95, 100)})
    assert GATES_FILE.read_text() == shipped, "those that ship are not another suite's"
    (tmp_path / "gates.toml").write_text(DEMANDS)
    raise_demands(tmp_path, {"right": Estimate(0.9, 0.8, 0.95, 100)})
    assert load_gates(gates_file(tmp_path)).metrics["right"] == Demand(at_least=0.85)
