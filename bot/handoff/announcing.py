"""What an event tells the help desks, by the outbox and in the event's own transaction, and what it tells the customer.

A desk is told of a handoff when a person is called, and from then on of everything in that handoff; never of what it
told itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.handoff.contact_in_message import contact_in
from bot.handoff.desks.desk import CONTACT, ENDED, MESSAGE, REMINDER, REQUESTED, SUMMARY, part
from bot.handoff.escalation import asks_for_person
from bot.handoff.expectation import Expectation, acknowledgement, briefing_of, expectation_text, still_waiting
from bot.handoff.summary import MOST_LINES, Circumstances, briefing, end_user, lines_of_log
from bot.models import Effect, HandoffReason, Message, Owner, Speaker
from bot.storage.conversations import conversation_of, note_contact
from bot.storage.database import Database, Transaction
from bot.storage.desk_threads import remember_thread, thread_details
from bot.storage.handoffs import handoff_reason
from bot.storage.messages import last_said, message_from, queued_since
from bot.storage.outbox import OutgoingEvent, enqueue, new_event_id
from bot.storage.ownership import Happening
from bot.storage.turns import last_receipts
from prompts.templates import render

Expecting = Callable[[str, Transaction], Expectation | None]
"""What the customer of a conversation, by its id, may expect of the person who is called; None when nobody knows."""
HANDOFF = "handoff"
"""What is remembered of a desk: the number of the handoff that it was told of last."""

MAIL_AFTER = timedelta(minutes=2)
"""When it is decided whether an agent's message is mailed: by then the stream of a customer who has gone has ended
(bot/web/live_events.py), so that it is known whether they are there."""

_WITH_PEOPLE = frozenset({Owner.QUEUED, Owner.HUMAN})
_RECEIPTS_READ = 20


def nothing_expected(_conversation_id: str, _connection: Transaction) -> None:
    """Nobody knows what may be expected."""


class Announcer:
    """Words events for `desks` (their names) and customers. Safe to share between threads; `clock` gives aware
    datetimes, `says_nothing` tells messages that hold no need of their own (see `briefing`).

    `mailers` are desks that carry to the customer what agents say: they are told of that, always, and of nothing else.
    """

    def __init__(
        self,
        desks: Sequence[str],
        clock: Callable[[], datetime],
        links_start_with: str = "",
        expecting: Expecting = nothing_expected,
        says_nothing: Callable[[str], bool] = asks_for_person,
        mailers: Sequence[str] = (),
    ) -> None:
        self._desks = tuple(desks)
        self._clock = clock
        self._links_start_with = links_start_with
        self._expecting = expecting
        self._says_nothing = says_nothing
        self._mailers = tuple(mailers)

    def also(self, connection: Transaction, happening: Happening, source: str | None = None) -> None:
        """Writes to the outbox what the desks are to be told, except the desk `source`, which told it."""
        effects = happening.step.effects
        heard = self._contact_heard(connection, happening)
        if Effect.ENQUEUE in effects or Effect.REQUEUE in effects:
            self._request(connection, happening, source)
        elif self._desks:
            if source is not None and happening.after.handoffs > happening.before.handoffs:
                self._remember(connection, happening, [source])
            for kind, data in _news(connection, happening, source):
                self._tell(connection, happening, kind, data, source)
        for entry in happening.entries if self._mailers else ():
            if entry.shown and entry.speaker is Speaker.AGENT:
                said = _said(connection, entry, source)
                self._send(connection, happening, MESSAGE, said, self._mailers, after=MAIL_AFTER)
        if heard:
            self.contact(connection, happening)

    def contact(self, connection: Transaction, happening: Happening) -> None:
        """Tells a contact or a note that was stored after a person had been called; before, the request holds it."""
        if Effect.ENQUEUE not in happening.step.effects:
            known = conversation_of(connection, happening.conversation_id)
            data = {"end_user": end_user(known.contact, known.identity), "note": known.note}
            self._tell(connection, happening, CONTACT, data, None)

    def summary(self, connection: Transaction, happening: Happening, summary: str) -> None:
        """Tells the desks that know of the handoff what a language model says it is about."""
        self._tell(connection, happening, SUMMARY, {"summary": summary}, None)

    def expectation(self, database: Database, conversation_id: str) -> str:
        """What to expect, for the end of a reply of the bot's that calls a person; empty when nobody knows."""
        with database.read() as connection:
            expected = self._expecting(conversation_id, connection)
        return "" if expected is None else expectation_text(expected)

    def asks_contact(self, database: Database, conversation_id: str) -> bool:
        """Whether whoever waits in this conversation is asked for an e-mail address."""
        with database.read() as connection:
            expected = self._expecting(conversation_id, connection)
        return expected is not None and expected.asks_contact

    def notices(
        self, database: Database, conversation_id: str, *, contact_given: bool = False, unhelpful: bool = False
    ) -> Mapping[Effect, str]:
        """The sentences for the customer, by effect, if a person is called now, or nobody has come for a while.
        `contact_given`: the customer does so at the same time; `unhelpful`: thumbs down call the person."""
        with database.read() as connection:
            expected = self._expecting(conversation_id, connection)
        if expected is None:
            return {
                Effect.ACKNOWLEDGE: acknowledgement(None, unhelpful=unhelpful),
                Effect.STILL_WAITING: render("replies/still_waiting.txt", open_now=True, expectation="").strip(),
            }
        if contact_given:
            expected = replace(expected, contact_known=True)
        return {
            Effect.ACKNOWLEDGE: acknowledgement(expected, unhelpful=unhelpful),
            Effect.STILL_WAITING: still_waiting(expected),
        }

    def _contact_heard(self, connection: Transaction, happening: Happening) -> bool:
        """Whether the customer has just written an e-mail address after being asked for one; it is stored then."""
        said = [entry.text for entry in happening.entries if entry.speaker is Speaker.CUSTOMER]
        address = contact_in(said[0]) if said and happening.before.owner is Owner.QUEUED else None
        if address is None:
            return False
        expected = self._expecting(happening.conversation_id, connection)
        if expected is None or not _was_asked_for_contact(expected, overdue=happening.before.reminders > 0):
            return False
        note_contact(connection, happening.conversation_id, address, None)
        return True

    def _request(self, connection: Transaction, happening: Happening, source: str | None) -> None:
        desks = [desk for desk in self._desks if desk != source]
        if not desks:
            return
        self._send(connection, happening, REQUESTED, self._briefing(connection, happening), desks)
        self._remember(connection, happening, desks)

    def _briefing(self, connection: Transaction, happening: Happening) -> dict[str, Any]:
        id_ = happening.conversation_id
        conversation = conversation_of(connection, id_)
        expected = self._expecting(id_, connection)
        receipts = last_receipts(connection, id_, _RECEIPTS_READ)
        reason = happening.step.reason or handoff_reason(connection, id_, happening.after.handoffs)
        known = Circumstances(
            conversation_id=id_,
            context=conversation.context,
            reason=reason or HandoffReason.POLICY,
            contact=conversation.contact,
            identity=conversation.identity,
            note=conversation.note,
            index_hash=next((each for receipt in receipts if (each := part(receipt, "index", "sha256"))), None),
            config_hash=part(receipts[0], "config") if receipts else None,
            links_start_with=self._links_start_with,
            business_hours=None if expected is None else briefing_of(expected),
        )
        return briefing(lines_of_log(last_said(connection, id_, MOST_LINES)), known, self._says_nothing)

    def _tell(
        self, connection: Transaction, happening: Happening, kind: str, data: Mapping[str, Any], source: str | None
    ) -> None:
        number = str(happening.after.handoffs)
        known = {desk: thread_details(connection, desk, happening.conversation_id) for desk in self._desks}
        told = [desk for desk in self._desks if desk != source and known[desk].get(HANDOFF) == number]
        self._send(connection, happening, kind, data, told)

    def _send(
        self,
        connection: Transaction,
        happening: Happening,
        kind: str,
        data: Mapping[str, Any],
        desks: Iterable[str],
        after: timedelta = timedelta(),
    ) -> None:
        now = self._clock()
        id_ = happening.conversation_id
        event = OutgoingEvent(id=new_event_id(), type=kind, conversation_id=id_, data=data, occurred_at=now)
        enqueue(connection, event, desks, now + after)

    def _remember(self, connection: Transaction, happening: Happening, desks: Iterable[str]) -> None:
        for desk in desks:
            details = {HANDOFF: str(happening.after.handoffs)}
            remember_thread(connection, desk, happening.conversation_id, details)


def _was_asked_for_contact(expected: Expectation, *, overdue: bool) -> bool:
    """Whether the words of `bot/handoff/expectation.py` ask for an address."""
    later = overdue or expected.may_close_first or not expected.open_now
    return expected.by_email and later and not expected.contact_known


def _news(connection: Transaction, happening: Happening, source: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """What an event tells those who know of the handoff, in its order."""
    before, after = happening.before, happening.after
    with_people = before.owner in _WITH_PEOPLE, after.owner in _WITH_PEOPLE
    if with_people[1]:
        for entry in happening.entries:
            if entry.shown and entry.speaker is not Speaker.SYSTEM:
                yield MESSAGE, _said(connection, entry, source)
    if Effect.REMIND in happening.step.effects:
        since = queued_since(connection, happening.conversation_id) or before.waiting_since
        yield REMINDER, {"waiting_since": since.isoformat() if since else None}
    if with_people == (True, False):
        yield ENDED, {"by": "closed" if after.owner is Owner.CLOSED else "bot"}


def _said(connection: Transaction, entry: Message, source: str | None) -> dict[str, Any]:
    """An entry as a desk reads it, an agent's with the desk where it was written, if that was at one. The words of the
    bot's stand in its turn, so that one is read from the log."""
    stored = None
    if entry.speaker is Speaker.BOT and entry.source_id is not None:
        stored = message_from(connection, entry.conversation_id, Speaker.BOT, entry.source_id)
    (line,) = lines_of_log([stored or entry])
    said = {"id": entry.id, "author": line.author, "text": line.text}
    return {**said, "desk": source} if entry.speaker is Speaker.AGENT else said
