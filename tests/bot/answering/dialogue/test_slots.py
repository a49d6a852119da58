import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.dialogue.slots import exchanged, exchanged_inside, platform_in, slots_in
from knowledge.models import Platform


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("withdraw USDT on TRC20", ["movement", "coin", "network"]),
        ("Bitcoin or euros by SEPA Instant", ["coin", "currency", "rail"]),
        ("error 50111 at VIP 2", ["code", "level"]),
        ("a ton of tons, my solace", []),
        ("1.50111 and 501.11", []),
    ],
)
def test_values_have_kinds(text: str, kinds: list[str]) -> None:
    assert [slot.kind for slot in slots_in(text)] == kinds
    assert all(text[slot.start : slot.end] == slot.value for slot in slots_in(text))


@pytest.mark.parametrize(
    ("question", "message", "expected"),
    [
        ("fee for USDT on ERC20?", "TRC20", "fee for USDT on TRC20?"),
        ("fee for USDT on ERC20?", "BTC", "fee for BTC?"),
        ("fee for USDT on ERC20?", "USDC on Solana", "fee for USDC on Solana?"),
        ("How do I deposit euros?", "BTC", "How do I deposit BTC?"),
        ("How do I deposit?", "GBP", "How do I deposit in GBP?"),
        ("minimum deposit for USDT?", "withdrawal", "minimum withdraw for USDT?"),
        ("a fee for depositing EUR?", "withdrawals", "a fee for withdrawing EUR?"),
        ("my withdrawal is late", "deposit", "my deposit is late"),
        ("I bought BTC", "selling", "I sold BTC"),
        ("create a spot grid bot", "futures", "create a futures grid bot"),
        ("set up an authenticator app", "passkeys", "set up passkeys"),
        ("add a passkey", "authenticator app", "add an authenticator app"),
        ("same USDT?", "usdt", "same USDT?"),
        ("what is this", "processing", "what is this, processing?"),
    ],
)
def test_a_value_takes_the_place_of_one_of_its_kind(question: str, message: str, expected: str) -> None:
    assert exchanged(question, slots_in(message)) == expected


def test_inside_a_text_nothing_is_added() -> None:
    assert exchanged_inside("withdraw USDT", slots_in("BTC on TRC20")) == "withdraw BTC"


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("I use the app", Platform.APP),
        ("and on my iPhone?", Platform.APP),
        ("app?", Platform.APP),
        ("in the Corvane app", Platform.APP),
        ("How do I close my account? (web)", Platform.WEB),
        ("website version pls", Platform.WEB),
        ("I'm on my laptop", Platform.WEB),
        ("I only have my phone here", Platform.APP),
        ("not on the app", None),
        ("on the web or in the app?", None),
        ("my authenticator app is gone", None),
        ("I lost my phone", None),
        ("I'm at the pc and send from my phone wallet", Platform.WEB),
        ("what is my phone number", None),
        ("", None),
    ],
)
def test_the_platform_of_a_customer(text: str, platform: Platform | None) -> None:
    assert platform_in(text) is platform


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_taken(question: str, message: str) -> None:
    exchanged(question, slots_in(message))
    platform_in(message)
