"""A conversation with a switchboard, its desks and a clock that tests set, on any database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.handoff.announcing import Announcer, Expecting, nothing_expected
from bot.handoff.desks.inbound import DeskEvent, DeskEventKind
from bot.handoff.switchboard import Switchboard
from bot.models import CustomerContext, HandoffReason, Message, Ownership, Turn
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.messages import messages_after
from bot.storage.outbox import Delivery, claim, settle_delivered
from bot.storage.ownership import Happening, Patience, ownership_of
from bot.storage.turns import Sent
from knowledge.models import Platform

BEGAN = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
PATIENCE = Patience(bot=timedelta(minutes=1), queue=timedelta(minutes=2), human=timedelta(minutes=3))
DESKS = ("zendesk", "chatwoot")
CONTEXT = CustomerContext(platform=Platform.APP, locale="de-AT", page_url="https://corvane.example/account?token=t")
CITATION = {
    "number": 1, "article_id": "email", "title": "Change your email", "heading": "", "quote": "Open Settings.",
    "url": "https://help.corvane.example/help/email", "start": 0, "end": 14, "updated_at": None,
}  # fmt: skip


@dataclass
class Clock:
    """A clock that stands still until it is told to go on."""

    now: datetime = BEGAN

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass
class House:
    """One conversation, and everybody who has to do with it."""

    database: Database
    desks: tuple[str, ...] = DESKS
    expecting: Expecting = nothing_expected
    mailers: tuple[str, ...] = ()
    clock: Clock = field(default_factory=Clock)
    heard: list[Happening] = field(default_factory=list)

    def __post_init__(self) -> None:
        announcer = Announcer(
            self.desks, self.clock, "https://help.corvane.example", self.expecting, mailers=self.mailers
        )
        self.switchboard = Switchboard(self.database, announcer, self.clock, PATIENCE)
        self.switchboard.listen(self.heard.append)
        self.id = start_conversation(self.database, "site", CONTEXT, self.clock())[0].id

    @property
    def state(self) -> Ownership:
        return ownership_of(self.database, self.id)

    def log(self) -> tuple[Message, ...]:
        return messages_after(self.database, self.id, to_customer=False)

    def ask(self, source_id: str, text: str = "Where is my withdrawal?") -> Ownership:
        """The customer writes; who may speak then."""
        return self.switchboard.receive(self.id, source_id, text).ownership

    def reply(
        self, source_id: str, begun: Ownership, calls: HandoffReason | None = None, text: str = "Open Settings [1]."
    ) -> Sent:
        """The bot replies to a message, with a citation unless it calls a person."""
        answer: dict[str, Any] = {"kind": "answer", "citations": [CITATION], "reason": None}
        called = {"kind": "handoff", "citations": [], "reason": calls}
        receipt = {"index": {"sha256": None if calls else "1" * 64, "generation": 1}, "config": "2" * 16}
        turn = Turn(
            id="to be given",
            conversation_id=self.id,
            client_message_id=source_id,
            question=source_id,
            reply={**(called if calls else answer), "text": text, "actions": [], "options": [], "confidence": 0.5},
            trace={},
            receipt=receipt,
            asked_at=self.clock(),
        )
        return self.switchboard.send(turn, begun, calls)

    def converse(self, source_id: str, calls: HandoffReason | None = None) -> Sent:
        """A question and its reply."""
        return self.reply(source_id, self.ask(source_id), calls)

    def hear(self, desk: str, event_id: str, text: str = "", **changes: Any) -> Happening:
        """A desk's webhook: a message when there is a text, else that it is over there."""
        event = {
            "conversation_id": self.id,
            "event_id": event_id,
            "kind": DeskEventKind.MESSAGE if text else DeskEventKind.CLOSED,
            "text": text,
            "author": "Jo",
            "thread_id": "77",
            "at": self.clock(),
        }
        return self.switchboard.take(desk, DeskEvent(**{**event, **changes}))

    def deliveries(self, desk: str) -> list[Delivery]:
        """What the desk gets now, in order; it takes everything."""
        taken: list[Delivery] = []
        while True:
            with self.database.write() as connection:
                delivery = claim(connection, desk, self.clock(), self.clock() + timedelta(seconds=30))
                if delivery is None:
                    return taken
                settle_delivered(connection, delivery, self.clock())
            taken.append(delivery)

    def told(self, desk: str) -> list[tuple[str, dict[str, Any]]]:
        """Type and data of what the desk gets now."""
        return [(each.event.type, dict(each.event.data)) for each in self.deliveries(desk)]

    def told_types(self, desk: str) -> list[str]:
        return [kind.removeprefix("handoff.") for kind, _ in self.told(desk)]
