from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.token_buckets import Rate, TokenBuckets
from tests.agents import HandClock

TWO_A_MINUTE = Rate(2)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def buckets(clock: HandClock) -> TokenBuckets:
    return TokenBuckets(clock)


def test_what_is_within_the_rate_may_come_at_once(buckets: TokenBuckets) -> None:
    assert [buckets.take([("a", TWO_A_MINUTE)]) for _ in range(3)] == [0, 0, pytest.approx(30)]


def test_tokens_flow_in_again_one_after_the_other(buckets: TokenBuckets, clock: HandClock) -> None:
    for _ in range(2):
        buckets.take([("a", TWO_A_MINUTE)])
    clock.pass_by(seconds=29)
    assert buckets.take([("a", TWO_A_MINUTE)]) == pytest.approx(1)
    clock.pass_by(seconds=1)
    assert buckets.take([("a", TWO_A_MINUTE)]) == 0
    assert buckets.take([("a", TWO_A_MINUTE)]) == pytest.approx(30)
    clock.pass_by(hours=5)
    assert [buckets.take([("a", TWO_A_MINUTE)]) for _ in range(3)] == [0, 0, pytest.approx(30)]


def test_waiting_as_long_as_it_says_is_enough(buckets: TokenBuckets, clock: HandClock) -> None:
    rate = Rate(7, 3.0)
    for _ in range(200):
        wait = buckets.take([("a", rate)])
        clock.pass_by(seconds=wait)
        assert wait == 0 or buckets.take([("a", rate)]) == 0


def test_each_has_a_bucket_of_its_own(buckets: TokenBuckets) -> None:
    assert [buckets.take([(name, Rate(1))]) for name in ("a", "b", "a")] == [0, 0, pytest.approx(60)]


def test_who_is_refused_in_one_place_loses_nothing_in_another(buckets: TokenBuckets) -> None:
    assert buckets.take([("narrow", Rate(1)), ("wide", Rate(2))]) == 0
    for _ in range(10):
        assert buckets.take([("narrow", Rate(1)), ("wide", Rate(2))]) == pytest.approx(60)
    assert buckets.take([("wide", Rate(2))]) == 0


def test_the_longest_wait_counts(buckets: TokenBuckets) -> None:
    wanted = [("quick", Rate(1, 1.0)), ("slow", Rate(1, 100.0))]
    buckets.take(wanted)
    assert buckets.take(wanted) == buckets.take(wanted[::-1]) == pytest.approx(100)


def test_nothing_wanted_is_nothing_refused(buckets: TokenBuckets) -> None:
    assert buckets.take([]) == 0
    assert buckets.remembered == 0


def test_a_refusal_does_not_make_the_wait_longer(buckets: TokenBuckets, clock: HandClock) -> None:
    buckets.take([("a", Rate(1))])
    for _ in range(1000):
        buckets.take([("a", Rate(1))])
    clock.pass_by(seconds=60)
    assert buckets.take([("a", Rate(1))]) == 0


def test_many_names_do_not_fill_the_memory(clock: HandClock) -> None:
    buckets = TokenBuckets(clock, most=100)
    for number in range(5000):
        buckets.take([(f"stranger {number}", Rate(1)), ("site", Rate(1_000_000))])
        assert buckets.remembered <= 100
    assert buckets.take([("stranger 4999", Rate(1))]) > 0


def test_a_flood_of_names_does_not_refill_what_is_in_use(clock: HandClock) -> None:
    buckets = TokenBuckets(clock, most=100)
    let_through = 0
    for number in range(5000):
        let_through += buckets.take([(f"stranger {number}", Rate(1)), ("site", Rate(50))]) == 0
    assert let_through == 50


def test_what_is_full_again_is_forgotten(clock: HandClock) -> None:
    buckets = TokenBuckets(clock)
    for number in range(1000):
        buckets.take([(number, Rate(1))])
    clock.pass_by(minutes=2)
    for number in range(300):
        buckets.take([(f"new {number}", Rate(1))])
    assert buckets.remembered <= 300


def test_a_clock_that_stands_still_or_jumps_ahead_breaks_nothing(buckets: TokenBuckets, clock: HandClock) -> None:
    buckets.take([("a", Rate(1))])
    clock.pass_by(days=20_000)
    assert buckets.take([("a", Rate(1))]) == 0
    assert buckets.take([("a", Rate(1))]) == pytest.approx(60)


@given(st.integers(1, 50), st.lists(st.floats(0, 5), max_size=200))
def test_never_more_than_the_burst_and_what_flowed_in(tokens: int, pauses: list[float]) -> None:
    clock = HandClock()
    start = clock()
    buckets, taken = TokenBuckets(clock), 0
    for pause in pauses:
        clock.pass_by(seconds=pause)
        taken += buckets.take([("a", Rate(tokens, 10.0))]) == 0
        assert taken <= tokens + (clock() - start) * tokens / 10 + 0.1


def test_threads_take_no_token_twice(buckets: TokenBuckets) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = Counter(pool.map(lambda _: buckets.take([("a", Rate(40))]) == 0, range(400)))
    assert found[True] == 40
