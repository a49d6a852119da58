import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.extractive.boilerplate import is_boilerplate, is_boilerplate_heading, refers_back


@pytest.mark.parametrize(
    "sentence",
    [
        "Was this article helpful?",
        "This article explains how to set up a passkey.",
        "In this guide, you learn how to trade.",
        "Follow the steps below.",
        "Please read the instructions.",
        "Find your log-in problem in this list.",
        "For more information, refer to the Home Screen.",
        "To learn more about fees, see the fee page.",
        "Related articles",
        "Learn more",
        "Still have questions? Write to us.",
        "Contact our support team.",
        "If you need further assistance, contact us.",
        "The image below shows the menu.",
        "[How do I log in?](/help/log-in)",
        "The steps are in [I lost my phone, what now?](/help/lost-phone).",
    ],
)
def test_boilerplate(sentence: str) -> None:
    assert is_boilerplate(sentence, sentence, "How do I set up a passkey?")


@pytest.mark.parametrize(
    "sentence",
    [
        "Follow the prompt of your phone and confirm with your face.",
        "Contact your bank and ask for the status of the transfer.",
        "If you can't log in, ask a human agent in the Support center to freeze the account.",
        "A withdrawal costs 1 USDT.",
        "Read the summary and select **Confirm**.",
        "The list price is fixed for 30 seconds.",
        "Open [your settings](/help/settings) and choose the language in which emails are sent.",
    ],
)
def test_sentences_that_say_something(sentence: str) -> None:
    assert not is_boilerplate(sentence, sentence, "How do I set up a passkey?")


def test_how_to_get_in_touch_is_an_answer_to_who_asks_for_it() -> None:
    sentence = "Contact us by chat, day and night."
    assert is_boilerplate(sentence, sentence, "What does a withdrawal cost?")
    assert not is_boilerplate(sentence, sentence, "How do I reach support?")


@pytest.mark.parametrize(
    ("heading", "nothing"),
    [
        ("Related articles", True),
        ("See also", True),
        ("Need more help?", True),
        ("Fees", False),
        ("Contents of the box", False),
    ],
)
def test_headings(heading: str, nothing: bool) -> None:
    assert is_boilerplate_heading(heading) is nothing


@pytest.mark.parametrize(
    ("sentence", "back"),
    [
        ("It ends by itself.", True),
        ("However, fees apply.", True),
        ("Items are sold.", False),
        ("The fee is 1.", False),
    ],
)
def test_refers_back(sentence: str, back: bool) -> None:
    assert refers_back(sentence) is back


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    is_boilerplate(text, text, text)
    is_boilerplate_heading(text)
    refers_back(text)
