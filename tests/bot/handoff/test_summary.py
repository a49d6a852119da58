import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.summary import (
    MOST_CHARACTERS,
    SENTENCES_READ,
    SUMMARY_CHARACTERS,
    Circumstances,
    Line,
    bare_url,
    briefing,
    end_user,
    lines_of,
    lines_of_log,
    short_summary,
    tried,
)
from bot.models import CustomerContext, HandoffReason, Identity, Message, Owner, Speaker, Turn
from knowledge.models import Platform

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
CHANGE_EMAIL = {
    "number": 1, "article_id": "change-email", "title": "Change your e-mail", "heading": "On the app",
    "url": "https://help.corvane.example/help/change-email#x", "quote": "Open Settings", "start": 3, "end": 16,
    "updated_at": None,
}  # fmt: skip


def reply(text: str, *citations: Mapping[str, Any], options: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"kind": "answer", "text": text, "citations": list(citations), "options": list(options)}


def turn(question: str, answer: dict[str, Any] | None) -> Turn:
    return Turn(
        id=f"t-{question[:5]}", conversation_id="c1", client_message_id="m", question=question, reply=answer, trace={},
        asked_at=NOW,
    )  # fmt: skip


def customer(text: str) -> Line:
    return Line(author="customer", text=text, at=NOW.isoformat())


def asks(text: str) -> bool:
    return "human" in text


CIRCUMSTANCES = Circumstances(
    conversation_id="c1",
    context=CustomerContext(
        platform=Platform.APP, locale="es", page_url="https://corvane.example/account?token=s3cret#x"
    ),
    reason=HandoffReason.LOOP,
    contact="ada@example.com",
    note="Please hurry.",
    index_hash="1" * 16,
    config_hash="2" * 16,
    links_start_with="https://help.corvane.example",
    business_hours={"open": False, "next_open_at": "2026-03-05T08:00:00+00:00"},
)
TURNS = (
    turn("My withdrawal of 2 ETH is stuck since Monday. What can I do?", reply("Open Settings [1].", CHANGE_EMAIL)),
    turn("That is about e-mail, not about my withdrawal!", reply("Which one?", options=("Fiat", "Crypto"))),
    turn("Let me talk to a human", None),
)


def test_everything_a_person_needs_is_there() -> None:
    data = briefing(lines_of(TURNS), CIRCUMSTANCES, asks)
    assert data["reason"] == {"code": "loop", "text": "The same need stayed unanswered twice."}
    assert data["last_question"] == "That is about e-mail, not about my withdrawal!"
    assert data["end_user"] == {"email": "ada@example.com", "verified": False}
    assert (data["platform"], data["language"], data["note"]) == ("app", "es", "Please hurry.")
    assert data["page_url"] == "https://corvane.example/account"
    assert (data["index_hash"], data["config_hash"]) == ("1" * 16, "2" * 16)
    assert data["console_url"] == "https://help.corvane.example/console/conversations/c1"
    assert data["business_hours"]["open"] is False
    assert [each["article_id"] for each in data["tried"]] == ["change-email"]
    assert [(line["author"], line["text"].splitlines()[0]) for line in data["transcript"]] == [
        ("customer", TURNS[0].question),
        ("assistant", "Open Settings [1]."),
        ("customer", TURNS[1].question),
        ("assistant", "Which one?"),
        ("customer", TURNS[2].question),
    ]
    assert data["transcript"][1]["citations"] == [
        {name: CHANGE_EMAIL[name] for name in ("number", "article_id", "title", "url", "quote")}
    ]
    assert data["transcript"][3]["text"] == "Which one?\n- Fiat\n- Crypto"
    assert json.loads(json.dumps(data)) == data


ADA = Identity(subject="7", name="Ada", email="ada@example.com")


@pytest.mark.parametrize(
    ("contact", "identity", "told"),
    [
        (None, None, {"email": None, "verified": False}),
        ("eve@example.com", None, {"email": "eve@example.com", "verified": False}),
        (None, ADA, {"email": "ada@example.com", "email_verified": True}),
        ("ada@example.com", ADA, {"email": "ada@example.com", "email_verified": True}),
        ("eve@example.com", ADA, {"email": "eve@example.com", "email_verified": False}),
        ("eve@example.com", replace(ADA, email=None), {"email": "eve@example.com", "email_verified": False}),
        (None, replace(ADA, email=None), {"email": None, "email_verified": False}),
    ],
)
def test_what_a_customer_typed_is_never_verified(contact: Any, identity: Any, told: dict[str, Any]) -> None:
    known = {} if identity is None else {"id": "7", "name": "Ada", "verified": True}
    assert end_user(contact, identity) == {**known, **told}
    data = briefing(lines_of(TURNS), replace(CIRCUMSTANCES, contact=contact, identity=identity), asks)
    assert data["end_user"] == {**known, **told}


def test_the_summary_is_the_customer_s_own_sentences() -> None:
    summary = briefing(lines_of(TURNS), CIRCUMSTANCES, asks)["summary"]
    assert summary.startswith("My withdrawal of 2 ETH is stuck since Monday.")
    assert "human" not in summary
    said = " ".join(each.question for each in TURNS)
    assert all(sentence in said for sentence in summary.replace("! ", "!|").replace(". ", ".|").split("|"))


def test_a_customer_who_only_asks_for_a_person_is_quoted_with_that() -> None:
    data = briefing([customer("Give me a human")], CIRCUMSTANCES, asks)
    assert data["summary"] == data["last_question"] == "Give me a human"


def test_nothing_said_yet_is_no_trouble() -> None:
    data = briefing([], CIRCUMSTANCES)
    assert (data["summary"], data["last_question"], data["transcript"], data["tried"]) == ("", "", [], [])


def test_a_language_without_spaces_is_summed_up_too() -> None:
    assert "提现" in short_summary(["我的提现卡住了。提现什么时候到账？你好。"])


def test_one_endless_sentence_is_cut_at_a_word() -> None:
    summary = short_summary(["help " * 500])
    assert len(summary) <= SUMMARY_CHARACTERS
    assert summary.endswith("help…")


@given(st.lists(st.text(max_size=600), max_size=6))
def test_a_summary_is_short_and_invents_nothing(messages: list[str]) -> None:
    summary = short_summary(messages)
    assert len(summary) <= SUMMARY_CHARACTERS
    known = set("".join(messages)) | {" ", "…"}
    assert set(summary) <= known


def test_an_article_counts_once_for_each_answer_that_showed_it() -> None:
    twice = Line(author="assistant", text="x", at="", citations=[CHANGE_EMAIL, CHANGE_EMAIL])
    assert [(each["article_id"], each["times"]) for each in tried([twice, customer("no"), twice])] == [
        ("change-email", 2)
    ]


def test_a_long_transcript_keeps_its_end() -> None:
    lines = [customer(f"{number} " + "x" * 3000) for number in range(200)]
    kept = briefing(lines, CIRCUMSTANCES)["transcript"]
    assert kept[-1]["text"].startswith("199 ")
    assert 1 < len(kept) < 100
    assert sum(len(line["text"]) for line in kept) <= MOST_CHARACTERS
    assert len(briefing([customer("y" * 90_000)], CIRCUMSTANCES)["transcript"][0]["text"]) == 4000


def test_however_much_was_said_little_of_it_is_read() -> None:
    read: list[str] = []

    def says_nothing(text: str) -> bool:
        read.append(text)
        return False

    sentences = (f"Why is it number {number}?" for number in range(200_000))
    lines = [customer(" ".join(itertools.islice(sentences, 160))) for _ in range(200)]
    told = briefing(lines, CIRCUMSTANCES, says_nothing)
    assert told["last_question"] == lines[-1].text
    assert sum(map(len, read)) < 2 * MOST_CHARACTERS
    read.clear()
    assert short_summary([line.text for line in lines], says_nothing)
    assert len(read) <= SENTENCES_READ


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://u:p@a.example:8443/x/y?t=1#z", "https://a.example:8443/x/y"),
        ("http://a.example", "http://a.example"),
        (None, None),
        ("javascript:alert(1)", None),
        ("https://a.example:port/", None),
        ("https://[::1", None),
    ],
)
def test_a_page_is_named_without_what_may_be_secret(url: str | None, bare: str | None) -> None:
    assert bare_url(url) == bare


def entry(number: int, speaker: Speaker, text: str, **more: Any) -> Message:
    return Message(
        id=f"m{number}", conversation_id="c1", number=number, speaker=speaker, text=text, said_at=NOW, **more
    )


def test_a_log_becomes_a_transcript_of_what_was_shown() -> None:
    lines = lines_of_log(
        [
            entry(1, Speaker.CUSTOMER, "Hello?"),
            entry(2, Speaker.BOT, "", reply=reply("Open it [1].", CHANGE_EMAIL)),
            entry(3, Speaker.BOT, "too late", shown=False),
            entry(4, Speaker.SYSTEM, "", owner=Owner.HUMAN),
            entry(5, Speaker.AGENT, "I am Kim."),
        ]
    )
    assert [(line.author, line.text) for line in lines] == [
        ("customer", "Hello?"),
        ("assistant", "Open it [1]."),
        ("agent", "I am Kim."),
    ]
    assert lines[1].citations == [CHANGE_EMAIL]
