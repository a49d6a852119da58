from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from bot.safety.sign_in_attempts import (
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    FREE_FAILURES,
    LONGEST_WAIT,
    SignInAttempts,
    network_of,
)
from tests.agents import HandClock

HOME = "192.0.2.1"
_numbers = count()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def attempts(clock: HandClock) -> SignInAttempts:
    return SignInAttempts(clock)


def elsewhere() -> str:
    """An address that nobody has sent from."""
    number = next(_numbers)
    return f"198.51.{number // 256}.{number % 256}"


def fail(attempts: SignInAttempts, times: int, name: str | None = "maria", address: str | None = None) -> None:
    for _ in range(times):
        assert attempts.begin(name, address or elsewhere()) == 0


def test_five_failures_are_free_and_each_more_doubles_the_wait(attempts: SignInAttempts, clock: HandClock) -> None:
    fail(attempts, FREE_FAILURES)
    for wait in (30, 60, 120, 240, 480, 900, 900):
        assert attempts.begin("maria", elsewhere()) == pytest.approx(wait)
        clock.pass_by(seconds=wait - 1)
        assert attempts.begin("maria", elsewhere()) == pytest.approx(1)
        clock.pass_by(seconds=1.001)
        fail(attempts, 1)


def test_the_wait_is_a_names_from_wherever_and_an_addresses_for_whomever(attempts: SignInAttempts) -> None:
    fail(attempts, FREE_FAILURES, "maria", HOME)
    assert attempts.begin("maria", elsewhere()) > 0
    assert attempts.begin("bea", HOME) > 0
    assert attempts.begin(None, HOME) > 0
    assert attempts.begin("bea", elsewhere()) == 0


def test_what_is_no_name_counts_for_its_address(attempts: SignInAttempts) -> None:
    fail(attempts, FREE_FAILURES, None, HOME)
    assert attempts.begin("maria", HOME) > 0


def test_success_ends_the_row(attempts: SignInAttempts) -> None:
    for _ in range(3):
        fail(attempts, FREE_FAILURES - 1, "maria", HOME)
        assert attempts.begin("maria", HOME) == 0
        attempts.succeeded("maria", HOME)
    assert attempts.remembered == 0


def test_tries_while_waiting_do_not_count(attempts: SignInAttempts, clock: HandClock) -> None:
    fail(attempts, FREE_FAILURES)
    for _ in range(100):
        assert attempts.begin("maria", elsewhere()) == pytest.approx(FIRST_WAIT)
    clock.pass_by(seconds=FIRST_WAIT)
    assert attempts.begin("maria", elsewhere()) == 0


def test_many_at_once_gain_nothing(attempts: SignInAttempts) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: attempts.begin("maria", HOME), range(200)))
    assert waits.count(0.0) == FREE_FAILURES


def test_failures_are_forgotten_after_an_hour(attempts: SignInAttempts, clock: HandClock) -> None:
    fail(attempts, FREE_FAILURES - 1)
    clock.pass_by(seconds=FORGOTTEN_AFTER)
    fail(attempts, FREE_FAILURES)
    assert attempts.begin("maria", elsewhere()) > 0
    clock.pass_by(seconds=FIRST_WAIT + FORGOTTEN_AFTER)
    fail(attempts, FREE_FAILURES)


def test_a_row_of_a_thousand_waits_no_longer_than_the_longest(attempts: SignInAttempts, clock: HandClock) -> None:
    for _ in range(1000):
        attempts.begin("maria", elsewhere())
        clock.pass_by(seconds=LONGEST_WAIT)
    assert attempts.begin("maria", elsewhere()) == 0
    assert attempts.begin("maria", elsewhere()) == pytest.approx(LONGEST_WAIT)


def test_memory_is_bounded_and_the_oldest_failure_goes_first(clock: HandClock) -> None:
    attempts = SignInAttempts(clock, most=10)
    fail(attempts, FREE_FAILURES, "maria", HOME)
    for number in range(4):
        fail(attempts, 1, f"agent{number}")
    assert attempts.remembered == 10
    assert attempts.begin("maria", HOME) > 0
    for number in range(100):
        fail(attempts, 1, f"other{number}")
    assert attempts.remembered == 10
    assert attempts.begin("maria", HOME) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_one_person_is_one_network(address: str, network: str) -> None:
    assert network_of(address) == network
