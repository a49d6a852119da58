"""A store full of answered questions, made by a generator that anybody may count over: what reports and lists are
tested and timed on."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Table, insert

from bot.storage.database import Database
from bot.storage.schema import cited_articles, conversations, feedback, handoffs, messages, reply_facts, turns
from knowledge.models import Article, Audience, Platform
from tests.seeded_sums import sum_up

DAYS = 90
KINDS = {"answer": 68, "clarify": 9, "handoff": 14, "notice": 9}
REASONS = {"low_confidence": 60, "user_request": 25, "sensitive_topic": 10, "policy": 5}
PLATFORMS = {"web": 50, "app": 35, "any": 15}
LOCALES = {"en": 60, "es": 20, "zh-CN": 15, "ar": 5}
SECTIONS = ("faq", "product-documents", "announcements", "security")
AT_ONCE = 5000
QUESTION = "How do I change the email of my account, please?"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededTurn:
    """A question with what became of it."""

    id: str
    conversation_id: str
    position: int
    asked_at: datetime
    platform: str
    locale: str
    kind: str
    reason: str
    confidence: float
    milliseconds: int
    cited: tuple[str, ...]
    nearest: str
    thumb: int
    called_at: datetime | None
    """When a person was called because of it, or afterwards."""

    @property
    def article_id(self) -> str:
        return self.cited[0] if self.cited else self.nearest

    @property
    def day(self) -> str:
        return self.asked_at.date().isoformat()


@dataclass
class SeededConversation:
    """The turns of a conversation in their order."""

    id: str
    turns: list[SeededTurn] = field(default_factory=list)


def seeded_articles(count: int) -> tuple[Article, ...]:
    """So many articles over a few sections and platforms; every tenth is internal."""
    platforms = tuple(Platform)
    return tuple(
        Article(
            id=f"article-{number}",
            title=f"What to know about subject {number}",
            body=f"Subject {number} is explained here.\n\n## More\n\nAnd here is more of {number}.",
            section=SECTIONS[number % len(SECTIONS)],
            platform=platforms[number % len(platforms)],
            audience=Audience.INTERNAL if number % 10 == 9 else Audience.PUBLIC,
            updated_at=date(2025, 1, 1) + timedelta(days=number % 365),
            views=number * 7 % 1000,
        )
        for number in range(count)
    )


def seeded_turns(count: int, until: datetime, articles: Sequence[str], seed: int = 1) -> list[SeededConversation]:
    """Conversations with so many turns together, in the 90 days up to a moment."""
    draw = random.Random(seed)
    made, found = 0, []
    while made < count:
        conversation = SeededConversation(f"c{len(found):07d}")
        at = until - timedelta(seconds=draw.randrange(60, DAYS * 86_400))
        where = _one(draw, PLATFORMS), _one(draw, LOCALES)
        for position in range(1, 1 + min(draw.choice((1, 1, 2, 2, 3, 5)), count - made)):
            if at >= until:
                break
            conversation.turns.append(_turn(draw, conversation.id, position, at, where, articles))
            made += 1
            at += timedelta(seconds=int(draw.lognormvariate(6, 2.5)) + 1)
        found.append(conversation)
    return found


def _turn(
    draw: random.Random,
    conversation_id: str,
    position: int,
    at: datetime,
    where: tuple[str, str],
    articles: Sequence[str],
) -> SeededTurn:
    kind = _one(draw, KINDS)
    near = [articles[min(len(articles) - 1, int(draw.expovariate(10 / len(articles))))] for _ in range(3)]
    cited = tuple(dict.fromkeys(near[: draw.choice((1, 1, 2))])) if kind == "answer" else ()
    later = at + timedelta(seconds=draw.randrange(100_000)) if draw.random() < 0.03 else None
    return SeededTurn(
        id=f"{conversation_id}-{position}",
        conversation_id=conversation_id,
        position=position,
        asked_at=at,
        platform=where[0],
        locale=where[1],
        kind=kind,
        reason=_one(draw, REASONS) if kind == "handoff" else "",
        confidence=round(draw.betavariate(8, 2), 4) if kind != "notice" else 0.0,
        milliseconds=int(draw.lognormvariate(4, 0.7)),
        cited=cited,
        nearest="" if kind == "notice" else near[0],
        thumb=draw.choice((1, 1, -1)) if kind != "notice" and draw.random() < 0.1 else 0,
        called_at=at if kind == "handoff" else later,
    )


def store(database: Database, found: Iterable[SeededConversation]) -> None:
    """Writes it all, as the product would have written it."""
    rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)
    with database.write() as connection:
        for conversation in found:
            _add(rows, conversation)
            if len(rows[turns]) >= AT_ONCE:
                _flush(connection, rows)
        _flush(connection, rows)
        sum_up(connection)


def _flush(connection: Connection, rows: dict[Table, list[dict[str, Any]]]) -> None:
    for table in (conversations, turns, messages, handoffs, feedback, reply_facts, cited_articles):
        if rows[table]:
            connection.execute(insert(table), rows[table])
    rows.clear()


def _add(rows: dict[Table, list[dict[str, Any]]], conversation: SeededConversation) -> None:
    own = conversation.turns
    calls = sorted({turn.called_at for turn in own if turn.called_at})
    rows[conversations].append(
        {
            "id": conversation.id,
            "site_key": "site_demo",
            "platform": own[0].platform,
            "locale": own[0].locale,
            "owner": "bot",
            "started_at": own[0].asked_at,
            "handoffs": len(calls),
            "last_customer": 2 * len(own) - 1,
            "last_number": 2 * len(own),
        }
    )
    for number, at in enumerate(calls, 1):
        reason = next(turn.reason for turn in own if turn.called_at == at) or "user_request"
        rows[handoffs].append(
            {
                "conversation_id": conversation.id,
                "number": number,
                "reason": reason,
                "asked_at": at,
                "ended_at": at + timedelta(minutes=5),
                "ended_as": "returned",
            }
        )
    for turn in own:
        _add_turn(rows, turn, facts_of(turn, own, calls))


def _add_turn(rows: dict[Table, list[dict[str, Any]]], turn: SeededTurn, facts: dict[str, Any]) -> None:
    rows[turns].append(
        {
            "id": turn.id,
            "conversation_id": turn.conversation_id,
            "position": turn.position,
            "client_message_id": turn.id,
            "question": QUESTION,
            "reply": reply_of(turn),
            "trace": trace_of(turn),
            "asked_at": turn.asked_at,
        }
    )
    said = {"conversation_id": turn.conversation_id, "said_at": turn.asked_at, "answered": True}
    asked = {"number": 2 * turn.position - 1, "id": turn.id, "speaker": "customer", "text": QUESTION, "turn_id": None}
    told = {"number": 2 * turn.position, "id": f"{turn.id}-r", "speaker": "bot", "text": "", "turn_id": turn.id}
    rows[messages] += [{**said, **asked}, {**said, **told}]
    if turn.thumb:
        rated = {"turn_id": turn.id, "conversation_id": turn.conversation_id, "comment": "", "rated_at": turn.asked_at}
        rows[feedback].append({**rated, "up": turn.thumb > 0})
    rows[reply_facts].append(facts)
    shared = {name: facts[name] for name in ("turn_id", "day", "platform", "locale", "thumb")}
    rows[cited_articles] += [{**shared, "article_id": article_id} for article_id in turn.cited]


def facts_of(turn: SeededTurn, own: Sequence[SeededTurn], calls: Sequence[datetime]) -> dict[str, Any]:
    """The row of `reply_facts` of a turn."""
    asked = [each for each in own if each.kind != "notice"]
    after = next((later.asked_at for one, later in pairwise(asked) if one.id == turn.id), None)
    mine = [at for at in calls if at >= turn.asked_at and (after is None or at < after)]
    is_question = turn.kind != "notice"
    return {
        "turn_id": turn.id,
        "conversation_id": turn.conversation_id,
        "asked_at": turn.asked_at,
        "day": turn.day,
        "platform": turn.platform,
        "locale": turn.locale,
        "kind": turn.kind,
        "reason": turn.reason,
        "article_id": turn.article_id,
        "confidence": turn.confidence,
        "milliseconds": turn.milliseconds,
        "thumb": turn.thumb,
        "returned_after": _seconds(turn.asked_at, after),
        "called_after": _seconds(turn.asked_at, mine[0]) if is_question and mine else None,
    }


def reply_of(turn: SeededTurn) -> dict[str, Any]:
    """The reply as it is stored."""
    return {
        "kind": turn.kind,
        "text": f"A {turn.kind}.",
        "citations": [{"number": 1, "article_id": article_id, "quote": "So."} for article_id in turn.cited],
        "actions": [],
        "confidence": turn.confidence,
        "reason": turn.reason or None,
        "options": [],
    }


def trace_of(turn: SeededTurn) -> dict[str, Any]:
    """As much of a trace as anybody counts by."""
    candidates = [{"article_id": turn.nearest, "rank": 1}] if turn.nearest else []
    return {"candidates": candidates, "timings_ms": {"total": float(turn.milliseconds)}}


def _one(draw: random.Random, weights: dict[str, int]) -> str:
    return draw.choices(list(weights), list(weights.values()))[0]


def _seconds(since: datetime, moment: datetime | None) -> int | None:
    return None if moment is None else int((moment - since).total_seconds())
