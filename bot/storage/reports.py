"""What reports are made of: sums over the replies of a span of days (bot/storage/reply_facts.py).

A visit is a run of a customer's questions in one conversation, each within the quiet window of the one before it; it is
over once nothing more was asked for that long. It was resolved when its last question was answered, no person was
called or came within the window, and the answer has no thumbs-down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, or_, select

from bot.storage.database import Database
from bot.storage.proposed_cases import CaseSource, CaseState
from bot.storage.schema import cited_articles, conversations, handoffs, proposed_cases, reply_facts

QUIET_WINDOW = timedelta(hours=24)
"""How long a customer must stay away before a visit counts as over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which replies count: UTC days from `first` to `last`, both included; of one platform, one locale, or about some
    articles, where these are given."""

    first: date
    last: date
    platform: str | None = None
    locale: str | None = None
    articles: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """Of some replies of one kind: how many, the sum of their confidences, thumbs, and the visits that ended with one
    of them, of which so many were resolved."""

    replies: int
    confidence: float
    ups: int
    downs: int
    visits: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The replies of a day, a platform, a locale, a kind and (of a handoff) a reason."""

    day: str
    platform: str
    locale: str
    kind: str
    reason: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class ArticleCell:
    """The replies of a kind that are about an article; without one the id is empty."""

    article_id: str
    kind: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Cited:
    """How many answers cite an article, and the thumbs that they got."""

    article_id: str
    answers: int
    ups: int
    downs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRows:
    """Everything that a report is computed from, of one moment."""

    cells: tuple[Cell, ...]
    articles: tuple[ArticleCell, ...]
    cited: tuple[Cited, ...]
    """The most cited first."""
    milliseconds: tuple[tuple[int, int], ...]
    """How many replies took so many milliseconds, ascending."""
    calls: tuple[tuple[str, int], ...]
    """How many times a person was called, or came, for each reason; empty where only some articles count: a call is
    about none."""
    marked: tuple[int, int]
    """Answers that agents marked right or wrong, or accepted as a case of the evaluation, and those found wrong."""
    locales: tuple[str, ...]
    """Every locale that customers ever had."""
    first_day: str | None
    """The day of the oldest reply; None before the first."""


def report_rows(database: Database, scope: Scope, now: datetime) -> ReportRows:
    """The sums of a scope. `now` decides which visits are over."""
    with database.read() as connection:
        return ReportRows(
            cells=_cells(connection, scope, now),
            articles=_article_cells(connection, scope, now),
            cited=_cited(connection, scope),
            milliseconds=_milliseconds(connection, scope),
            calls=_calls(connection, scope),
            marked=_marked(connection, scope),
            locales=tuple(connection.scalars(select(reply_facts.c.locale).distinct().order_by(reply_facts.c.locale))),
            first_day=connection.scalar(select(func.min(reply_facts.c.day))),
        )


def citations(database: Database, first: date, last: date) -> tuple[Cited, ...]:
    """How often each article was cited on these days, the most cited first."""
    with database.read() as connection:
        return _cited(connection, Scope(first=first, last=last))


def citations_by_day(database: Database, article_id: str, first: date, last: date) -> dict[str, Cited]:
    """How often an article was cited on each of these days; a day without a citation is left out."""
    table = cited_articles.c
    query = (
        select(table.day, *_thumbed(cited_articles))
        .where(table.article_id == article_id, table.day.between(day_text(first), day_text(last)))
        .group_by(table.day)
        .order_by(table.day)
    )
    with database.read() as connection:
        return {row.day: Cited(article_id, row.answers, row.ups, row.downs) for row in connection.execute(query)}


def day_text(day: date) -> str:
    """A day as it is stored."""
    return day.isoformat()


def _cells(connection: Connection, scope: Scope, now: datetime) -> tuple[Cell, ...]:
    table = reply_facts.c
    by = (table.day, table.platform, table.locale, table.kind, table.reason)
    query = select(*by, *_sums(now)).where(_in(scope)).group_by(*by).order_by(*by)
    return tuple(
        Cell(row.day, row.platform, row.locale, row.kind, row.reason, _sums_of(row[len(by) :]))
        for row in connection.execute(query)
    )


def _article_cells(connection: Connection, scope: Scope, now: datetime) -> tuple[ArticleCell, ...]:
    by = (reply_facts.c.article_id, reply_facts.c.kind)
    query = select(*by, *_sums(now)).where(_in(scope)).group_by(*by).order_by(*by)
    return tuple(ArticleCell(row.article_id, row.kind, _sums_of(row[len(by) :])) for row in connection.execute(query))


def _cited(connection: Connection, scope: Scope) -> tuple[Cited, ...]:
    table = cited_articles.c
    conditions: list[ColumnElement[bool]] = [table.day.between(day_text(scope.first), day_text(scope.last))]
    if scope.platform is not None:
        conditions.append(table.platform == scope.platform)
    if scope.locale is not None:
        conditions.append(table.locale == scope.locale)
    if scope.articles is not None:
        conditions.append(table.article_id.in_(scope.articles))
    counted = _thumbed(cited_articles)
    query = select(table.article_id, *counted).where(*conditions).group_by(table.article_id)
    rows = connection.execute(query.order_by(counted[0].desc(), table.article_id))
    return tuple(Cited(row.article_id, row.answers, row.ups, row.downs) for row in rows)


def _milliseconds(connection: Connection, scope: Scope) -> tuple[tuple[int, int], ...]:
    taken = reply_facts.c.milliseconds
    query = select(taken, func.count()).where(_in(scope), taken.is_not(None)).group_by(taken).order_by(taken)
    return tuple((row[0], row[1]) for row in connection.execute(query))


def _calls(connection: Connection, scope: Scope) -> tuple[tuple[str, int], ...]:
    if scope.articles is not None:
        return ()
    begin, end = _moments(scope)
    query = select(handoffs.c.reason, func.count()).where(handoffs.c.asked_at >= begin, handoffs.c.asked_at < end)
    if scope.platform is not None or scope.locale is not None:
        query = query.join(conversations, conversations.c.id == handoffs.c.conversation_id)
        if scope.platform is not None:
            query = query.where(conversations.c.platform == scope.platform)
        if scope.locale is not None:
            query = query.where(conversations.c.locale == scope.locale)
    rows = connection.execute(query.group_by(handoffs.c.reason).order_by(func.count().desc(), handoffs.c.reason))
    return tuple((row[0], row[1]) for row in rows)


def _marked(connection: Connection, scope: Scope) -> tuple[int, int]:
    """What people said of answers, and of how many they expected something else, or another article. That is said of
    few answers, so these are read first, and their facts then: a plan that begins with the days reads them all."""
    cases, facts = proposed_cases.c, reply_facts.c
    said = or_(cases.source == CaseSource.CORRECTION.value, cases.state == CaseState.ACCEPTED.value)
    query = select(cases.reply, cases.decision, cases.suggestion, *(facts[name] for name in _SCOPED))
    rows = connection.execute(query.where(facts.turn_id == cases.turn_id, facts.kind == "answer", said))
    found = [row for row in rows if _is_in(row, scope)]
    wrong = [row for row in found if not _is_as_expected(row.reply, row.decision or row.suggestion)]
    return len(found), len(wrong)


_SCOPED = ("day", "platform", "locale", "article_id")


def _is_in(row: Row[Any], scope: Scope) -> bool:
    return (
        day_text(scope.first) <= row.day <= day_text(scope.last)
        and scope.platform in (None, row.platform)
        and scope.locale in (None, row.locale)
        and (scope.articles is None or row.article_id in scope.articles)
    )


def _is_as_expected(replied: Mapping[str, Any], expected: Mapping[str, Any] | None) -> bool:
    if expected is None or expected["expect"] != "answer":
        return False
    return not set(replied["articles"]).isdisjoint(expected["articles"])


def _in(scope: Scope) -> ColumnElement[bool]:
    table = reply_facts.c
    conditions: list[ColumnElement[bool]] = [table.day.between(day_text(scope.first), day_text(scope.last))]
    if scope.platform is not None:
        conditions.append(table.platform == scope.platform)
    if scope.locale is not None:
        conditions.append(table.locale == scope.locale)
    if scope.articles is not None:
        conditions.append(table.article_id.in_(scope.articles))
    return and_(*conditions)


def _sums(now: datetime) -> tuple[ColumnElement[Any], ...]:
    table, window = reply_facts.c, int(QUIET_WINDOW.total_seconds())
    is_last = or_(table.returned_after.is_(None), table.returned_after > window)
    over = and_(table.asked_at <= now - QUIET_WINDOW, is_last)
    unaided = or_(table.called_after.is_(None), table.called_after > window)
    resolved = and_(over, table.kind == "answer", unaided, table.thumb >= 0)
    return (func.count(), func.sum(table.confidence), *_thumbs(table.thumb), _count_of(over), _count_of(resolved))


def _sums_of(row: Sequence[Any]) -> Sums:
    return Sums(row[0], float(row[1]), row[2], row[3], row[4], row[5])


def _thumbs(thumb: ColumnElement[int]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    return _count_of(thumb == 1), _count_of(thumb == -1)


def _thumbed(table: Any) -> tuple[ColumnElement[int], ...]:
    ups, downs = _thumbs(table.c.thumb)
    return func.count().label("answers"), ups.label("ups"), downs.label("downs")


def _count_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _moments(scope: Scope) -> tuple[datetime, datetime]:
    """The moments at which the days begin and are over."""
    begin = datetime.combine(scope.first, time(), UTC)
    return begin, datetime.combine(scope.last, time(), UTC) + timedelta(days=1)
