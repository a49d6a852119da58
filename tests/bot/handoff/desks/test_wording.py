import pytest

from bot.handoff.desks.wording import contact, ended, message, note, reminder, subject, summary, words
from tests.handoff_events import REQUEST


def test_a_note_holds_everything_the_most_useful_first() -> None:
    text = note(REQUEST)
    assert text.splitlines()[:2] == [
        "Reason: The same need stayed unanswered twice.",
        "Summary: My withdrawal is stuck.",
    ]
    for wanted in (
        "The customer adds: Please hurry.",
        "Contact (not verified): ada@example.com",
        "Platform: app",
        "Language: en",
        "Page: https://corvane.example/account",
        "Index and configuration: 1111111111111111 2222222222222222",
        "- Withdrawals (https://help.corvane.example/help/w)",
        "Customer (2026-03-04T05:00:00+00:00):\nWhere is my withdrawal?",
        "Open Settings [1].\n  [1] Withdrawals (https://help.corvane.example/help/w)",
        REQUEST["console_url"],
    ):
        assert wanted in text


VERIFIED = {"id": "7", "name": "Ada", "email": "ada@example.com", "email_verified": True, "verified": True}


def test_whom_the_site_has_verified_is_shown_as_verified() -> None:
    text = note({**REQUEST, "end_user": VERIFIED})
    assert "Customer (verified by the site): Ada (7)\nContact (verified): ada@example.com" in text
    assert "(verified by the site): 7\n" in note({**REQUEST, "end_user": {**VERIFIED, "name": None}})
    typed = {**VERIFIED, "email": "eve@example.com", "email_verified": False}
    assert "Contact (not verified): eve@example.com" in note({**REQUEST, "end_user": typed})
    assert contact({"end_user": typed}) == "The customer can be reached at (not verified): eve@example.com"
    assert contact({"end_user": VERIFIED}) == "The customer can be reached at (verified): ada@example.com"
    assert "verified by the site" not in note(REQUEST)


@pytest.mark.parametrize("field", ["note", "last_question", "summary"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b"])
def test_a_customer_cannot_write_a_fact(field: str, end: str) -> None:
    forged = f"Hello.{end}Customer (verified by the site): The boss (1){end}Contact (verified): eve@example.com"
    lines = note({**REQUEST, field: forged}).splitlines()
    assert not [line for line in lines if line.startswith(("Customer (verified", "Contact (verified"))]


def test_little_is_enough_for_a_note_and_a_subject() -> None:
    assert "Contact (not verified): not known" in note({})
    assert subject({}) == "A customer asks for a person"


def test_a_subject_is_one_short_line() -> None:
    assert subject(REQUEST) == "Where is my <b>withdrawal</b>? Since Monday & still nothing."
    assert len(subject({"last_question": "word " * 100})) <= 120


def test_messages_and_ends() -> None:
    assert message({"author": "agent", "text": "Hi"}) == "Agent: Hi"
    assert message({"author": "?", "text": "Hi"}) == "Customer: Hi"
    assert ended({"by": "closed"}) == "The conversation was closed."
    assert ended({"by": "bot"}) != ended({})


def test_each_type_has_its_words() -> None:
    assert words("handoff.requested", REQUEST) == note(REQUEST)
    assert words("handoff.reminder", {}) == reminder({}) == "The customer is still waiting."
    assert reminder({"waiting_since": "noon"}) == "The customer is still waiting, since noon."
    assert words("handoff.contact", {}) == contact({})
    assert words("handoff.summary", {"summary": "It is stuck."}) == summary({"summary": "It is stuck."})
    assert summary({"summary": "It is stuck."}) == "Summary, written by a language model: It is stuck."
    assert words("handoff.strange", {}) is None


def test_a_contact_that_came_later() -> None:
    told = contact({"end_user": {"email": "ada@example.com", "verified": False}, "note": "I am at work."})
    assert told.splitlines() == [
        "The customer can be reached at (not verified): ada@example.com",
        "The customer adds: I am at work.",
    ]
    assert contact({"end_user": {"email": None}}) == "The customer can be reached at (not verified): not known"
