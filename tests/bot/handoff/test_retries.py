import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.retries import ATTEMPTS, SCHEDULE_SECONDS, pause_after, seconds_wished, wait_after

HOUR = 3600


def test_the_schedule_is_the_one_that_is_promised() -> None:
    assert sum(SCHEDULE_SECONDS) == 27 * HOUR + 35 * 60 + 5
    assert [wait_after(attempts, 0.5) for attempts in range(1, ATTEMPTS)] == list(SCHEDULE_SECONDS[1:])
    assert wait_after(ATTEMPTS, 0.5) is wait_after(ATTEMPTS + 3, 0.5) is None


@given(st.floats(0, 1, exclude_max=True))
def test_a_desk_that_is_down_for_a_day_is_still_tried(jitter: float) -> None:
    waits = [wait_after(attempts, jitter) or 0.0 for attempts in range(1, ATTEMPTS)]
    assert 24 * HOUR < sum(waits) < 31 * HOUR


@given(st.integers(1, ATTEMPTS - 1), st.floats(0, 1, exclude_max=True))
def test_jitter_is_a_tenth_at_most(attempts: int, jitter: float) -> None:
    assert wait_after(attempts, jitter) == pytest.approx(SCHEDULE_SECONDS[attempts], rel=0.1000001)


def test_what_the_receiver_wishes_is_a_least_wait_with_a_bound() -> None:
    assert wait_after(1, 0.5, wished=60) == 60
    assert wait_after(2, 0.5, wished=60) == 300
    assert wait_after(1, 0.5, wished=10**9) == 36_000
    assert wait_after(ATTEMPTS, 0.5, wished=60) is None


@pytest.mark.parametrize(("attempts", "jitter"), [(0, 0.5), (1, 1.0), (1, -0.1)])
def test_nonsense_is_refused(attempts: int, jitter: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        wait_after(attempts, jitter)


def test_a_desk_is_left_alone_for_longer_and_longer_but_a_minute_at_most() -> None:
    assert [pause_after(failures) for failures in (0, 1, 2, 3, 7, 500)] == [0, 1, 2, 4, 60, 60]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        (None, None),
        ("", None),
        ("-1", None),
        ("1e9", None),
        ("٣", None),
        ("9" * 99, None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert seconds_wished(header) == seconds
