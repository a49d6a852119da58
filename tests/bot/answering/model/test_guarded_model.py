import pytest

from bot.answering.llm import LanguageModelFailed, Pieces, Prompt
from bot.answering.model.circuit_breaker import CircuitBreaker, Limits, State
from bot.answering.model.guarded_model import GuardedModel

PROMPT = Prompt(rules="", data="", most_tokens=1)


class Scripted:
    """Fails as often as it is told to, then says "yes" twice."""

    name = "scripted"

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.asked = 0
        self.closed = 0

    def stream(self, prompt: Prompt) -> Pieces:
        self.asked += 1
        if self.asked <= self.failures:
            raise LanguageModelFailed("down")
        try:
            yield "yes"
            yield "yes"
        finally:
            self.closed += 1


def guarded(model: Scripted, at_once: int = 1) -> tuple[GuardedModel, CircuitBreaker]:
    breaker = CircuitBreaker(lambda: 0.0, Limits(failures=2))
    return GuardedModel(model, breaker, at_once), breaker


def test_it_passes_pieces_through() -> None:
    model, _ = guarded(Scripted())
    assert (list(model.stream(PROMPT)), model.name) == (["yes", "yes"], "scripted")


def test_so_many_at_once_and_no_more() -> None:
    inner = Scripted()
    model, breaker = guarded(inner, at_once=2)
    first, second = model.stream(PROMPT), model.stream(PROMPT)
    next(first), next(second)
    for _ in range(3):
        with pytest.raises(LanguageModelFailed, match="busy with 2 answers"):
            next(model.stream(PROMPT))
    assert breaker.state is State.CLOSED and inner.asked == 2
    first.close()
    assert inner.closed == 1
    assert list(model.stream(PROMPT)) == ["yes", "yes"]


def test_a_failing_model_is_left_alone() -> None:
    inner = Scripted(failures=2)
    model, breaker = guarded(inner)
    for _ in range(2):
        with pytest.raises(LanguageModelFailed, match="down"):
            list(model.stream(PROMPT))
    assert breaker.state is State.OPEN
    with pytest.raises(LanguageModelFailed, match="left alone"):
        list(model.stream(PROMPT))
    assert inner.asked == 2


def test_an_answer_that_is_stopped_early_is_no_failure() -> None:
    model, breaker = guarded(Scripted())
    for _ in range(5):
        pieces = model.stream(PROMPT)
        next(pieces)
        pieces.close()
    assert breaker.state is State.CLOSED
