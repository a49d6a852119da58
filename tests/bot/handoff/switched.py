"""The simulated conversation on what the server uses: a `Switchboard` with desks. And what its desks must have been
told, read from the log by rules of its own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from bot.errors import NotYourTurn
from bot.handoff.announcing import Announcer
from bot.handoff.desks.inbound import DeskEvent, DeskEventKind
from bot.handoff.ownership_events import (
    AgentWrote,
    Claimed,
    Closed,
    Event,
    HandoffAsked,
    Released,
    Returned,
    TimedOut,
)
from bot.handoff.switchboard import Switchboard
from bot.models import CustomerContext, HandoffReason, Message, Owner, Ownership, Speaker, Step, Turn
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.messages import messages_after
from bot.storage.ownership import Happening, ownership_of
from bot.storage.schema import outbox
from tests.bot.handoff.deliveries import DESK
from tests.bot.handoff.house import PATIENCE, Clock
from tests.bot.handoff.stores import Heard, power_cut_after

OTHER = "other"
"""A desk that only listens."""
DESK_KINDS = (AgentWrote, AgentWrote, Closed)
"""What desks tell by webhook."""
_WITH_PEOPLE = {Owner.QUEUED, Owner.HUMAN}


class SwitchboardKeeper:
    """A conversation behind a switchboard. A power cut comes before any statement or before a commit."""

    def __init__(self, database: Database, at: datetime, reopen: Callable[[], Database] | None = None) -> None:
        self._reopen = reopen
        self._clock = Clock(at)
        self._connect(database)
        self.id = start_conversation(database, "site", CustomerContext(), at)[0].id

    def receive(self, source_id: str, text: str, at: datetime, fuse: int | None = None) -> Heard:
        self._clock.now = at
        with power_cut_after(fuse):
            received = self._switchboard.receive(self.id, source_id, text)
        replied = received.turn is not None and received.turn.reply is not None
        return Heard(received.ownership.tenure, not received.message.answered and not replied)

    def reply(
        self, source_id: str, tenure: int, calls: HandoffReason | None, at: datetime, fuse: int | None = None
    ) -> bool:
        self._clock.now = at
        turn = Turn(
            id="to be given",
            conversation_id=self.id,
            client_message_id=source_id,
            question=source_id,
            reply={"kind": "notice", "text": f"{source_id}, begun in {tenure}", "options": [], "citations": []},
            trace={},
            asked_at=at,
        )
        with power_cut_after(fuse):
            sent = self._switchboard.send(turn, Ownership(tenure=tenure), calls)
        return sent.turn.reply is not None

    def act(
        self,
        event: Event,
        at: datetime,
        *,
        said: tuple[str, str, str] | None = None,
        desk_event: str | None = None,
        fuse: int | None = None,
    ) -> Step | None:
        self._clock.now = at
        try:
            with power_cut_after(fuse):
                happening = self._done(event, said or ("", "", ""), desk_event)
        except NotYourTurn as refused:
            return Step(self.state(), (), str(refused))
        if happening is None:
            return Step(self.state(), (), "That wait is over.")
        return None if happening.repeated else happening.step

    def state(self) -> Ownership:
        return ownership_of(self._database, self.id)

    def log(self) -> tuple[Message, ...]:
        """As it is stored, the desk's ids without its name in front."""
        entries = messages_after(self._database, self.id, to_customer=False)
        return tuple(_renamed(entry) for entry in entries)

    def restart(self) -> None:
        self._connect(self._database if self._reopen is None else self._reopen())

    def check_desks(self) -> None:
        """Each desk was told what it had to be told, once and in order; of reminders the log does not know enough."""
        for desk in (DESK, OTHER):
            with self._database.read() as connection:
                query = select(outbox.c.type, outbox.c.data).where(outbox.c.conversation_id == self.id)
                rows = connection.execute(query.where(outbox.c.desk == desk).order_by(outbox.c.position)).all()
            kinds = {"handoff.requested", "handoff.message", *(("handoff.ended",) if desk == OTHER else ())}
            told = [(row.type, row.data.get("id")) for row in rows if row.type in kinds]
            assert told == list(_to_be_told(desk, messages_after(self._database, self.id, to_customer=False)))

    def _connect(self, database: Database) -> None:
        self._database = database
        self._switchboard = Switchboard(database, Announcer((DESK, OTHER), self._clock), self._clock, PATIENCE)

    def _done(self, event: Event, said: tuple[str, str, str], desk_event: str | None) -> Happening | None:
        switchboard, id_ = self._switchboard, self.id
        match event:
            case AgentWrote() | Closed() if desk_event is not None:
                return switchboard.take(DESK, self._told(event, said[2], desk_event))
            case AgentWrote(_, agent):
                return switchboard.say(id_, agent, said[2], said[1])
            case Claimed(_, agent):
                return switchboard.claim(id_, agent)
            case Released(_, agent):
                return switchboard.release(id_, agent)
            case Returned(_, agent):
                return switchboard.give_back(id_, agent)
            case Closed(_, agent, seen):
                return switchboard.close(id_, agent, seen)
            case HandoffAsked():
                return switchboard.call_person(id_)
            case TimedOut(_, since):
                return switchboard.time_out(id_, since)
        raise AssertionError(event)

    def _told(self, event: AgentWrote | Closed, text: str, event_id: str) -> DeskEvent:
        assert event.desk is not None
        return DeskEvent(
            conversation_id=self.id,
            event_id=f"{self.id}.{event_id}",
            kind=DeskEventKind.MESSAGE if isinstance(event, AgentWrote) else DeskEventKind.CLOSED,
            text=text,
            author="",
            thread_id="77",
            at=event.desk.at,
        )


def _renamed(entry: Message) -> Message:
    """The id of a desk's message as the simulator knows it."""
    return replace(entry, source_id=entry.source_id and entry.source_id.rpartition(".")[2])


def _to_be_told(desk: str, log: tuple[Message, ...]) -> Iterator[tuple[str, str | None]]:
    owner, knows = Owner.BOT, False
    for entry in log:
        if entry.owner is not None:
            if entry.owner is Owner.QUEUED:
                yield "handoff.requested", None
                knows = True
            elif entry.owner is Owner.HUMAN and owner not in _WITH_PEOPLE:
                knows = entry.author == desk
            elif entry.owner not in _WITH_PEOPLE and knows:
                if desk == OTHER:
                    yield "handoff.ended", None
                knows = False
            owner = entry.owner
        elif knows and entry.shown and entry.speaker is not Speaker.SYSTEM and not _came_from(desk, entry):
            yield "handoff.message", entry.id


def _came_from(desk: str, entry: Message) -> bool:
    return (entry.source_id or "").startswith(f"{desk}:")
