import math

import pytest

from bot.answering.llm import LanguageModelFailed
from bot.answering.model.openai_faults import MALFORMED, PAUSE_SECONDS, described, retry_after


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, PAUSE_SECONDS),
        ("2", 2.0),
        ("0", 0.0),
        ("0.5", 0.5),
        ("-1", PAUSE_SECONDS),
        ("nan", PAUSE_SECONDS),
        ("inf", math.inf),
        ("Sat, 21 Nov 2026 15:00:00 GMT", math.inf),
        ("soon", math.inf),
    ],
)
def test_retry_after(header: str | None, seconds: float) -> None:
    assert retry_after(header) == seconds


@pytest.mark.parametrize("error", [ValueError("sk-secret"), TypeError(), AttributeError(), KeyError("x"), IndexError()])
def test_what_malformed_events_raise_is_one_sentence(error: Exception) -> None:
    with pytest.raises(LanguageModelFailed) as failure, described():
        raise error
    assert str(failure.value) == MALFORMED and failure.value.pause is None


def test_a_failure_stays_what_it_is() -> None:
    with pytest.raises(LanguageModelFailed, match="as it was"), described():
        raise LanguageModelFailed("as it was")
