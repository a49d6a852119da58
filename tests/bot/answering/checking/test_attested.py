import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.checking.attested import FACTS, NAMES, unattested
from bot.answering.checking.claims import Kind

SAID = (
    "Hi, I sent 500 USDT to Binance over TRC-20 on March 3 at 14:05 and it has not arrived.",
    "My order is ord-77A1, ada@example.com. I pay a 1.5% fee and have waited 2 hours.",
    "我充值了250USDT，ana mañana",
)
ALL = FACTS | NAMES | {Kind.OPPOSITE}


@pytest.mark.parametrize(
    "text",
    [
        "The customer sent 500 USDT to Binance over TRC20 and it has not arrived.",
        "The customer sent 500 usdt on 3 March at 2:05 pm.",
        "The customer waited 120 minutes for order ORD-77A1.",
        "The customer pays 1.5 percent and can be reached at ada@example.com.",
        "The customer deposited 250 USDT.",
        "They have waited two hours. It has not arrived.",
        "The customer's transfer is missing.",
        "The customer asks Ana.",
        "",
    ],
)
def test_what_was_said_may_be_said_again(text: str) -> None:
    assert unattested(text, SAID, ALL) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The customer sent 5000 USDT.", Kind.QUANTITY),
        ("The customer sent 50 USDT.", Kind.QUANTITY),
        ("The customer sent 500 EUR.", Kind.QUANTITY),
        ("The customer sent 5 USDT.", Kind.QUANTITY),
        ("The customer waited three days.", Kind.QUANTITY),
        ("The customer sent it on March 4.", Kind.DATE),
        ("The customer sent it at 15:05.", Kind.TIME),
        ("The customer used ERC20.", Kind.NETWORK),
        ("The customer did not pass KYC.", Kind.CODE),
        ("The customer's order is ORD-77A2.", Kind.CODE),
        ("The customer can be reached at eve@example.com.", Kind.ADDRESS),
        ("The customer sent it to Kraken.", Kind.NAME),
        ("The customer sent it to Bin.", Kind.NAME),
        ("Kraken has not credited it.", Kind.NAME),
        ("The customer waits (Kraken).", Kind.NAME),
        ("The customer received it.", Kind.OPPOSITE),
        ("The customer uses the app.", Kind.PLATFORM),
        ("The customer pressed “Confirm transfer”.", Kind.MENU),
    ],
)
def test_what_nobody_said_is_found(text: str, kind: Kind) -> None:
    assert kind in {claim.kind for claim in unattested(text, SAID, ALL)}


def test_only_the_kinds_that_are_asked_for() -> None:
    assert unattested("The customer sent 9 USDT to Kraken.", SAID, NAMES)[0].text == "Kraken"
    assert unattested("The customer sent 9 USDT to Kraken.", SAID, FACTS)[0].text == "9 USDT"


def test_a_part_of_a_longer_number_was_not_said() -> None:
    assert unattested("The customer paid 500.", ["I paid 1,500 and 500.25 and 2500x."], FACTS)


def test_nothing_was_said() -> None:
    assert unattested("The customer is waiting.", [], ALL) == ()
    assert unattested("The customer waits for Ada.", [], ALL)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_taken(text: str, said: str) -> None:
    unattested(text, [said], ALL)
