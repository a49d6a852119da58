import pytest

from eval.errors import EvaluationError
from eval.suite.comparing import compare_runs, holm
from tests.eval.suite.outcomes import outcome, unanswerable, withheld, wrong


def test_what_got_better_and_worse_is_told_case_by_case() -> None:
    before = [outcome("a"), outcome("b"), wrong("c"), unanswerable("d")]
    after = [outcome("a"), withheld("b"), outcome("c"), unanswerable("d"), outcome("new")]
    found = compare_runs(before, after)
    assert found.n_cases == 4
    right = next(each for each in found.differences if each.figure == "right")
    assert (right.better, right.worse, right.gain.mean, right.p) == (("c",), ("b",), 0.0, 1.0)
    assert dict(found.changed) == {
        "b": "answer before, handoff now.",
        "c": "Cited fees before, change-email now.",
    }


def test_the_same_run_twice_differs_in_nothing() -> None:
    rows = [outcome("a"), wrong("b"), unanswerable("c")]
    found = compare_runs(rows, rows)
    assert not found.changed and not any(each.is_worse or each.gain.mean for each in found.differences)


def test_a_loss_beyond_chance_is_seen_and_one_within_it_is_not() -> None:
    before = [outcome(str(n)) for n in range(60)]
    lost = compare_runs(before, [*(wrong(str(n)) for n in range(12)), *before[12:]])
    assert next(each for each in lost.differences if each.figure == "right").is_worse
    one = compare_runs(before, [wrong("0"), *before[1:]])
    assert not any(each.is_worse for each in one.differences)


def test_runs_of_two_suites_are_refused() -> None:
    with pytest.raises(EvaluationError, match="share no case"):
        compare_runs([outcome("a")], [outcome("b")])


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.5]) == [1.0, 1.0]
    assert holm([]) == []
