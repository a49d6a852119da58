"""What reports are made of: sums over the replies of a span of days, read from bot/storage/reply_sums.py where it has
what is asked for, and else counted over the facts of bot/storage/reply_facts.py.

A visit is a run of a customer's questions in one conversation, each within the quiet window of the one before it; it is
over once nothing more was asked for that long. It was resolved when its last question was answered, no person was
called or came within the window, and the answer has no thumbs-down.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, case, func, or_, select

from bot.storage.database import Database
from bot.storage.proposed_cases import CaseSource, CaseState
from bot.storage.reply_sums import COUNTED, NOTHING, QUIET_WINDOW, Sums
from bot.storage.schema import (
    article_sums,
    cited_articles,
    conversations,
    handoffs,
    proposed_cases,
    reply_facts,
    reply_sums,
    ruled_replies,
)
from bot.storage.scope import DAY, Scope, day_text


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
    ruled: int = 0
    """Answers in which an editor's pin or mute weighed."""
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
            ruled=_ruled(connection, scope),
            locales=tuple(connection.scalars(select(reply_sums.c.locale).distinct().order_by(reply_sums.c.locale))),
            first_day=connection.scalar(select(func.min(reply_sums.c.day))),
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


def _cells(connection: Connection, scope: Scope, now: datetime) -> tuple[Cell, ...]:
    names = ("day", "platform", "locale", "kind", "reason")
    rows = _rows(connection, reply_sums, names, scope, now)
    return tuple(Cell(row[0], row[1], row[2], row[3], row[4], _sums_of(row[5:])) for row in rows)


def _article_cells(connection: Connection, scope: Scope, now: datetime) -> tuple[ArticleCell, ...]:
    found: defaultdict[tuple[str, str], Sums] = defaultdict(lambda: NOTHING)
    for row in _rows(connection, article_sums, ("article_id", "kind"), scope, now):
        found[row[0], row[1]] += _sums_of(row[2:])
    return tuple(ArticleCell(article_id, kind, sums) for (article_id, kind), sums in sorted(found.items()))


def _rows(
    connection: Connection, table: Table, names: Sequence[str], scope: Scope, now: datetime
) -> Iterator[Sequence[Any]]:
    """The sums of a scope by some columns, first from a table of sums if it can tell, then counted over facts."""
    summed, counted = _parts(scope, now) if scope.asked() <= set(table.c.keys()) else (None, scope)
    if summed is not None:
        yield from _summed(connection, table, names, summed)
    if counted is not None:
        yield from _counted(connection, names, counted, now)


def _parts(scope: Scope, now: datetime) -> tuple[Scope | None, Scope | None]:
    """The days whose visits are all over, which are summed up already, and the later ones."""
    later = (now - QUIET_WINDOW).date()
    before, after = min(scope.last, later - DAY), max(scope.first, later)
    return (
        replace(scope, last=before) if scope.first <= before else None,
        replace(scope, first=after) if after <= scope.last else None,
    )


def _summed(connection: Connection, table: Table, names: Sequence[str], scope: Scope) -> Sequence[Sequence[Any]]:
    by, counted = [table.c[name] for name in names], [table.c[name] for name in COUNTED]
    if tuple(names) == tuple(table.primary_key.columns.keys()):
        return connection.execute(select(*by, *counted).where(*scope.conditions(table)).order_by(*by)).all()
    query = select(*by, *map(func.sum, counted)).where(*scope.conditions(table))
    return connection.execute(query.group_by(*by).order_by(*by)).all()


def _counted(connection: Connection, names: Sequence[str], scope: Scope, now: datetime) -> Sequence[Sequence[Any]]:
    by = [reply_facts.c[name] for name in names]
    query = select(*by, *_sums(now)).where(*scope.conditions(reply_facts))
    return connection.execute(query.group_by(*by).order_by(*by)).all()


def _cited(connection: Connection, scope: Scope) -> tuple[Cited, ...]:
    table = cited_articles.c
    counted = _thumbed(cited_articles)
    query = select(table.article_id, *counted).where(*scope.conditions(cited_articles)).group_by(table.article_id)
    rows = connection.execute(query.order_by(counted[0].desc(), table.article_id))
    return tuple(Cited(row.article_id, row.answers, row.ups, row.downs) for row in rows)


def _milliseconds(connection: Connection, scope: Scope) -> tuple[tuple[int, int], ...]:
    taken = reply_facts.c.milliseconds
    query = (
        select(taken, func.count())
        .where(*scope.conditions(reply_facts), taken.is_not(None))
        .group_by(taken)
        .order_by(taken)
    )
    return tuple((row[0], row[1]) for row in connection.execute(query))


def _calls(connection: Connection, scope: Scope) -> tuple[tuple[str, int], ...]:
    if scope.articles is not None:
        return ()
    begin, end = scope.moments()
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
    few answers, so these are read first, and their facts then: a plan that begins with the facts reads them all."""
    cases, facts = proposed_cases.c, reply_facts.c
    said = or_(cases.source == CaseSource.CORRECTION.value, cases.state == CaseState.ACCEPTED.value)
    query = select(cases.reply, cases.decision, cases.suggestion, *(facts[name] for name in _SCOPED))
    of_case = facts.turn_id == cases.turn_id.concat("")  # an expression, so that no index leads from a fact to its case
    rows = connection.execute(query.where(of_case, facts.kind == "answer", said))
    found = [row for row in rows if scope.includes(row)]
    wrong = [row for row in found if not _is_as_expected(row.reply, row.decision or row.suggestion)]
    return len(found), len(wrong)


def _ruled(connection: Connection, scope: Scope) -> int:
    """Few replies are ruled. Their day is looked for where they stand, so that a plan begins there, too."""
    facts, ruled = reply_facts.c, ruled_replies.c
    query = select(func.count(ruled.turn_id.distinct())).where(
        facts.turn_id == ruled.turn_id, scope.days(ruled_replies)
    )
    return connection.execute(query.where(facts.kind == "answer", *scope.narrowing(reply_facts))).scalar_one()


_SCOPED = ("day", "platform", "locale", "article_id")


def _is_as_expected(replied: Mapping[str, Any], expected: Mapping[str, Any] | None) -> bool:
    if expected is None or expected["expect"] != "answer":
        return False
    return not set(replied["articles"]).isdisjoint(expected["articles"])


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
