from datetime import UTC, datetime
from typing import Any

import pytest

from bot.models import Effect, Message, Owner, Speaker
from bot.web.console.log import link_target, log_of, places, with_links

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def message(number: int, speaker: Speaker, text: str = "", **more: Any) -> Message:
    values = {"id": f"m{number}", "conversation_id": "c", "said_at": NOW, **more}
    return Message(number=number, speaker=speaker, text=text, **values)


def citation(number: int, url: str, heading: str = "H") -> dict[str, Any]:
    return {"number": number, "url": url, "heading": heading, "title": f"T{number}"}


def test_each_mark_leads_to_its_own_place() -> None:
    cited = [citation(1, "https://h/a#1"), citation(1, "https://h/a#2"), citation(2, "https://h/b")]
    linked = with_links(r"One [1] two [2] three [1] four [1] [3] \[1] [1](x)", cited)
    assert linked == (
        r"One [\[1\]](https://h/a#1) two [\[2\]](https://h/b) three [\[1\]](https://h/a#2) "
        r"four [\[1\]](https://h/a#1) [3] \[1] [1](x)"
    )


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://h/a#:~:text=b%20c", "https://h/a#:~:text=b%20c"),
        ("https://h/(a)", "https://h/%28a%29"),
        ("https://h/<a> b\\", "https://h/%3Ca%3E%20b%5C"),
        ("https://h/é\u2003", "https://h/é"),
    ],
)
def test_an_address_stays_one_in_markdown(url, target) -> None:
    assert link_target(url) == target


def test_a_place_is_named_once() -> None:
    cited = [citation(1, "a"), citation(1, "b"), citation(1, "c", "Other"), citation(2, "d")]
    assert [each["url"] for each in places(cited)] == ["a", "c", "d"]


def test_what_may_not_be_shown_as_html_is_text() -> None:
    (said,) = log_of([message(1, Speaker.AGENT, "<b>x</b> [y](javascript:alert(1)) **z**", author="ada")], {}, {})
    assert "&lt;b&gt;x&lt;/b&gt;" in said.html
    assert "<strong>z</strong>" in said.html
    assert "<a" not in said.html


def test_a_held_reply_is_a_suggestion() -> None:
    reply = {"kind": "answer", "text": "So.", "citations": (), "options": (), "confidence": 0.8}
    (held,) = log_of([message(1, Speaker.BOT, reply=reply, turn_id="t", shown=False)], {}, {})
    assert (held.held, held.author, held.confidence) == (True, "Suggested answer, not shown to the customer", 0.8)


def test_what_was_said_without_a_search_has_no_confidence() -> None:
    reply = {"kind": "notice", "text": "Hello!", "citations": (), "options": (), "confidence": 0.0}
    (said,) = log_of([message(1, Speaker.BOT, reply=reply, turn_id="t")], {}, {})
    assert said.confidence is None


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (message(1, Speaker.SYSTEM, owner=Owner.QUEUED), "The conversation waits for a person."),
        (message(1, Speaker.SYSTEM, owner=Owner.HUMAN, author="ada"), "Ada L. has the conversation."),
        (message(1, Speaker.SYSTEM, owner=Owner.HUMAN), "A person has the conversation."),
        (message(1, Speaker.SYSTEM, owner=Owner.RETURNED), "The bot has the conversation again."),
        (message(1, Speaker.SYSTEM, owner=Owner.CLOSED), "The conversation was closed."),
        (message(1, Speaker.SYSTEM, notice=Effect.STILL_WAITING), "Nobody has come yet."),
        (
            message(1, Speaker.SYSTEM, "Soon.", notice=Effect.ACKNOWLEDGE),
            "A person was called. The customer was told: “Soon.”",
        ),
    ],
)
def test_what_nobody_said_is_a_line(entry, words) -> None:
    (line,) = log_of([entry], {"ada": "Ada L."}, {})
    assert (line.kind, line.text) == ("line", words)
