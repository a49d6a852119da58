from collections.abc import Callable
from datetime import datetime

import pytest

from bot.handoff.ownership import transition
from bot.handoff.ownership_events import AgentWrote, Claimed, Closed, CustomerWrote, Event, HandoffAsked, Released
from bot.models import CustomerContext, HandoffReason, Speaker
from bot.storage.changes import last_numbers, queue_marker
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.messages import messages_after
from bot.storage.ownership import Happening, Saying, act

Do = Callable[..., Happening]


@pytest.fixture
def start(database: Database, now: datetime) -> Callable[[], str]:
    return lambda: start_conversation(database, "site", CustomerContext(), now)[0].id


@pytest.fixture
def do(database: Database, now: datetime) -> Do:
    def done(conversation: str, event: Event, speaker: Speaker | None = None) -> Happening:
        saying = None if speaker is None else Saying(speaker=speaker, text="…", source_id=None)
        return act(database, conversation, lambda state: transition(state, event), now, saying=saying)

    return done


def test_the_last_numbers_are_those_of_the_log(database: Database, now: datetime, start, do: Do) -> None:
    first, second, untouched = start(), start(), start()
    do(first, CustomerWrote(now), Speaker.CUSTOMER)
    do(second, CustomerWrote(now), Speaker.CUSTOMER)
    do(second, HandoffAsked(now, HandoffReason.USER_REQUEST))
    numbers = last_numbers(database, [second, untouched, first, "nobody", first])
    assert numbers == {first: 1, second: 3, untouched: 0}
    assert messages_after(database, second, to_customer=False)[-1].number == 3


def test_nothing_is_asked_about_nobody(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "read", lambda: pytest.fail("a query"))
    assert last_numbers(database, []) == {}


def test_as_many_as_a_process_may_watch_fit_one_query(database: Database, start) -> None:
    here = start()
    assert last_numbers(database, [here, *map(str, range(4000))]) == {here: 0}


def test_the_marker_changes_with_the_queue_and_with_nothing_else(
    database: Database, now: datetime, start, do: Do
) -> None:
    waiting, other = start(), start()
    seen = [queue_marker(database)]

    def differs() -> bool:
        seen.append(queue_marker(database))
        return seen[-1] != seen[-2]

    assert not differs()
    do(other, CustomerWrote(now), Speaker.CUSTOMER)
    assert not differs(), "the bot has it"
    do(waiting, HandoffAsked(now, HandoffReason.USER_REQUEST))
    assert differs()
    do(waiting, CustomerWrote(now), Speaker.CUSTOMER)
    assert differs()
    do(waiting, Claimed(now, "ada"))
    assert differs()
    do(waiting, AgentWrote(now, "ada"), Speaker.AGENT)
    assert differs()
    do(waiting, Released(now, "ada"))
    assert differs()
    do(waiting, Claimed(now, "ada"))
    assert differs()
    do(waiting, Closed(now, "ada"))
    assert differs()
    do(waiting, Closed(now, None))
    assert not differs(), "closed twice"
    do(waiting, CustomerWrote(now), Speaker.CUSTOMER)
    assert not differs(), "the bot has it again"


def test_the_marker_tells_one_conversation_from_another_that_comes_in_its_place(
    database: Database, now: datetime, start, do: Do
) -> None:
    first, second = start(), start()
    do(first, HandoffAsked(now, HandoffReason.USER_REQUEST))
    before = queue_marker(database)
    later = now.replace(year=now.year + 1)
    do(first, Closed(later, None))
    do(second, HandoffAsked(later, HandoffReason.USER_REQUEST))
    assert queue_marker(database) != before
