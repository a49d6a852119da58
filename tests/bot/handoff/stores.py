"""Two keepers of one conversation for the simulator: dictionaries that a person can follow, and the real storage."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Engine, event

from bot.handoff.ownership import transition
from bot.handoff.ownership_events import BotReplied, CustomerWrote, Event
from bot.models import CustomerContext, Effect, HandoffReason, Message, Owner, Ownership, Speaker, Step, Turn
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.desk_threads import take_desk_event
from bot.storage.messages import messages_after
from bot.storage.ownership import Saying, act, ownership_of
from bot.storage.turns import receive_message, send_reply


class PowerCut(Exception):
    """The process ends here: whatever was not committed is gone."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the server knows once a customer's message is stored."""

    tenure: int
    to_answer: bool
    """Nobody has answered the message, and the bot has not either."""


class Keeper(Protocol):
    """What the simulator needs of a storage. `fuse` is how many writes a power cut lets through; None: no power cut."""

    def receive(self, source_id: str, text: str, at: datetime, fuse: int | None = None) -> Heard: ...

    def reply(
        self, source_id: str, tenure: int, calls: HandoffReason | None, at: datetime, fuse: int | None = None
    ) -> bool:
        """Whether the customer sees this reply, or saw one to the same message before."""

    def act(
        self,
        event: Event,
        at: datetime,
        *,
        said: tuple[str, str, str] | None = None,
        desk_event: str | None = None,
        fuse: int | None = None,
    ) -> Step | None:
        """`said` is (agent, source id, text). None when it was taken in before."""

    def state(self) -> Ownership: ...

    def log(self) -> tuple[Message, ...]: ...

    def restart(self) -> None: ...


@dataclass
class MemoryKeeper:
    """The storage's rules, in lists. A power cut lets nothing of a transaction through."""

    ownership: Ownership = field(default_factory=Ownership)
    entries: list[Message] = field(default_factory=list)
    desk_events: set[str] = field(default_factory=set)

    def receive(self, source_id: str, text: str, at: datetime, fuse: int | None = None) -> Heard:
        _burn(fuse)
        asked = self._from(Speaker.CUSTOMER, source_id)
        if asked is None:
            self._store(transition(self.ownership, CustomerWrote(at)), at, Speaker.CUSTOMER, text, source_id, None)
            return Heard(self.ownership.tenure, True)
        return Heard(self.ownership.tenure, not asked.answered)

    def reply(
        self, source_id: str, tenure: int, calls: HandoffReason | None, at: datetime, fuse: int | None = None
    ) -> bool:
        _burn(fuse)
        asked = self._from(Speaker.CUSTOMER, source_id)
        assert asked is not None
        if self._from(Speaker.BOT, source_id):
            return True
        step = transition(self.ownership, BotReplied(at, tenure, not asked.answered, calls))
        shown = Effect.SHOW in step.effects
        self._store(step, at, Speaker.BOT, "", source_id if shown else None, None)
        if shown:
            self.entries = [
                replace(entry, answered=True) if entry.number == asked.number else entry for entry in self.entries
            ]
        return shown

    def act(
        self,
        event: Event,
        at: datetime,
        *,
        said: tuple[str, str, str] | None = None,
        desk_event: str | None = None,
        fuse: int | None = None,
    ) -> Step | None:
        _burn(fuse)
        if desk_event in self.desk_events or (said is not None and self._from(Speaker.AGENT, said[1])):
            return None
        step = transition(self.ownership, event)
        if desk_event is not None:
            self.desk_events.add(desk_event)
        agent, source_id, text = said or (None, None, "")
        self._store(step, at, Speaker.AGENT if said else None, text, source_id, agent)
        return step

    def state(self) -> Ownership:
        return self.ownership

    def log(self) -> tuple[Message, ...]:
        return tuple(self.entries)

    def restart(self) -> None:
        """Lists stay."""

    def _from(self, speaker: Speaker, source_id: str) -> Message | None:
        found = (each for each in self.entries if each.speaker is speaker and each.source_id == source_id)
        return next(found, None)

    def _store(
        self,
        step: Step,
        at: datetime,
        speaker: Speaker | None,
        text: str,
        source_id: str | None,
        author: str | None,
    ) -> None:
        before, after = self.ownership, step.state
        changed = (after.owner, after.agent) != (before.owner, before.agent)
        said = speaker is not None and (Effect.SHOW in step.effects or Effect.HOLD in step.effects)
        if changed and speaker is Speaker.AGENT:
            self._append(at, Speaker.SYSTEM, owner=after.owner, author=after.agent)
        if said and speaker is not None:
            self._append(
                at,
                speaker,
                text,
                source_id=source_id,
                author=author,
                shown=Effect.SHOW in step.effects,
                late=Effect.LATE in step.effects,
            )
        if changed and speaker is not Speaker.AGENT:
            self._append(at, Speaker.SYSTEM, owner=after.owner, author=after.agent)
        for notice in (Effect.ACKNOWLEDGE, Effect.STILL_WAITING):
            if notice in step.effects:
                self._append(at, Speaker.SYSTEM, notice=notice)
        if before.open_messages and not after.open_messages:
            self.entries = [
                replace(each, answered=True) if each.speaker is Speaker.CUSTOMER else each for each in self.entries
            ]
        self.ownership = replace(after, last_number=len(self.entries))

    def _append(
        self,
        at: datetime,
        speaker: Speaker,
        text: str = "",
        *,
        source_id: str | None = None,
        author: str | None = None,
        owner: Owner | None = None,
        notice: Effect | None = None,
        shown: bool = True,
        late: bool = False,
    ) -> None:
        self.entries.append(
            Message(
                id="",
                conversation_id="",
                number=len(self.entries) + 1,
                speaker=speaker,
                text=text,
                said_at=at,
                author=author,
                source_id=source_id,
                owner=owner,
                notice=notice,
                shown=shown,
                late=late,
            )
        )


def _burn(fuse: int | None) -> None:
    if fuse is not None:
        raise PowerCut


class StoredKeeper:
    """The real storage; a power cut comes before any of a transaction's statements or before its commit."""

    def __init__(self, database: Database, at: datetime, reopen: Callable[[], Database] | None = None) -> None:
        self._database = database
        self._reopen = reopen
        self._known: Ownership | None = None
        self._id = start_conversation(database, "site", CustomerContext(), at)[0].id

    def receive(self, source_id: str, text: str, at: datetime, fuse: int | None = None) -> Heard:
        self._known = None
        with power_cut_after(fuse):
            received = receive_message(
                self._database, self._id, source_id, text, at, lambda state: transition(state, CustomerWrote(at))
            )
        replied = received.turn is not None and received.turn.reply is not None
        return Heard(received.ownership.tenure, not received.message.answered and not replied)

    def reply(
        self, source_id: str, tenure: int, calls: HandoffReason | None, at: datetime, fuse: int | None = None
    ) -> bool:
        turn = Turn(
            id="to be given",
            conversation_id=self._id,
            client_message_id=source_id,
            question=source_id,
            reply={"kind": "notice", "text": f"{source_id}, begun in {tenure}"},
            trace={},
            asked_at=at,
        )
        self._known = None
        with power_cut_after(fuse):
            sent = send_reply(
                self._database,
                turn,
                lambda state, still_open: transition(state, BotReplied(at, tenure, still_open, calls)),
                at,
            )
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
        agent, source_id, text = said or (None, None, "")
        saying = Saying(speaker=Speaker.AGENT, text=text, source_id=source_id, author=agent) if said else None

        def is_new(connection: Connection) -> bool:
            return desk_event is None or take_desk_event(connection, "desk", self._id + desk_event, self._id, at)

        self._known = None
        with power_cut_after(fuse):
            happening = act(
                self._database, self._id, lambda state: transition(state, event), at, saying=saying, is_new=is_new
            )
        return None if happening.repeated else happening.step

    def state(self) -> Ownership:
        """As it is stored; read once after each write."""
        if self._known is None:
            self._known = ownership_of(self._database, self._id)
        return self._known

    def log(self) -> tuple[Message, ...]:
        return messages_after(self._database, self._id, to_customer=False)

    def restart(self) -> None:
        self._known = None
        if self._reopen is not None:
            self._database = self._reopen()


@contextmanager
def power_cut_after(writes: int | None) -> Iterator[None]:
    """Raises PowerCut before the statement behind so many of them, or before the commit when there are fewer."""
    if writes is None:
        yield
        return
    left = writes

    def before_statement(*_: object) -> None:
        nonlocal left
        if left == 0:
            raise PowerCut
        left -= 1

    def before_commit(*_: object) -> None:
        if left < 10:
            raise PowerCut

    event.listen(Engine, "before_cursor_execute", before_statement)
    event.listen(Engine, "commit", before_commit)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", before_statement)
        event.remove(Engine, "commit", before_commit)
