import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.improving.slots import claim_of, conflict

CONTRADICTIONS = [
    ("Withdrawals take up to 24 hours.", "A withdrawal can take up to 48 hours."),
    ("The fee is 0.5%.", "The fee is 0.9 percent."),
    ("You pay 5 EUR for a new card.", "A new card costs you €8."),
    ("The contest begins on 3 March 2027.", "The contest begins on March 10, 2027."),
    ("The office opens at 9:00.", "The office opens at 10 a.m."),
    ("You may try three times.", "You may try 5 times."),
    ("Each transfer costs 0.5%.", "Each transfer costs 2 EUR."),
    ("Deposits of at least 10 USDT are credited.", "Deposits of at least 50 USDT are credited."),
]
NO_CONTRADICTIONS = [
    ("It takes 24 hours.", "It takes one day."),
    ("It takes 90 minutes.", "It takes 1.5 hours."),
    ("At least 10 EUR.", "At most 500 EUR."),
    ("Withdraw 0.0004 BTC.", "Withdraw 0.003 ETH."),
    ("The fee on TRC20 is 1 USDT.", "The fee on ERC20 is 8 USDT."),
    ("VIP 1 pays 0.08%.", "VIP 2 pays 0.05%."),
    ("The limit is 5,000 EUR.", "Until 31 May 2025 the limit was 2,000 EUR."),
    ("The fee is 2%.", "The fee was lowered from 3% to 2%."),
    ("The fee is 2%.", "For example, a fee of 3% on 100 EUR is 3 EUR."),
    ("On weekdays it takes 2 hours.", "On weekends it takes 8 hours."),
    ("A daily limit of 100 EUR.", "A monthly limit of 900 EUR."),
    ("Makers pay 0.02%.", "Takers pay 0.05%."),
    ("Deposits take 3 days.", "Withdrawals take 5 days."),
    ("Takes 1 to 3 days.", "Takes 3 days."),
    ("Nothing here.", "Takes 3 days."),
    ("On 5 May.", "On 5 May 2026."),
]


@pytest.mark.parametrize(("one", "other"), CONTRADICTIONS)
def test_two_values_of_one_thing(one: str, other: str) -> None:
    assert conflict(claim_of(one), claim_of(other)) is not None
    assert conflict(claim_of(other), claim_of(one)) is not None


@pytest.mark.parametrize(("one", "other"), NO_CONTRADICTIONS)
def test_two_values_that_both_hold(one: str, other: str) -> None:
    assert conflict(claim_of(one), claim_of(other)) is None
    assert conflict(claim_of(other), claim_of(one)) is None


@given(st.text(max_size=80))
def test_no_text_contradicts_itself(text: str) -> None:
    assert conflict(claim_of(text), claim_of(text)) is None
