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
