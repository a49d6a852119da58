"""A small StaffedFootnote for the web tests: real storage, scripted answers, an index that is only its articles."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI

from bot.answering.calibration import CalibratedThreshold
from bot.assembly import now
from bot.assembly_desks import patience_of
from bot.assistant import CustomerMessage, Outcome
from bot.errors import EmptyMessage, IndexUnavailable, MessageTooLong
from bot.handoff.announcing import Announcer
from bot.handoff.switchboard import Switchboard
from bot.models import Answer, Citation, CustomerContext, Reply, Said
from bot.settings import Settings
from bot.staffed import StaffedFootnote
from bot.storage.database import open_database
from bot.web.server import Server, listening_socket, server_for
from knowledge.models import Action, Article, Audience, Passage, Platform
from tests.fakes import LetterEncoder

SITE = "site_demo"
QUOTE = "Select **Change email address**."

CHANGE_EMAIL = Article(
    id="change-email",
    title="How do I change my email?",
    body=(
        f"Two ways.\n\n## On the app\n\n1. Open the app.\n2. {QUOTE}\n\n"
        "## On the web\n\n| Code | Valid |\n| --- | --- |\n| Email | 10 min |"
    ),
    platform=Platform.APP,
    published_at=date(2023, 9, 6),
    updated_at=date(2026, 2, 9),
    actions=(
        Action("Change email", "https://www.corvane.example/account/email"),
        Action("Bad", "javascript:alert(1)"),
        Action("Nowhere", "/relative"),
    ),
)
ARTICLES = (
    CHANGE_EMAIL,
    Article(id="fees", title="Fees", body="A fee.", section="product-documents", supersedes=("fees-2024",)),
    Article(id="fees-2024", title="Fees in 2024", body="An old fee.", section="product-documents"),
    Article(id="old-news", title="A first", body="Old.", section="announcements", published_at=date(2024, 1, 1)),
    Article(id="new-news", title="Z last", body="New.", section="announcements", published_at=date(2026, 1, 1)),
    Article(
        id="playbook",
        title="Internal playbook",
        body="Confidential.",
        audience=Audience.INTERNAL,
        supersedes=("change-email",),
    ),
    Article(id="guide/first steps", title="First steps", body="Go.", section="getting_started"),
    Article(id="mushkila", title="كيف أغير بريدي؟", body="خطوة.", locale="ar"),
)
ANSWER = Answer(
    text=f"2. {QUOTE} [1]\n\nOnly that. Really? [1]",
    citations=tuple(
        Citation(
            number=1,
            article_id="change-email",
            title=CHANGE_EMAIL.title,
            heading="On the app",
            url="http://127.0.0.1:8000/help/change-email#h-on-the-app",
            quote=QUOTE,
            start=CHANGE_EMAIL.body.index(QUOTE),
            end=CHANGE_EMAIL.body.index(QUOTE) + len(QUOTE),
            updated_at=date(2026, 2, 9),
        )
        for _ in range(2)
    ),
    actions=((CHANGE_EMAIL.actions[0], "change-email"),),
    confidence=0.93,
)


@dataclass
class ScriptedAssistant:
    """Answers with what is enqueued, one after the other, else with ANSWER; an exception is raised. Waits at `gate`."""

    script: list[Reply | BaseException] = field(default_factory=list)
    history: list[tuple[str, CustomerContext]] = field(default_factory=list)
    gate: threading.Event | None = None
    waiting: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    answer_threshold: float | CalibratedThreshold = 0.5
    config_hash: str = "c0" * 8

    def enqueue(self, *replies: Reply | BaseException) -> None:
        self.script.extend(replies)

    def read(self, text: str) -> CustomerMessage:
        if self.script and isinstance(self.script[0], EmptyMessage | MessageTooLong):
            raise cast(BaseException, self.script.pop(0))
        return CustomerMessage(text.replace("hunter2", "•••"))

    def reply_to(
        self,
        message: CustomerMessage,
        context: CustomerContext,
        history: Sequence[Said] = (),
        turns: Sequence[str] = (),
    ) -> Outcome:
        self.history.append((message.text, context))
        if self.gate is not None:
            self.waiting.release()
            self.gate.wait(20)
        reply = self.script.pop(0) if self.script else ANSWER
        if isinstance(reply, BaseException):
            raise reply
        return Outcome(question=message.text, reply=reply, timings_ms={}, trace={"candidates": []}, receipt={})


class NoIndexes:
    """The indexes of a generation in which there is nothing to search: no text is known, no word is covered."""

    texts: frozenset[str] = frozenset()

    @property
    def lexical(self) -> "NoIndexes":
        return self

    def coverage(self, question: str, id: int) -> float:
        return 0.0


@dataclass
class ShelfIndex:
    """An index generation that holds articles and nothing to search in."""

    articles: Mapping[str, Article] | None
    number: int = 7
    sha256: str = "5e" * 32
    kin: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    superseded: frozenset[str] = frozenset()
    title_keys: Mapping[str, int] = field(default_factory=dict)
    titled: Mapping[int, str] = field(default_factory=dict)
    passages: Mapping[int, Passage] = field(default_factory=dict)
    passage_keys: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    indexes: NoIndexes = field(default_factory=NoIndexes)

    def current(self) -> "ShelfIndex":
        if self.articles is None:
            raise IndexUnavailable("There is no index yet: run `footnote index`.")
        return self


def open_stage(
    folder: Path, assistant: ScriptedAssistant, articles: tuple[Article, ...] | None = ARTICLES
) -> StaffedFootnote:
    """A Footnote in a folder; without articles it has no index."""
    index = ShelfIndex(None if articles is None else {article.id: article for article in articles})
    settings = Settings(data_dir=folder, site_key=SITE)
    database = open_database(settings.database_file)
    switchboard = Switchboard(database, Announcer((), now), now, patience_of(settings))
    return StaffedFootnote(
        settings, database, LetterEncoder(), cast(Any, index), cast(Any, assistant), switchboard=switchboard
    )


def with_index(footnote: StaffedFootnote, articles: tuple[Article, ...] | None) -> StaffedFootnote:
    """The same Footnote over other articles."""
    return replace(
        footnote, index=cast(Any, ShelfIndex(None if articles is None else {one.id: one for one in articles}))
    )


@dataclass
class Event:
    """A server-sent event as a client reads it."""

    name: str
    id: int
    data: Any


def read_events(text: str) -> list[Event]:
    """The events of a stream, comments left out."""
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            events.append(Event(fields["event"], int(fields["id"]), json.loads(fields["data"])))
    return events


@contextmanager
def served(app: FastAPI) -> Iterator[tuple[str, Server]]:
    """The application over a real socket of this machine: where it is, and the server."""
    listener = listening_socket("127.0.0.1", 0)
    server = server_for(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", server
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
