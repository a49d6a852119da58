import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.errors import Overloaded, StorageError
from bot.models import Speaker
from bot.storage.database import Database, open_database
from bot.web import live
from bot.web.live import Ending, News, Watcher
from tests.bot.web.switching import new_conversation, switchboard_on

CUSTOMER, AGENT = Speaker.CUSTOMER, Speaker.AGENT
SOON = 2.0
"""Seconds within which what is waited for must have come, on a machine that is busy with other things."""
WHILE = 0.2
"""Seconds of waiting for what must not come."""

Story = Callable[[News, asyncio.Event], Coroutine[Any, Any, None]]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "footnote.db") as database:
        yield database


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(live, "AWAY_SECONDS", 0.1)


def play(database: Database, story: Story) -> None:
    async def told() -> None:
        stopping = asyncio.Event()
        await story(News(database, stopping), stopping)

    asyncio.run(told())


def watched(news: News, database: Database, side: Speaker = CUSTOMER) -> Watcher:
    return news.watch(new_conversation(database)[0], side)


def test_what_is_published_wakes_who_watches_it(database: Database) -> None:
    async def story(news: News, _stopping: asyncio.Event) -> None:
        watcher, other = watched(news, database), watched(news, database)
        thread = threading.Thread(target=news.publish, args=[watcher.conversation_id])
        thread.start()
        assert await watcher.news(SOON)
        assert not await other.news(WHILE)
        assert not await watcher.news(WHILE), "it is told once"
        thread.join()

    play(database, story)


def test_what_is_published_before_the_wait_is_not_lost(database: Database) -> None:
    async def story(news: News, _stopping: asyncio.Event) -> None:
        watcher = watched(news, database)
        news.publish(watcher.conversation_id)
        await asyncio.sleep(0.01)
        assert await watcher.news(0)

    play(database, story)


def test_the_poll_tells_what_another_process_stored(database: Database) -> None:
    async def story(news: News, _stopping: asyncio.Event) -> None:
        watcher, other = watched(news, database), watched(news, database)
        with open_database(Path(database.name)) as theirs:
            switchboard_on(theirs).receive(watcher.conversation_id, "m1", "Hello?")
        assert await watcher.news(SOON)
        assert await watcher.news(SOON), "again, until it has been read"
        watcher.reached = 1
        await watcher.news(0)
        assert not await watcher.news(WHILE)
        assert not await other.news(0), "nothing was said there"

    play(database, story)


def test_it_polls_with_one_query_and_only_while_somebody_watches(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[str]] = []
    monkeypatch.setattr(live, "last_numbers", lambda _database, ids: asked.append(set(ids)) or {})

    async def story(news: News, _stopping: asyncio.Event) -> None:
        await asyncio.sleep(WHILE)
        assert asked == []
        watchers = [watched(news, database) for _ in range(3)]
        await asyncio.sleep(WHILE)
        assert len(asked) > 2
        assert all(ids == {watcher.conversation_id for watcher in watchers} for ids in asked)
        for watcher in watchers:
            news.leave(watcher)
        await asyncio.sleep(0.1)
        asked.clear()
        await asyncio.sleep(WHILE)
        assert asked == []
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
        watched(news, database)
        await asyncio.sleep(WHILE)
        assert asked != [], "it begins again"

    play(database, story)


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (StorageError("The database is locked."), {"sentence": "The database is locked."}),
        (ZeroDivisionError("hunter2"), {"error": "ZeroDivisionError"}),
    ],
)
def test_a_poll_that_fails_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception, logged: dict[str, str]
) -> None:
    working, failed = live.last_numbers, threading.Event()
    failures = iter(range(5))

    def failing(database: Database, ids: tuple[str, ...]) -> dict[str, int]:
        if next(failures, None) is not None:
            raise error
        failed.set()
        return working(database, ids)

    monkeypatch.setattr(live, "last_numbers", failing)

    async def story(news: News, _stopping: asyncio.Event) -> None:
        watcher = watched(news, database)
        switchboard_on(database).receive(watcher.conversation_id, "m1", "Hello?")
        assert await watcher.news(SOON)
        assert failed.is_set()

    with capture_logs() as logs:
        play(database, story)
    assert len(logs) == 1, "once, however often it fails"
    assert (logs[0]["event"], logs[0]["log_level"]) == ("live_poll_failed", "error")
    assert logged.items() <= logs[0].items()
    assert "hunter2" not in str(logs)


def test_a_stopping_server_ends_every_stream_and_every_wait(database: Database) -> None:
    async def story(news: News, stopping: asyncio.Event) -> None:
        watchers = [watched(news, database), watched(news, database, AGENT)]
        seen = await news.any_change(None, 0)
        waiting = asyncio.create_task(news.any_change(seen, 60))
        await asyncio.sleep(0.05)
        stopping.set()
        for watcher in watchers:
            assert await watcher.news(SOON)
            assert watcher.ending is Ending.RESTARTING
        assert await asyncio.wait_for(waiting, SOON) == seen
        assert await asyncio.wait_for(news.any_change(seen, 60), SOON) == seen
        assert watched(news, database).ending is Ending.RESTARTING, "one that comes now"

    play(database, story)


def test_of_too_many_streams_of_a_conversation_the_oldest_is_ended(database: Database) -> None:
    async def story(news: News, _stopping: asyncio.Event) -> None:
        agents = news.watch("c1", AGENT)
        oldest, *others = [news.watch("c1", CUSTOMER) for _ in range(live.MOST_PER_CONVERSATION)]
        assert oldest.ending is None
        newest = news.watch("c1", CUSTOMER)
        assert await oldest.news(SOON)
        assert oldest.ending is Ending.REPLACED
        assert {each.ending for each in (*others, newest, agents)} == {None}
        news.leave(oldest)
        assert news.watch("c1", CUSTOMER).ending is None
        assert others[0].ending is Ending.REPLACED
        news.publish("c1")
        assert await newest.news(SOON)

    play(database, story)


def test_streams_are_bounded_for_each_side(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 3)

    async def story(news: News, _stopping: asyncio.Event) -> None:
        watchers = [watched(news, database) for _ in range(3)]
        with pytest.raises(Overloaded, match="Too many people are connected"):
            watched(news, database)
        watched(news, database, AGENT)
        news.leave(watchers[0])
        watched(news, database)

    play(database, story)


def test_a_replaced_stream_counts_until_it_has_ended(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 2)
    monkeypatch.setattr(live, "MOST_PER_CONVERSATION", 1)

    async def story(news: News, _stopping: asyncio.Event) -> None:
        stalled = news.watch("c1", CUSTOMER)
        news.watch("c1", CUSTOMER)
        with pytest.raises(Overloaded):
            news.watch("c1", CUSTOMER)
        news.leave(stalled)
        news.watch("c1", CUSTOMER)

    play(database, story)


def test_a_customer_is_there_while_a_stream_is_and_a_little_longer(database: Database) -> None:
    async def story(news: News, _stopping: asyncio.Event) -> None:
        assert not news.is_watched("c1")
        agent = news.watch("c1", AGENT)
        assert not news.is_watched("c1"), "an agent is not the customer"
        first, second = news.watch("c1", CUSTOMER), news.watch("c1", CUSTOMER)
        assert news.is_watched("c1")
        news.leave(first)
        await asyncio.sleep(0.2)
        assert news.is_watched("c1"), "in another tab"
        news.leave(second)
        assert news.is_watched("c1"), "may be loading another page"
        await asyncio.sleep(0.2)
        assert not news.is_watched("c1")
        news.leave(agent)

    play(database, story)


def test_typing_is_told_to_who_watches_and_kept_for_nobody_else(database: Database) -> None:
    async def story(news: News, _stopping: asyncio.Event) -> None:
        news.typing("c1", CUSTOMER, on=True)
        await asyncio.sleep(0.01)
        watcher, own = news.watch("c1", AGENT), news.watch("c1", CUSTOMER)
        assert not news.is_typing("c1", CUSTOMER)
        await asyncio.to_thread(news.typing, "c1", CUSTOMER, True)
        assert await watcher.news(SOON)
        assert not await own.news(0), "who types knows it"
        assert news.is_typing("c1", CUSTOMER)
        assert not news.is_typing("c1", AGENT)

    play(database, story)


def test_any_change_tells_what_came_to_people(database: Database) -> None:
    async def story(news: News, _stopping: asyncio.Event) -> None:
        conversation, _token = new_conversation(database)
        switchboard = switchboard_on(database)
        seen = await news.any_change(None, 0)
        assert await news.any_change(seen, WHILE) == seen
        waiting = [asyncio.create_task(news.any_change(seen, 60)) for _ in range(3)]
        await asyncio.to_thread(switchboard.receive, conversation, "m1", "Hello?")
        assert not (await asyncio.wait(waiting, timeout=WHILE))[0], "the bot has it"
        await asyncio.to_thread(switchboard.call_person, conversation)
        changed = await asyncio.wait_for(asyncio.gather(*waiting), SOON)
        assert {marker != seen for marker in changed} == {True}
        await asyncio.to_thread(switchboard.claim, conversation, "ada")
        assert await asyncio.wait_for(news.any_change(changed[0], 60), SOON) != changed[0], "between two waits too"

    play(database, story)


def test_a_wait_that_was_given_up_leaves_nothing(database: Database) -> None:
    async def story(news: News, _stopping: asyncio.Event) -> None:
        seen = await news.any_change(None, 0)
        waiting = asyncio.create_task(news.any_change(seen, 60))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.sleep(0.1)
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

    play(database, story)


def test_news_after_the_loop_has_ended_are_for_nobody(database: Database) -> None:
    kept: list[News] = []

    async def story(news: News, _stopping: asyncio.Event) -> None:
        news.watch("c1", CUSTOMER)
        kept.append(news)

    play(database, story)
    kept[0].publish("c1")
    kept[0].typing("c1", AGENT, on=True)
    News(database, asyncio.Event()).publish("c1")
