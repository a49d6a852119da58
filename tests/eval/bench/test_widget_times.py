import json
import time
from collections.abc import Iterator

import pytest

from eval.bench import widget_times
from eval.bench.widget_times import Round, sample_questions, serving, times_of
from eval.errors import EvaluationError

META, TOKEN, DONE = b'event: meta\ndata: {"a":1}\n\n', b"event: token\ndata: {}\n\n", b"event: done\ndata: {}\n\n"


def slowly(*pieces: bytes, seconds: float = 0.05) -> Iterator[bytes]:
    for piece in pieces:
        time.sleep(seconds)
        yield piece


def test_each_moment_is_when_its_first_event_came() -> None:
    found = times_of(slowly(META[:9], META[9:] + b": ping\n\n", TOKEN, TOKEN, DONE), time.perf_counter())
    assert list(found) == ["first_event", "first_word", "done"]
    assert found["first_event"] >= 100 and found["first_word"] >= found["first_event"] + 50
    assert found["done"] >= found["first_word"] + 100


def test_an_answer_may_be_without_words() -> None:
    assert list(times_of(iter([META + DONE]), time.perf_counter())) == ["first_event", "done"]


@pytest.mark.parametrize(
    ("pieces", "complaint"),
    [
        ([META, b'event: error\ndata: {"code":"overloaded"}\n\n'], "overloaded"),
        ([META, TOKEN], "broke off"),
        ([], "broke"),
    ],
)
def test_what_is_no_answer_is_no_time(pieces: list[bytes], complaint: str) -> None:
    with pytest.raises(EvaluationError, match=complaint):
        times_of(iter(pieces), time.perf_counter())


def test_percentiles_are_over_the_answers_that_have_the_moment() -> None:
    rows = [{"first_event": float(n), "done": 10.0 * n} for n in range(1, 21)]
    rows[0]["first_word"] = 7.0
    told = Round(4, tuple(rows)).to_json()
    assert (told["at_once"], told["questions"]) == (4, 20)
    assert told["first_event_ms"] == {"p50": 10.0, "p95": 19.0, "n": 20}
    assert told["first_word_ms"] == {"p50": 7.0, "p95": 7.0, "n": 1}
    assert told["done_ms"]["p95"] == 190.0


def test_there_are_enough_questions_and_none_twice() -> None:
    questions = sample_questions(10_000)
    assert len(questions) == len(set(questions)) >= 200
    assert sample_questions(3) == questions[:3]


def test_a_server_that_does_not_start_says_why(letter_settings, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("FOOTNOTE_LOG_LEVEL", "no such level")
    with pytest.raises(EvaluationError, match=r"did not start: .*(LOG_LEVEL|log_level)"), serving(letter_settings):
        pass


def test_figures_are_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[int] = []

    def measured(questions, settings, progress):  # type: ignore[no-untyped-def]
        asked.append(len(questions))
        return [Round(1, ({"first_event": 1.0, "done": 2.0},))]

    monkeypatch.setattr(widget_times, "measure_widget_times", measured)
    widget_times.main(["--questions", "12"])
    told = json.loads(capsys.readouterr().out)
    assert asked == [12] and told["machine"]["cores"] and told["rounds"][0]["done_ms"]["p50"] == 2.0
