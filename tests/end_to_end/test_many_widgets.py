"""200 open widgets at one server process: what each costs, and that none misses a word across cuts and a restart."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from anyio import to_thread
from anyio.abc import TaskGroup

from bot.assembly import now
from bot.assembly_desks import patience_of
from bot.handoff.announcing import Announcer
from bot.handoff.switchboard import Switchboard
from bot.settings import Settings
from bot.signing_in import new_agent
from bot.storage.database import Database, open_database
from bot.storage.login_links import make_login_link
from tests.bot.web.stage import SITE
from tests.end_to_end.conftest import Running, own_server
from tests.end_to_end.open_widgets import Widget, require_all_heard, together, until

WIDGETS, WARMING = 200, 150
AT_ONCE = 20
"""Questions at once: each is a connection of its own besides the stream, and costs as much while it lasts."""
BYTES_EACH = 50_000
KEEPALIVE_SECONDS = 5
"""How long the server keeps a connection that nobody uses."""
ROUNDS = 3
AGENT = "maria"
QUESTION = "How do I reset my password?"


@dataclass
class House:
    """A server that can be restarted at its address, its data, and the widgets that are open there."""

    data: Path
    log: Path
    client: httpx2.AsyncClient
    group: TaskGroup
    server: Running
    _stack: AsyncExitStack
    widgets: list[Widget] = field(default_factory=list)

    async def restart(self) -> None:
        """SIGTERM, wait until it has ended, start again."""
        await self._stack.aclose()
        port = int(self.server.address.rpartition(":")[2])
        self.server = await self._stack.enter_async_context(serving(self.data, self.log, port))

    async def opened(self, count: int) -> list[Widget]:
        """So many widgets more, each with its stream open."""
        before = len(self.widgets)
        self.widgets += [Widget(self.client, number) for number in range(before, before + count)]
        fresh = self.widgets[before:]
        await together([each.open for each in fresh])
        for each in fresh:
            self.group.start_soon(each.follow)
        await until(lambda: all(each.is_open for each in fresh), 120, "every stream is open")
        return fresh

    async def memory(self) -> int:
        """Bytes of the server that are in memory, once that no longer grows."""
        await anyio.sleep(KEEPALIVE_SECONDS + 1.5)
        status = await anyio.Path(f"/proc/{self.server.process}/status").read_text()
        words = dict(line.split(":", 1) for line in status.splitlines())
        return int(words["VmRSS"].split()[0]) * 1024


@asynccontextmanager
async def serving(data: Path, log: Path, port: int = 0) -> AsyncIterator[Running]:
    server = own_server(data, log, port=port, FOOTNOTE_SITE_KEY=SITE, OMP_NUM_THREADS="1")
    running = await to_thread.run_sync(server.__enter__)
    try:
        yield running
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(server.__exit__, None, None, None)


@asynccontextmanager
async def house(data: Path, log: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(serving(data, log))
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        client = httpx2.AsyncClient(base_url=f"{running.address}/api/v1", timeout=45, limits=limits, trust_env=False)
        async with client, anyio.create_task_group() as group:
            yield House(data, log, client, group, running, stack)
            group.cancel_scope.cancel()


@dataclass
class Agents:
    """Agents who write into conversations: of even ones in this process, of odd ones in the console."""

    database: Database
    switchboard: Switchboard
    console: httpx2.AsyncClient

    async def claim(self, widget: Widget) -> None:
        await to_thread.run_sync(self.switchboard.claim, widget.id, AGENT)

    async def say(self, widget: Widget, text: str, id_: str) -> None:
        if widget.number % 2 == 0:
            await to_thread.run_sync(self.switchboard.say, widget.id, AGENT, text, id_)
            return
        form = {"text": text, "client_message_id": id_}
        for _ in range(60):
            with suppress(httpx2.TransportError):
                answer = await self.console.post(f"/console/conversations/{widget.id}/reply", data=form)
                if answer.status_code == 200:
                    return
                assert answer.status_code == 503, answer.text
            await anyio.sleep(0.5)
        raise AssertionError("The console was not there for half a minute.")


@asynccontextmanager
async def agents(data: Path, address: str) -> AsyncIterator[Agents]:
    with open_database(data / "footnote.db") as database:
        new_agent(database, AGENT, "Maria", now())
        switchboard = Switchboard(database, Announcer((), now), now, patience_of(Settings(data_dir=data)))
        own = address.replace("127.0.0.1", "localhost")
        headers = {"origin": own, "accept": "application/json"}
        async with httpx2.AsyncClient(base_url=own, headers=headers, timeout=30, trust_env=False) as console:
            entered = await console.post(f"/console/login/{make_login_link(database, AGENT, now())}")
            assert entered.status_code == 303, entered.text
            yield Agents(database, switchboard, console)


async def talk(widget: Widget, agents: Agents, began: anyio.Event) -> None:
    """The customer and the agent write in turns, whatever becomes of the server meanwhile."""
    for number in range(ROUNDS):
        async with anyio.create_task_group() as group:
            group.start_soon(widget.send, f"customer {number} of {widget.number}", f"m{number}")
            group.start_soon(agents.say, widget, f"agent {number} of {widget.number}", f"a{number}")
        began.set()


def tell(figure: str) -> None:
    sys.stderr.write(f"\n{figure}\n")


@pytest.mark.soak(rounds=1)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="/proc, where Linux tells a process's memory")
def test_two_hundred_open_widgets_cost_little_and_hear_everything_once(small: Path, tmp_path: Path) -> None:
    async def trial() -> None:
        async with house(small, tmp_path / "log") as home:
            await measure(home)
            async with agents(home.data, home.server.address) as staff:
                await talk_through_a_restart(home, staff)
            for each in home.widgets:
                require_all_heard(each.heard, await each.transcript())
                require_said(each)

    anyio.run(trial)


async def measure(home: House) -> None:
    """What a widget costs with its stream open, and once it has been answered."""
    warming = await home.opened(WARMING)
    await together([partial(each.send, QUESTION, "warm") for each in warming])
    await together([partial(each.send, "thanks", "warmer") for each in warming])
    await until(lambda: all(len(each.heard) == 4 for each in warming), 120, "every answer is heard")
    before = await home.memory()
    widgets = await home.opened(WIDGETS)
    idle = await home.memory()
    for some in range(0, WIDGETS, AT_ONCE):
        await together([partial(each.send, QUESTION, "first") for each in widgets[some : some + AT_ONCE]])
    await until(lambda: all(len(each.heard) == 2 for each in widgets), 120, "every answer is heard")
    answered = await home.memory()
    open_kb, answered_kb = ((memory - before) / WIDGETS / 1000 for memory in (idle, answered))
    tell(f"{WIDGETS} widgets: {open_kb:.1f} kB each open, {answered_kb:.1f} kB each answered once")
    assert open_kb * 1000 < BYTES_EACH
    assert answered_kb * 1000 < BYTES_EACH


async def talk_through_a_restart(home: House, staff: Agents) -> None:
    """Everybody is taken over by an agent; while all write, every fourth stream is cut and the server restarts."""
    await together([each.call_person for each in home.widgets])
    await together([partial(staff.claim, each) for each in home.widgets])
    began = [anyio.Event() for _ in home.widgets]
    async with anyio.create_task_group() as group:
        for widget, event in zip(home.widgets, began, strict=True):
            group.start_soon(talk, widget, staff, event)
        await until(lambda: sum(event.is_set() for event in began) > len(began) // 4, 60, "the talk is under way")
        for each in home.widgets[::4]:
            each.cut()
        await home.restart()
        for each in home.widgets[2::4]:
            each.cut()
    assert sum(each.byes["restarting"] for each in home.widgets) > WIDGETS // 4
    assert all(each.connections > 1 for each in home.widgets[::4])
    last = [(await each.transcript())[-1]["number"] for each in home.widgets]
    reached = lambda: all(each.heard[-1]["number"] >= number for each, number in zip(home.widgets, last, strict=True))  # noqa: E731
    await until(reached, 120, "everybody has heard the last entry")


def require_said(widget: Widget) -> None:
    """What both have written stands there once each, and the customer's in the order in which it was sent."""
    said = [(entry["author"], entry["text"]) for entry in widget.heard if entry["type"] == "message"]
    for author in ("customer", "agent"):
        mine = [text for who, text in said if who == author and text.startswith(f"{author} ")]
        assert mine == [f"{author} {number} of {widget.number}" for number in range(ROUNDS)], said


def entry(number: int, text: str = "") -> dict[str, Any]:
    return {"type": "message", "number": number, "text": text or f"text {number}"}


@pytest.mark.parametrize(
    ("heard", "complaint"),
    [
        ([entry(1), entry(3)], "lost"),
        ([entry(1), entry(2)], "lost"),
        ([], "lost"),
        ([entry(1), entry(2), entry(2), entry(3)], "doubled"),
        ([entry(2), entry(1), entry(3)], "out of order"),
        ([entry(1), entry(2, "other"), entry(3)], "not as in the transcript"),
        ([entry(1), entry(2), entry(3), entry(4)], "not as in the transcript"),
    ],
)
def test_what_is_lost_or_doubled_would_be_noticed(heard: list[dict[str, Any]], complaint: str) -> None:
    transcript = [entry(1), entry(2), entry(3)]
    require_all_heard(transcript, transcript)
    with pytest.raises(AssertionError, match=complaint):
        require_all_heard(heard, transcript)
