import pytest

from bot.answering.dialogue.subjects import SUBJECT_WORDS, subject_of


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("How do I withdraw USDT?", "withdraw USDT"),
        ("Why is my withdrawal still pending?", "withdrawal still pending"),
        ("can you tell me how to verify my identity?", "verify my identity"),
        ("I want to close my account", "close my account"),
        ("What are the trading fees and VIP levels?", "trading fees and VIP levels"),
        ("Hello there. I moved. How do I change my phone number?", "change my phone number"),
        ("why?", "why"),
        ("", ""),
    ],
)
def test_the_words_that_ask_are_left_out(question: str, subject: str) -> None:
    assert subject_of(question) == subject


def test_a_subject_is_short() -> None:
    assert len(subject_of("lost " * 100).split()) == SUBJECT_WORDS
