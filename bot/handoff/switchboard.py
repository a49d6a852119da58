"""Every event that bears on who may speak goes through here: decided, stored and announced in one transaction.

Nobody else calls `bot.storage.ownership.act`. Listeners hear of what was stored after its commit.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.errors import EmptyMessage, MessageChanged, NotYourTurn, StorageError
from bot.handoff import ownership_events as events
from bot.handoff.announcing import Announcer
from bot.handoff.contacts import checked_email
from bot.handoff.desks.inbound import DeskEvent
from bot.handoff.desks.taking import as_told, taken_once
from bot.handoff.escalation import after_feedback
from bot.handoff.ownership import transition
from bot.models import Effect, HandoffReason, Owner, Ownership, Speaker, Step, Turn
from bot.safety.redaction import redact
from bot.storage.conversations import conversation_of, note_contact
from bot.storage.database import Database, Transaction
from bot.storage.feedback import rate_reply
from bot.storage.handoffs import keep_summary
from bot.storage.ownership import Decide, Happening, Patience, Saying, act, locked_ownership, overdue
from bot.storage.turns import Received, Sent, Worded, receive_message, send_reply

Listener = Callable[[Happening], None]
_Done = TypeVar("_Done", Happening, Happening | None)
_log = logging.getLogger(__name__)


class Switchboard:
    """Takes in what happens to conversations. Safe to share between threads; `clock` gives aware datetimes.

    `agent` is the unique name of an agent. Every method raises ConversationNotFound and StorageError, those of agents
    and of the customer's button also NotYourTurn.
    """

    def __init__(
        self, database: Database, announcer: Announcer, clock: Callable[[], datetime], patience: Patience
    ) -> None:
        self._database = database
        self._announcer = announcer
        self._clock = clock
        self._patience = patience
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Calls `listener` after the commit of whatever was stored, in the thread that stored it: let it be quick."""
        self._listeners.append(listener)

    def tell(self, happening: Happening) -> None:
        """Tells the listeners. What one of them stumbles over is logged: the event is stored already."""
        for listener in self._listeners:
            try:
                listener(happening)
            except Exception:  # noqa: BLE001 - whatever it is, the others are to hear of it too
                _log.exception("A listener failed at what happened in %s", happening.conversation_id)

    def receive(self, conversation_id: str, client_message_id: str, text: str) -> Received:
        """The customer wrote `text`, its secrets masked; once for each `client_message_id`."""
        event = events.CustomerWrote(self._clock())
        also = self._announcer.also
        received = receive_message(self._database, conversation_id, client_message_id, text, event.at, _on(event), also)
        self._told(received.happening)
        return received

    def expectation(self, conversation_id: str) -> str:
        """What the customer may expect of a person who is called now; empty when nobody knows."""
        return self._announcer.expectation(self._database, conversation_id)

    def asks_contact(self, conversation_id: str, owner: Owner) -> bool:
        """Whether the customer should leave an e-mail address: they wait for a person, and nobody may be there."""
        return owner is Owner.QUEUED and self._announcer.asks_contact(self._database, conversation_id)

    def send(self, turn: Turn, begun: Ownership, calls: HandoffReason | None, worded: Worded | None = None) -> Sent:
        """The bot's reply is ready, which it began under `begun`: shown, or kept for the agents if that is over.
        `worded` gives it the words for who may speak by then."""
        now = self._clock()

        def decide(state: Ownership, still_open: bool) -> Step:
            return transition(state, events.BotReplied(now, begun.tenure, still_open, calls))

        sent = send_reply(self._database, turn, decide, now, self._announcer.also, worded)
        self._told(sent.happening)
        return sent

    def call_person(self, conversation_id: str, contact: str | None = None, note: str | None = None) -> Happening:
        """The customer asks for a person by the button. A contact or a note is stored, and told to whoever has been
        called already, once. ContactRefused for a contact that is no e-mail address."""
        now = self._clock()
        address = checked_email(contact) if contact and contact.strip() else None
        words = redact(note).text if note and note.strip() else None
        told = address is not None or words is not None

        def decide(state: Ownership) -> Step:
            step = transition(state, events.HandoffAsked(now, HandoffReason.USER_REQUEST))
            return Step(state) if told and step.refusal else step

        def also(connection: Transaction, happening: Happening) -> None:
            known = conversation_of(connection, conversation_id)
            note_contact(connection, conversation_id, address, words)
            self._announcer.also(connection, happening)
            if address not in (None, known.contact) or words not in (None, known.note):
                self._announcer.contact(connection, happening)

        notices = self._announcer.notices(self._database, conversation_id, contact_given=address is not None)
        return self._allowed(act(self._database, conversation_id, decide, now, notices=notices, also=also))

    def rate(self, conversation_id: str, message_id: str, up: bool, comment: str | None) -> Happening | None:
        """The customer's thumb for a reply; what follows when it calls a person. ReplyNotFound."""
        now = self._clock()

        def decide(state: Ownership, thumbs_down: int) -> Step | None:
            called = after_feedback(thumbs_down)
            step = transition(state, events.HandoffAsked(now, called.reason)) if called and not up else None
            return None if step is None or step.refusal else step

        notices = {} if up else self._announcer.notices(self._database, conversation_id, unhelpful=True)
        words = redact(comment or "").text.strip()
        also = self._announcer.also
        done = rate_reply(self._database, conversation_id, message_id, up, words, now, decide, notices, also)
        return self._told(done)

    def claim(self, conversation_id: str, agent: str) -> Happening:
        """An agent takes the conversation."""
        return self._act(conversation_id, events.Claimed(self._clock(), agent))

    def release(self, conversation_id: str, agent: str) -> Happening:
        """An agent puts the conversation back into the queue."""
        return self._act(conversation_id, events.Released(self._clock(), agent))

    def give_back(self, conversation_id: str, agent: str | None) -> Happening:
        """An agent gives the conversation back to the bot; without an agent, the customer no longer wants to wait."""
        return self._act(conversation_id, events.Returned(self._clock(), agent))

    def say(self, conversation_id: str, agent: str, text: str, client_message_id: str) -> Happening:
        """An agent writes to the customer; once for each `client_message_id`. EmptyMessage; MessageChanged when other
        words came under that id, so that none are lost unseen."""
        if not text.strip():
            raise EmptyMessage("The message is empty; write what the customer is to read.")
        saying = Saying(speaker=Speaker.AGENT, text=text, source_id=client_message_id, author=agent)
        done = self._act(conversation_id, events.AgentWrote(self._clock(), agent), saying)
        if done.repeated and any(entry.text != text for entry in done.entries):
            raise MessageChanged
        return done

    def close(self, conversation_id: str, agent: str | None, seen: int | None = None) -> Happening:
        """An agent, or without one the customer, ends the conversation. `seen` is the newest entry the agent read."""
        return self._act(conversation_id, events.Closed(self._clock(), agent, seen))

    def take(self, desk: str, event: DeskEvent) -> Happening:
        """A desk's webhook, taken in once. What comes too late to change anything is no error: the step holds its
        refusal. WebhookMisdirected when the desk means another thread than the conversation has there."""
        now = self._clock()
        happened, saying = as_told(desk, event, now)
        is_new = taken_once(desk, event, now)
        also = partial(self._announcer.also, source=desk)
        id_ = event.conversation_id
        return self._told(act(self._database, id_, _on(happened), now, saying=saying, is_new=is_new, also=also))

    def summarise(self, conversation_id: str, handoff: int, summary: str) -> bool:
        """A language model has summed up the handoff with this number: kept and told, once. False when people have to
        do with it no more, or it has a summary."""
        with self._database.write() as connection:
            state = locked_ownership(connection, conversation_id)
            if not keep_summary(connection, conversation_id, handoff, summary):
                return False
            happening = Happening(conversation_id=conversation_id, before=state, step=Step(state))
            self._announcer.summary(connection, happening, summary)
        self.tell(happening)
        return True

    def sweep(self) -> tuple[Happening, ...]:
        """Ends the waits that have been too long, and gives what followed. Several processes may do it."""
        waits = overdue(self._database, self._clock(), self._patience)
        return tuple(done for id_, since in waits if (done := self._swept(id_, since)))

    def time_out(self, conversation_id: str, since: datetime) -> Happening | None:
        """Ends the wait that began at `since`; None when somebody has acted by now."""
        notices = self._announcer.notices(self._database, conversation_id)
        try:
            return self._act(conversation_id, events.TimedOut(self._clock(), since), notices=notices)
        except NotYourTurn:
            return None

    def _swept(self, conversation_id: str, since: datetime) -> Happening | None:
        try:
            return self.time_out(conversation_id, since)
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - whatever is wrong with one conversation, the others' customers wait too
            _log.exception("The wait in %s could not be ended", conversation_id)
            return None

    def _act(
        self,
        conversation_id: str,
        event: events.Event,
        saying: Saying | None = None,
        notices: Mapping[Effect, str] | None = None,
    ) -> Happening:
        also = self._announcer.also
        done = act(self._database, conversation_id, _on(event), event.at, saying=saying, notices=notices, also=also)
        return self._allowed(done)

    def _allowed(self, happening: Happening) -> Happening:
        if happening.step.refusal:
            raise NotYourTurn(happening.step.refusal)
        return self._told(happening)

    def _told(self, happening: _Done) -> _Done:
        if happening and not happening.repeated and (happening.entries or happening.step.refusal is None):
            self.tell(happening)
        return happening


def _on(event: events.Event) -> Decide:
    return lambda state: transition(state, event)
