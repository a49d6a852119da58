import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RequestRefused
from bot.models import CustomerContext, Said
from bot.trials.question import (
    MOST_EARLIER,
    MOST_LINES,
    TrialQuestion,
    earlier_messages,
    earlier_text,
    question_lines,
    trial_question,
)
from knowledge.models import Platform

SEED_PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"


def test_what_the_bot_said_is_marked_and_the_rest_is_the_customers() -> None:
    found = earlier_messages("How do I pay?\r\n\n  bot: By card.\nAnd by app?\nBot:\n")
    assert found == (
        Said(role="user", text="How do I pay?"),
        Said(role="assistant", text="By card."),
        Said(role="user", text="And by app?"),
    )


def test_secrets_are_masked_before_anything_else() -> None:
    question = trial_question(f"My phrase is {SEED_PHRASE}", CustomerContext(), earlier=f"It is {SEED_PHRASE}")
    assert "abandon" not in repr(question)
    assert "abandon" not in repr(question_lines(f"My phrase is {SEED_PHRASE}\nAnd?"))


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_a_list_without_a_question_is_refused(text: str) -> None:
    with pytest.raises(RequestRefused, match="no question"):
        question_lines(text)


def test_too_much_is_refused_with_its_number() -> None:
    assert len(question_lines("a\n" * MOST_LINES)) == MOST_LINES
    with pytest.raises(RequestRefused, match=f"{MOST_LINES + 1} questions"):
        question_lines("a\n" * (MOST_LINES + 1))
    with pytest.raises(RequestRefused, match=f"{MOST_EARLIER + 1} earlier messages"):
        earlier_messages("a\n" * (MOST_EARLIER + 1))


LINES = st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), max_size=5)


@given(LINES, st.sampled_from(Platform))
def test_a_question_outlives_its_json_and_its_form(lines, platform) -> None:
    context = CustomerContext(platform=platform, locale="de")
    question = trial_question("How?", context, "site", "\nBot: ".join(lines))
    assert TrialQuestion.from_json(question.to_json()) == question
    assert earlier_messages(earlier_text(question)) == question.earlier
