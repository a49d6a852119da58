import asyncio
import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from anyio import to_thread

from bot.assembly import now
from bot.assembly_desks import patience_of
from bot.handoff.announcing import Announcer
from bot.handoff.delivery import Courier
from bot.handoff.desks.desk import Desk, Thread
from bot.handoff.summarising import Summariser
from bot.handoff.switchboard import Switchboard
from bot.models import CustomerContext, Owner
from bot.staffed import StaffedFootnote
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.outbox import OutgoingEvent
from bot.storage.ownership import ownership_of
from bot.web import background
from bot.web.background import working
from tests.bot.web.stage import SITE


class TakingDesk:
    """Takes what it is given; waits at `gate` first."""

    name = "desk"

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def deliver(self, event: OutgoingEvent, thread: Thread, again: bool) -> None:
        self.gate.wait(20)
        self.taken.append(event.type)


def switchboard_of(footnote: StaffedFootnote, desk: TakingDesk, **patience: float) -> Switchboard:
    settings = footnote.settings.model_copy(update=patience)
    return Switchboard(footnote.database, Announcer([desk.name], now), now, patience_of(settings))


async def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def conversation(footnote: StaffedFootnote) -> str:
    return start_conversation(footnote.database, SITE, CustomerContext(), datetime.now(UTC))[0].id


def test_what_happens_is_delivered_without_looking_for_it(
    footnote: StaffedFootnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never_looks(database: Database, desks: Sequence[Desk], clock: Callable[[], datetime]) -> Courier:
        return Courier(database, desks, clock, random.random, poll_seconds=3600)

    monkeypatch.setattr(background, "open_courier", never_looks)
    desk = TakingDesk()
    switchboard = switchboard_of(footnote, desk)

    async def play() -> None:
        async with working(footnote.database, switchboard, [desk]):
            await asyncio.sleep(0.2)
            await to_thread.run_sync(switchboard.call_person, conversation(footnote))
            await until(lambda: desk.taken == ["handoff.requested"])

    asyncio.run(play())


def test_waits_end_by_themselves(footnote: StaffedFootnote) -> None:
    desk = TakingDesk()
    switchboard = switchboard_of(footnote, desk, bot_patience_seconds=0.001)
    id_ = conversation(footnote)
    switchboard.receive(id_, "m1", "Is anybody there?")
    time.sleep(0.01)

    async def play() -> None:
        async with working(footnote.database, switchboard, [desk]):
            await until(lambda: ownership_of(footnote.database, id_).owner is Owner.QUEUED)
            await until(lambda: "handoff.requested" in desk.taken)

    asyncio.run(play())


def test_a_desk_that_hangs_does_not_hold_up_the_end(footnote: StaffedFootnote) -> None:
    desk = TakingDesk()
    desk.gate.clear()
    switchboard = switchboard_of(footnote, desk)

    async def play() -> float:
        async with working(footnote.database, switchboard, [desk]):
            await to_thread.run_sync(switchboard.call_person, conversation(footnote))
            await asyncio.sleep(0.3)
            began = time.monotonic()
        return time.monotonic() - began

    try:
        assert asyncio.run(play()) < 5
        assert desk.taken == []
    finally:
        desk.gate.set()
        for thread in threading.enumerate():
            if thread.name == "courier-desk":
                thread.join(20)


def test_a_handoff_is_summed_up_after_it_was_delivered_and_the_end_does_not_wait(footnote: StaffedFootnote) -> None:
    desk = TakingDesk()
    switchboard = switchboard_of(footnote, desk)
    gate = threading.Event()
    taken_first: list[list[str]] = []

    def summarise(lines: object) -> str:
        while not desk.taken:
            time.sleep(0.01)
        taken_first.append(list(desk.taken))
        if len(taken_first) > 1:
            gate.wait(20)
        return "The customer waits."

    summariser = Summariser(footnote.database, switchboard, summarise, lambda _: False)

    def call() -> None:
        id_ = conversation(footnote)
        switchboard.receive(id_, "m1", "Is anybody there?")
        switchboard.call_person(id_)

    async def play() -> float:
        async with working(footnote.database, switchboard, [desk], summariser):
            await to_thread.run_sync(call)
            await until(lambda: desk.taken == ["handoff.requested", "handoff.summary"])
            await to_thread.run_sync(call)
            await until(lambda: len(taken_first) == 2)
            began = time.monotonic()
        return time.monotonic() - began

    try:
        assert asyncio.run(play()) < 5
    finally:
        gate.set()
    assert taken_first[0] == ["handoff.requested"]
    assert summariser.stop(20)
    assert desk.taken.count("handoff.summary") == 1
