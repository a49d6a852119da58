import asyncio
import json
from datetime import UTC, datetime

from bot.errors import StorageError
from bot.handoff.ownership import transition
from bot.handoff.ownership_events import HandoffAsked
from bot.models import CustomerContext, HandoffReason
from bot.storage.changes import queue_marker
from bot.storage.conversations import start_conversation
from bot.storage.database import open_database
from bot.storage.ownership import act
from bot.storage.queue import queue_entries
from bot.web.console.board import QueueBoard, queue_events, queue_text
from bot.web.live import News


def call_person(database, now) -> str:
    id_ = start_conversation(database, "site", CustomerContext(), now)[0].id
    asked = HandoffAsked(now, HandoffReason.USER_REQUEST)
    act(database, id_, lambda state: transition(state, asked), now)
    return id_


class Reader:
    """Reads the queue and counts how often."""

    def __init__(self, database) -> None:
        self.database, self.reads, self.fails = database, 0, False

    async def __call__(self):
        self.reads += 1
        if self.fails:
            raise StorageError("The database has gone.")
        return queue_text(queue_entries(self.database), {})


async def always() -> bool:
    return True


def test_one_look_serves_every_console_until_something_changes(tmp_path) -> None:
    async def look(database) -> None:
        reader = Reader(database)
        board = QueueBoard(reader)
        marker = queue_marker(database)
        assert await asyncio.gather(*(board.queue_at(marker) for _ in range(5))) == ["[]"] * 5
        assert reader.reads == 1
        id_ = call_person(database, datetime.now(UTC))
        assert [row["id"] for row in json.loads(await board.queue_at(queue_marker(database)))] == [id_]
        assert reader.reads == 2

    with open_database(tmp_path / "footnote.db") as database:
        asyncio.run(look(database))


def test_a_stream_tells_the_queue_at_once_and_when_it_changes(tmp_path) -> None:
    async def follow(database) -> list[bytes]:
        stopping = asyncio.Event()
        stream = queue_events(News(database, stopping), QueueBoard(Reader(database)), stopping, always, 5.0)
        frames = [await anext(stream), await anext(stream)]
        call_person(database, datetime.now(UTC))
        frames.append(await asyncio.wait_for(anext(stream), 3))
        stopping.set()
        frames += [frame async for frame in stream]
        return frames

    with open_database(tmp_path / "footnote.db") as database:
        opening, empty, called, *rest = asyncio.run(follow(database))
    assert opening.startswith(b"retry:")
    assert b"event: queue\ndata: []" in empty
    assert b'"reason":"user_request"' in called
    assert rest == []


def test_a_stream_ends_when_its_agent_has_gone_and_when_the_database_has(tmp_path) -> None:
    async def gone() -> bool:
        return False

    async def rest(database, may_go_on, fails: bool) -> list[bytes]:
        stopping = asyncio.Event()
        reader = Reader(database)
        reader.fails = fails
        stream = queue_events(News(database, stopping), QueueBoard(reader), stopping, may_go_on, 0.05)
        return [frame async for frame in stream]

    with open_database(tmp_path / "footnote.db") as database:
        assert len(asyncio.run(rest(database, gone, False))) == 2
        assert len(asyncio.run(rest(database, always, True))) == 1
