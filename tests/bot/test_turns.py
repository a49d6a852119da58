import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from alembic import command

from bot.assistant import Assistant, CustomerMessage, Outcome
from bot.errors import ConversationNotFound, EmptyMessage, IndexUnavailable, MessageTooLong
from bot.handoff.announcing import Announcer
from bot.handoff.expectation import Expectation
from bot.handoff.switchboard import Switchboard
from bot.models import Conversation, CustomerContext, Owner, Said, Speaker
from bot.storage.conversations import conversation_of, start_conversation
from bot.storage.database import Database, Transaction, open_database
from bot.storage.messages import messages_after, open_messages
from bot.storage.ownership import Patience, ownership_of
from bot.storage.revisions import migrations
from bot.storage.turns import Sent, turns_of
from bot.turns import answer_message, answer_open_messages, conversations_left_to_bot, is_left_to_bot, take_turn
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, Shelf
from tests.bot.storage.test_ownership_migration import TURN
from tests.bot.test_assistant import SEED_PHRASE, assistant_of

EMAIL, MORTGAGE, PERSON = "How do I change my email?", "Can I get a mortgage?", "I want to talk to a human"
CALLED = "A person has been called already"


@dataclass
class Interrupted:
    """An assistant to whom something happens once, while it thinks; remembers the history that it was given."""

    assistant: Assistant
    during: Callable[[], object] | None = None
    heard: list[list[str]] = field(default_factory=list)

    def read(self, text: str) -> CustomerMessage:
        return self.assistant.read(text)

    def reply_to(
        self, message: CustomerMessage, context: CustomerContext, history: Sequence[Said], turns: Sequence[str]
    ) -> Outcome:
        self.heard.append([said.text for said in history])
        happens, self.during = self.during, None
        if happens is not None:
            happens()
        return self.assistant.reply_to(message, context, history, turns)


@dataclass
class Talk:
    """A conversation, and all that it takes to have it."""

    assistant: Interrupted
    database: Database
    switchboard: Switchboard
    conversation: Conversation

    @property
    def id(self) -> str:
        return self.conversation.id

    def send(self, text: str, client_message_id: str = "m1") -> Sent:
        assistant = cast(Assistant, self.assistant)
        return take_turn(assistant, self.switchboard, self.database, self.conversation, text, client_message_id)

    def answer_what_is_open(self) -> tuple[Sent, ...]:
        return answer_open_messages(cast(Assistant, self.assistant), self.switchboard, self.database, self.id)

    def log(self) -> list[Speaker]:
        return [entry.speaker for entry in messages_after(self.database, self.id, to_customer=True)]


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return assistant_of(Shelf((CHANGE_EMAIL, FEES)))


@pytest.fixture
def talk(assistant: Assistant, tmp_path: Path) -> Iterator[Talk]:
    with open_database(tmp_path / "footnote.db") as database:
        yield talk_in(database, assistant)


def talk_in(database: Database, assistant: Assistant, announcer: Announcer | None = None) -> Talk:
    patience = Patience(bot=timedelta(seconds=30), queue=timedelta(minutes=5), human=timedelta(minutes=5))
    switchboard = Switchboard(database, announcer or Announcer((), now), now, patience)
    conversation, _ = start_conversation(database, "site", CustomerContext(), now())
    return Talk(Interrupted(assistant), database, switchboard, conversation)


def now() -> datetime:
    return datetime.now(UTC)


def said(sent: Sent) -> str:
    """What the bot said; empty when it said nothing."""
    return "" if sent.turn.reply is None else str(sent.turn.reply["text"])


def fail() -> None:
    raise IndexUnavailable("There is no index yet.")


def test_a_lone_surrogate_can_be_stored(talk: Talk) -> None:
    assert "\ud800" not in talk.send("change \ud800 email").turn.question


def test_a_turn_is_taken_once(talk: Talk) -> None:
    first = talk.send(MORTGAGE)
    again = talk.send("Something else")
    assert again.turn == first.turn
    assert turns_of(talk.database, talk.id) == (first.turn,)
    assert first.ownership.owner is again.ownership.owner is Owner.QUEUED
    assert "timings_ms" in first.turn.trace
    assert len(talk.assistant.heard) == 1


def test_one_message_from_eight_threads_is_answered_once(talk: Talk) -> None:
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: talk.send(EMAIL), range(8)))
    assert len({each.turn.id for each in sent}) == 1
    assert {each.turn.reply is None for each in sent} == {False}
    assert talk.log() == [Speaker.CUSTOMER, Speaker.BOT]


def test_a_slower_turn_does_not_undo_a_handoff(talk: Talk) -> None:
    talk.assistant.during = lambda: talk.send(PERSON, "m2")
    assert talk.send(EMAIL, "m1").ownership.owner is Owner.QUEUED


def test_only_the_best_candidates_are_stored(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.turns.STORED_CANDIDATES", 1)
    turn = talk.send(EMAIL).turn
    assert [candidate["rank"] for candidate in turn.trace["candidates"]] == [1]
    assert len(talk.assistant.assistant.answer(EMAIL, CustomerContext()).trace["candidates"]) > 1


@pytest.mark.parametrize(("text", "error"), [(" \n", EmptyMessage), ("x" * 201, MessageTooLong)])
def test_a_message_that_is_not_accepted_leaves_nothing(talk: Talk, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        talk.send(text)
    assert talk.log() == []


def test_a_secret_is_masked_before_it_is_stored(talk: Talk) -> None:
    talk.assistant.during = fail
    with pytest.raises(IndexUnavailable):
        talk.send(f"my phrase is {SEED_PHRASE}", f"id {SEED_PHRASE}")
    (message,) = messages_after(talk.database, talk.id, to_customer=True)
    assert message.text == "my phrase is [seed phrase removed]"
    assert "abandon" not in (message.source_id or "")


def test_the_second_handoff_is_no_second_acknowledgement(talk: Talk) -> None:
    first, second, third = talk.send(PERSON, "m1"), talk.send(MORTGAGE, "m2"), talk.send(PERSON, "m3")
    assert CALLED not in said(first) and "passing" in said(first)
    assert said(second).startswith("I could not find an answer to this in the help center either. " + CALLED)
    assert said(third).startswith(CALLED)
    assert [each.turn.reply["kind"] for each in (first, second, third) if each.turn.reply] == ["handoff"] * 3
    assert third.ownership.handoffs == 1


def test_two_handoffs_at_once_are_acknowledged_once(talk: Talk) -> None:
    inner: list[Sent] = []
    talk.assistant.during = lambda: inner.append(talk.send(PERSON, "m2"))
    outer = talk.send(PERSON, "m1")
    assert CALLED not in said(inner[0])
    assert said(outer).startswith(CALLED)


def test_the_queue_does_not_silence_the_bot(talk: Talk) -> None:
    talk.send(PERSON, "m1")
    answered = talk.send(EMAIL, "m2")
    assert answered.turn.reply is not None and answered.turn.reply["kind"] == "answer"
    assert answered.ownership.owner is Owner.QUEUED


def test_advice_is_given_in_the_queue_too(talk: Talk) -> None:
    talk.send(PERSON, "m1")
    assert "contained a seed phrase" in said(talk.send(f"my phrase is {SEED_PHRASE}", "m2"))


def test_what_to_expect_is_said_with_the_first_handoff_only(talk: Talk, assistant: Assistant) -> None:
    promising = talk_in(talk.database, assistant, Announcer((), now, expecting=next_in_line))
    answer, first, second = promising.send(EMAIL, "m1"), promising.send(PERSON, "m2"), promising.send(PERSON, "m3")
    assert "will reply here.\n\nYou are next." in said(first)
    assert "next" not in said(answer) + said(second)
    assert first.turn.receipt is not None and "next" not in first.turn.receipt["reply"]["text"]


@pytest.mark.parametrize("text", ["hello??", "Are you there?", "!!!"])
def test_who_waits_is_not_greeted_anew(talk: Talk, assistant: Assistant, text: str) -> None:
    promising = talk_in(talk.database, assistant, Announcer((), now, expecting=next_in_line))
    promising.send(PERSON, "m1")
    waiting = promising.send(text, "m2")
    assert said(waiting) == "A person has been called and will reply here. You are next. You can keep writing here."
    assert waiting.turn.receipt is not None and "called" not in waiting.turn.receipt["reply"]["text"]
    promising.switchboard.give_back(promising.id, "ada")
    assert "called" not in said(promising.send(text, "m3"))


def test_who_waits_and_says_thanks_is_not_invited_to_ask_for_a_person(talk: Talk) -> None:
    talk.send(PERSON, "m1")
    assert said(talk.send("ok thanks", "m2")).endswith("A person has been called and will reply here.")


def test_the_address_that_was_asked_for_is_confirmed(talk: Talk, assistant: Assistant) -> None:
    def closed(conversation_id: str, connection: Transaction) -> Expectation:
        known = conversation_of(connection, conversation_id).contact is not None
        away = next_in_line(conversation_id, connection)
        return replace(away, open_now=False, by_email=True, contact_known=known)

    asking = talk_in(talk.database, assistant, Announcer((), now, expecting=closed))
    assert "Leave your e-mail address" in said(asking.send(MORTGAGE, "m1"))
    noted = said(asking.send("my email is eve@example.com", "m2"))
    assert noted.startswith("Thank you, I have noted eve@example.com. ")
    assert noted.endswith("the answer is sent to the e-mail address that you gave.")
    assert CALLED in said(asking.send("bo@example.com has a mortgage from you, why not me", "m3"))


def test_an_address_that_nobody_asked_for_is_not_confirmed(talk: Talk) -> None:
    talk.send(PERSON, "m1")
    assert "noted" not in said(talk.send("my email is eve@example.com", "m2"))


def next_in_line(_conversation_id: str, _connection: Transaction) -> Expectation:
    return Expectation(
        now=now(),
        time_zone=ZoneInfo("UTC"),
        open_now=True,
        opens_at=None,
        closes_at=None,
        place=1,
        wait=None,
        contact_known=False,
        by_email=False,
    )


def test_the_bot_is_silent_while_a_person_has_the_conversation(talk: Talk) -> None:
    talk.switchboard.claim(talk.id, "ada")
    silent = talk.send(EMAIL)
    (message,) = open_messages(talk.database, talk.id)
    assert (silent.turn.reply, silent.turn.id, silent.ownership.owner) == (None, message.id, Owner.HUMAN)
    assert talk.assistant.heard == []
    assert talk.send(EMAIL).turn == silent.turn
    talk.switchboard.say(talk.id, "ada", "Like this.", "a1")
    assert talk.send(EMAIL).turn == silent.turn
    assert talk.log().count(Speaker.CUSTOMER) == 1


def test_a_claim_while_the_bot_thinks_keeps_its_reply_for_the_agent(talk: Talk) -> None:
    talk.assistant.during = lambda: talk.switchboard.claim(talk.id, "ada")
    held = talk.send(EMAIL)
    assert held.turn.reply is None
    assert held.turn.suggestion is not None and held.turn.suggestion["kind"] == "answer"
    assert talk.send(EMAIL).turn == held.turn
    assert len(talk.assistant.heard) == 1
    assert Speaker.BOT not in talk.log()


def test_a_reply_that_is_held_promises_nothing(talk: Talk, assistant: Assistant) -> None:
    promising = talk_in(talk.database, assistant, Announcer((), now, expecting=next_in_line))
    promising.assistant.during = lambda: promising.switchboard.claim(promising.id, "ada")
    held = promising.send(PERSON)
    assert held.turn.suggestion is not None and "next" not in held.turn.suggestion["text"]


def test_after_a_return_what_is_open_is_answered_and_only_what_is_said_since_counts(talk: Talk) -> None:
    talk.send("hello", "m0")
    talk.switchboard.claim(talk.id, "ada")
    for number, text in enumerate((EMAIL, "thanks"), start=1):
        talk.send(text, f"m{number}")
    returned = talk.switchboard.give_back(talk.id, "ada")
    assert is_left_to_bot(returned)
    first, second = talk.answer_what_is_open()
    assert first.turn.reply and second.turn.reply and "Email" in said(first)
    assert talk.assistant.heard == [[], [], [EMAIL, said(first)]]
    assert second.ownership.open_messages == 0 and second.ownership.owner is Owner.RETURNED
    assert talk.answer_what_is_open() == ()
    assert talk.send(EMAIL, "m1").turn == first.turn


def test_a_claim_between_two_answers_ends_them(talk: Talk) -> None:
    talk.switchboard.claim(talk.id, "ada")
    talk.send(EMAIL, "m1")
    talk.send(EMAIL, "m2")
    talk.switchboard.give_back(talk.id, "ada")
    talk.assistant.during = lambda: talk.switchboard.claim(talk.id, "bo")
    (held,) = talk.answer_what_is_open()
    assert held.turn.reply is None
    assert ownership_of(talk.database, talk.id).open_messages == 2


def test_a_message_that_could_not_be_answered_stays_open(talk: Talk) -> None:
    talk.assistant.during = fail
    with pytest.raises(IndexUnavailable):
        talk.send(EMAIL)
    assert ownership_of(talk.database, talk.id).open_messages == 1
    (sent,) = talk.answer_what_is_open()
    assert talk.send(EMAIL).turn == sent.turn
    assert talk.log() == [Speaker.CUSTOMER, Speaker.BOT]


def test_a_message_that_is_sent_again_is_answered_as_it_was_stored(talk: Talk) -> None:
    talk.assistant.during = fail
    with pytest.raises(IndexUnavailable):
        talk.send(EMAIL)
    assert talk.send("Something else").turn.question == EMAIL


def test_what_is_left_to_the_bot(talk: Talk, assistant: Assistant) -> None:
    talks = [talk, *(talk_in(talk.database, assistant) for _ in range(4))]
    for number, each in enumerate(talks):
        each.assistant.during = fail if number else None
        with suppress(IndexUnavailable):
            each.send(EMAIL)
    talks[2].switchboard.call_person(talks[2].id)
    talks[3].switchboard.claim(talks[3].id, "ada")
    left = conversations_left_to_bot(talk.database)
    assert set(left) == {talks[1].id, talks[2].id, talks[4].id}
    assert left.index(talks[1].id) < left.index(talks[4].id)
    talks[1].answer_what_is_open()
    assert talks[1].id not in conversations_left_to_bot(talk.database)


def test_a_secret_is_known_by_its_mask_after_a_crash(talk: Talk) -> None:
    talk.assistant.during = fail
    with pytest.raises(IndexUnavailable):
        talk.send(f"my phrase is {SEED_PHRASE}")
    (sent,) = talk.answer_what_is_open()
    assert sent.turn.reply is not None and sent.turn.reply["reason"] == "secret_seen"


def test_a_message_opens_a_closed_conversation(talk: Talk) -> None:
    talk.send(EMAIL, "m1")
    talk.switchboard.close(talk.id, None)
    opened = talk.send(EMAIL, "m2")
    assert opened.turn.reply is not None and opened.ownership.owner is Owner.RETURNED
    assert talk.assistant.heard == [[], []]


def test_an_unknown_conversation_has_nothing_to_answer(talk: Talk) -> None:
    with pytest.raises(ConversationNotFound):
        answer_open_messages(cast(Assistant, talk.assistant), talk.switchboard, talk.database, "nobody")


def test_a_message_is_answered_once_by_whoever_comes_first(talk: Talk) -> None:
    received = talk.switchboard.receive(talk.id, "m1", EMAIL)
    arguments = (cast(Assistant, talk.assistant), talk.switchboard, talk.database, talk.conversation)
    talk.assistant.during = lambda: talk.answer_what_is_open()
    answered = answer_message(*arguments, received.message, received.ownership)
    assert talk.send(EMAIL).turn == answered.turn
    assert talk.log() == [Speaker.CUSTOMER, Speaker.BOT]


def test_only_a_return_is_left_to_the_bot(talk: Talk) -> None:
    happened = []
    talk.switchboard.listen(happened.append)
    talk.send(EMAIL)
    talk.switchboard.claim(talk.id, "ada")
    talk.switchboard.give_back(talk.id, "ada")
    assert not any(map(is_left_to_bot, happened)), "nothing was open"
    talk.switchboard.claim(talk.id, "ada")
    talk.send(EMAIL, "m2")
    assert is_left_to_bot(talk.switchboard.give_back(talk.id, "ada"))


def test_a_conversation_from_before_the_log_goes_on(talk: Talk, assistant: Assistant) -> None:
    reply = {"kind": "notice", "text": "So.", "citations": [], "options": []}
    row = {"id": "t1", "conversation_id": talk.id, "position": 1, "reply": json.dumps(reply), "asked_at": str(now())}
    with talk.database.write() as connection:
        command.downgrade(migrations(connection), "0002")
    with talk.database.write() as connection:
        connection.execute(TURN, row)
    talk.database.close()
    with open_database(talk.database.where) as database:
        migrated = replace(talk_in(database, assistant), conversation=talk.conversation)
        assert (said(migrated.send("Why?", "t1")), migrated.assistant.heard) == ("So.", [])
        assert migrated.send(EMAIL, "m2").turn.reply is not None
        assert migrated.assistant.heard == [["Why?", "So."]]
        assert [entry.number for entry in messages_after(database, talk.id, to_customer=True)] == [1, 2, 3, 4]
