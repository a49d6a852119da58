import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.extractive.question_kinds import asks_for_the_whole, asks_how_to, defines, meets_expectation


@pytest.mark.parametrize(
    ("question", "how_to"),
    [
        ("How do I change my email?", True),
        ("how to withdraw", True),
        ("new number, how do i put it in", True),
        ("Can I close my account?", True),
        ("I want to set a passkey", True),
        ("Where can I see my fees?", True),
        ("What should I do if my card is lost?", True),
        ("What are the fees?", False),
        ("How long does it take?", False),
        ("How do you keep my money safe?", False),
        ("Why was it rejected?", False),
    ],
)
def test_asks_how_to(question: str, how_to: bool) -> None:
    assert asks_how_to(question) is how_to


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("How do I change my email?", True),
        ("Why was it rejected?", True),
        ("Can you explain margin?", True),
        ("What are the main features of the card?", True),
        ("What is the fee?", False),
        ("When does it end?", False),
    ],
)
def test_asks_for_the_whole(question: str, whole: bool) -> None:
    assert asks_for_the_whole(question) is whole


@pytest.mark.parametrize(
    ("question", "text", "meets"),
    [
        ("How long does it take?", "It takes 3–9 days.", True),
        ("When does it end?", "The pause ends at 06:00 UTC.", True),
        ("How long does it take?", "It depends on the network.", False),
        ("What is the fee?", "A card purchase is free.", True),
        ("What is the fee?", "The fee is deducted from the amount.", False),
        ("Who is it for?", "It costs 5 EUR.", False),
    ],
)
def test_meets_expectation(question: str, text: str, meets: bool) -> None:
    assert meets_expectation(question, text) is meets


@pytest.mark.parametrize(
    ("question", "text", "says"),
    [
        ("What is funding?", "Funding is a payment between holders.", True),
        ("what is a passkey", "A passkey lets you log in.", True),
        ("What are maker orders?", "**Maker orders** are orders that wait.", True),
        ("What does error 50113 mean?", "Error 50113 means that the signature is wrong.", True),
        ("What is funding?", "Funding rates are listed under Markets.", False),
        ("What is funding?", "The funding payment is small.", False),
        ("When is funding?", "Funding is a payment.", False),
    ],
)
def test_defines(question: str, text: str, says: bool) -> None:
    assert defines(question, text) is says


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text(question: str, text: str) -> None:
    for judged in (asks_how_to(question), asks_for_the_whole(question)):
        assert isinstance(judged, bool)
    assert isinstance(meets_expectation(question, text), bool) and isinstance(defines(question, text), bool)
