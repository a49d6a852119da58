import threading
from dataclasses import replace

import pytest

from bot.errors import IndexUnavailable
from bot.models import Clarify, Handoff, HandoffReason, Notice
from bot.storage.messages import messages_after
from bot.web.console.suggestions import asked_last, reply_text
from bot.wire import reply_to_json
from tests.bot.web.console.conftest import hit, path_of
from tests.bot.web.stage import ANSWER, QUOTE

FIELDS = {"text": "", "client_message_id": "a1"}


def suggested(ada, talk) -> dict[str, str]:
    told: dict[str, str] = ada.script(path_of(talk, "/suggestion"), FIELDS).json()
    return told


def test_a_reply_stands_alone_with_its_sources_below() -> None:
    assert reply_text(reply_to_json(ANSWER)) == (
        f"2. {QUOTE} [1]\n\nOnly that. Really? [1]\n\n"
        "- [1] [How do I change my email? › On the app](http://127.0.0.1:8000/help/change-email#h-on-the-app)"
    )
    asked = Clarify(text="Which?", options=("Web", "App"), confidence=0.4)
    assert reply_text(reply_to_json(asked)) == "Which?\n\n- Web\n- App"


def test_the_answer_that_was_held_is_suggested_and_nothing_is_composed(ada, talk, assistant) -> None:
    assistant.gate = threading.Event()
    sending = threading.Thread(target=talk.send, args=("How do I change my email?",))
    sending.start()
    assert assistant.waiting.acquire(timeout=20)
    assert ada.script(path_of(talk, "/claim")).status_code == 200
    assistant.gate.set()
    sending.join(20)
    told = suggested(ada, talk)
    assert told["about"] == "The bot had this answer ready when a person took over."
    assert told["text"].startswith(f"2. {QUOTE} [1]")
    assert len(assistant.history) == 1
    page = ada.get(path_of(talk)).text
    assert "Suggested answer, not shown to the customer" in page


def test_the_question_is_the_last_that_holds_a_need(ada, talk, footnote, assistant) -> None:
    assert asked_last(()) is None
    talk.send("Where is my deposit?", "m1")
    talk.send("thanks", "m2")
    asked = asked_last(messages_after(footnote.database, talk.id, to_customer=False))
    assert asked is not None
    assert asked.text == "Where is my deposit?"
    suggested(ada, talk)
    assert assistant.history[-1][0] == "Where is my deposit?"


@pytest.mark.parametrize(
    "reply",
    [
        Handoff(text="A person.", reason=HandoffReason.SENSITIVE_TOPIC, confidence=0.0),
        Notice(text="Hello!", confidence=0.0),
    ],
)
def test_without_an_answer_the_nearest_articles_are_named(ada, talk, assistant, reply) -> None:
    talk.send("hacked")
    assistant.enqueue(reply)
    assistant.hits = [hit(), hit("fees", "A fee."), hit(), hit("mushkila", "خطوة."), hit("old-news", "Old.")]
    told = suggested(ada, talk)
    assert told["about"] == "No answer, but these articles come near."
    assert told["text"].count("\n") == 2
    assert "/help/change-email" in told["text"].splitlines()[0]
    assert "/help/fees" in told["text"].splitlines()[1]


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.12, "and perhaps not what is asked: the bot is 12% sure"), (0.9, ": the bot is 90% sure")],
)
def test_what_the_bot_would_not_say_itself_is_told_apart(ada, talk, assistant, confidence, words) -> None:
    talk.send("it is 0.5 BTC")
    assistant.enqueue(replace(ANSWER, confidence=confidence))
    assert words in suggested(ada, talk)["about"]


def test_a_question_back_is_suggested(ada, talk, assistant) -> None:
    talk.send("email")
    assistant.enqueue(Clarify(text="Which one?", options=("Web", "App"), confidence=0.4))
    assert suggested(ada, talk) == {"text": "Which one?\n\n- Web\n- App", "about": "The bot would ask back."}


def test_there_may_be_nothing_to_suggest(ada, talk, assistant) -> None:
    assert suggested(ada, talk) == {"text": "", "about": "The customer has not asked anything yet."}
    talk.send("hacked")
    assistant.enqueue(Notice(text="Hello!", confidence=0.0))
    assert suggested(ada, talk)["about"] == "The bot has no answer to this, and no article comes near."


def test_what_the_assistant_cannot_do_is_told(ada, talk, assistant) -> None:
    talk.send("email")
    assistant.enqueue(ValueError("leaks"))
    failed = ada.script(path_of(talk, "/suggestion"), FIELDS)
    assert failed.status_code == 500
    assert "leaks" not in failed.text


def test_without_an_index_what_was_written_stays(ada, talk, assistant) -> None:
    talk.send("email")
    ada.post(path_of(talk, "/claim"))
    assistant.enqueue(IndexUnavailable("None in /srv."), IndexUnavailable("None in /srv."))
    page = ada.post(path_of(talk, "/suggestion"), {"text": "Dear Eve", "client_message_id": "a1"})
    assert page.status_code == 503
    assert ">\nDear Eve</textarea>" in page.text
    assert "The help center is being prepared" in page.text
    assert "/srv" not in page.text
    assert ada.script(path_of(talk, "/suggestion"), FIELDS).json()["error"]["code"] == "index_unavailable"


def test_a_suggestion_for_nobody(ada) -> None:
    page = ada.post("/console/conversations/none/suggestion", FIELDS)
    assert page.status_code == 404
    assert "Nothing here" in page.text
