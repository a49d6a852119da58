from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.models import HandoffReason, Owner
from bot.storage.queue import QueueEntry
from bot.web.console.views import (
    NO_QUESTION,
    last_question,
    moment,
    queue_json,
    queue_of,
    says_nothing,
    waited,
)
from knowledge.models import Platform

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def entry(id_: str, minute: int, agent: str | None = None, owed: int | None = None) -> QueueEntry:
    at = NOW + timedelta(minutes=minute)
    return QueueEntry(
        conversation_id=id_,
        owner=Owner.QUEUED if agent is None else Owner.HUMAN,
        agent=agent,
        reason=HandoffReason.LOOP,
        asked_at=at,
        claimed_at=None if agent is None else at,
        waiting_since=NOW + timedelta(minutes=owed if owed is not None else minute),
        open_messages=int(owed is not None or agent is None),
        reminders=0,
        platform=Platform.WEB,
        locale="en",
        last_number=3,
        said=("hello", f"question of {id_}"),
    )


def test_each_agent_sees_the_queue_from_its_own_place() -> None:
    entries = [entry("w1", 0), entry("w2", 1), entry("m", 2, "ada"), entry("o", 3, "bo")]
    queue = queue_of(entries, "ada", {"bo": "Bo K."})
    assert [row.id for row in queue.waiting] == ["w1", "w2"]
    assert [row.id for row in queue.mine] == ["m"]
    assert [(row.id, row.agent_name) for row in queue.others] == [("o", "Bo K.")]
    assert queue.mine[0].agent_name == "ada", "a desk has no name of its own"


def test_whom_an_answer_is_owed_the_longest_comes_first() -> None:
    entries = [entry("idle", 0, "ada"), entry("late", 1, "ada", owed=5), entry("later", 2, "ada", owed=2)]
    assert [row.id for row in queue_of(entries, "ada", {}).mine] == ["later", "late", "idle"]


def test_long_messages_are_neither_weighed_nor_remembered() -> None:
    assert says_nothing("talk to a human")
    assert not says_nothing("talk to a human. " * 1000)


def test_the_queue_as_json_is_what_the_rows_show() -> None:
    (told,) = queue_json([entry("w/1", 0)], {})
    assert told["path"] == "/console/conversations/w%2F1"
    assert (told["question"], told["since"], told["reason"]) == ("question of w/1", NOW.isoformat(), "loop")
    assert told["waiting_since"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ((), NO_QUESTION),
        (("talk to a human", "My card is lost"), "My card is lost"),
        (("thanks", "hi"), "thanks"),
        (("My card", "older"), "My card"),
    ],
)
def test_the_last_question_holds_a_need(said, question) -> None:
    assert last_question(said) == question


def test_without_a_need_in_the_messages_the_note_says_what_it_is_about() -> None:
    assert last_question(("Are you there?", "hi"), "The code never arrives") == "The code never arrives"
    assert last_question((), "The code never arrives") == "The code never arrives"
    assert last_question(("hi", "My card"), "The code never arrives") == "My card"
    (told,) = queue_json([replace(entry("w", 0), said=(), note="The code never arrives")], {})
    assert told["question"] == "The code never arrives"


WAITS = {-5: "0 s", 0: "0 s", 59: "59 s", 60: "1 min", 3599: "59 min", 3600: "1 h 0 min", 86399: "23 h 59 min"}
WAITS |= {86400: "1 day", 200000: "2 days"}


@pytest.mark.parametrize(("seconds", "words"), WAITS.items())
def test_waits_in_words(seconds, words) -> None:
    assert waited(NOW, NOW + timedelta(seconds=seconds)) == words


def test_a_moment_in_words() -> None:
    assert moment(NOW) == "4 Mar 2026, 05:06 UTC"
