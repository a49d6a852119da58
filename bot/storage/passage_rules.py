"""What editors say of single passages: pinned for a question, or muted, each with a reason and a last day. Rows are
never removed, so a number is never given twice and a reason can be read later."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, not_, select, update

from bot.errors import RequestRefused
from bot.models import Moment
from bot.storage.database import Database
from bot.storage.schema import passage_rules as rules

MOST_READ = 1000
"""Rules that one look reads at most; ask again before the last one's number."""


class RuleNotFound(RequestRefused):
    """No rule has this number."""

    code = "rule_not_found"
    status = 404

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no rule {number} for a passage.")


class RuleConflict(RequestRefused):
    """A rule cannot be made or ended, for what another editor has done meanwhile."""

    code = "rule_conflict"
    status = 409


class RuleKind(StrEnum):
    """What becomes of a passage."""

    PIN = "pin"
    """It comes first for questions like one."""
    MUTE = "mute"
    """It is not used: for questions like one, or for all."""


@dataclass(frozen=True, slots=True)
class RuledPassage:
    """A passage as it was when a rule was made for it: its hash, its article, and how it begins."""

    passage_id: str
    article_id: str
    title: str
    heading: str
    beginning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWish:
    """A rule that an editor asks for; without a question it is for all questions. `last_day` is the last one, in UTC,
    on which it holds."""

    kind: RuleKind
    passage: RuledPassage
    question: str | None
    reason: str
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRule:
    """A rule under its number, who made it, and who ended it before its last day."""

    number: int
    kind: RuleKind
    passage: RuledPassage
    question: str | None
    reason: str
    last_day: date
    made_at: Moment
    made_by: str
    ended_at: Moment | None = None
    ended_by: str | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day (UTC)."""
        return self.ended_at is None and day <= self.last_day


def make_rule(connection: Connection, wish: RuleWish, agent: str, now: datetime) -> PassageRule:
    """Stores a rule that holds from now on. RuleConflict where one that holds says the same."""
    asked = rules.c.question.is_(None) if wish.question is None else rules.c.question == wish.question
    same = and_(rules.c.kind == wish.kind.value, rules.c.passage_id == wish.passage.passage_id, asked)
    known = connection.execute(select(rules).where(same, _holding(now.date())).order_by(rules.c.number)).first()
    if known is not None:
        rule = _rule(known)
        raise RuleConflict(
            f"Rule {rule.number} of {rule.made_by} says the same until {rule.last_day}. End it first if another reason "
            "or day shall stand."
        )
    number = connection.execute(select(func.coalesce(func.max(rules.c.number), 0))).scalar_one() + 1
    values = {
        **asdict(wish.passage),
        "kind": wish.kind.value,
        "question": wish.question,
        "reason": wish.reason,
        "last_day": wish.last_day.isoformat(),
        "made_at": now,
        "made_by": agent,
    }
    connection.execute(insert(rules).values(number=number, **values))
    return _required(connection, number)


def end_rule(connection: Connection, number: int, agent: str, now: datetime) -> PassageRule:
    """Ends a rule before its last day; it is kept. RuleNotFound; RuleConflict where it does not hold any more."""
    rule = _required(connection, number)
    if rule.ended_at is not None:
        raise RuleConflict(f"Rule {number} was ended by {rule.ended_by} on {rule.ended_at.date()} already.")
    if not rule.holds_on(now.date()):
        raise RuleConflict(f"Rule {number} ended by itself after {rule.last_day}.")
    connection.execute(update(rules).where(rules.c.number == number).values(ended_at=now, ended_by=agent))
    return _required(connection, number)


def rules_in_force(database: Database, day: date) -> tuple[PassageRule, ...]:
    """Every rule that holds on a day, in the order in which they were made."""
    with database.read() as connection:
        return tuple(map(_rule, connection.execute(select(rules).where(_holding(day)).order_by(rules.c.number))))


def passage_rules(
    database: Database, day: date, *, holding: bool, before: int | None = None, most: int = MOST_READ
) -> tuple[PassageRule, ...]:
    """The rules that hold on a day, or those that do not any more, the newest first, at most `most`; older than the one
    of number `before`."""
    query = select(rules).where(_holding(day) if holding else not_(_holding(day)))
    if before is not None:
        query = query.where(rules.c.number < before)
    with database.read() as connection:
        return tuple(map(_rule, connection.execute(query.order_by(rules.c.number.desc()).limit(most))))


def rules_of_article(database: Database, article_id: str, day: date) -> tuple[PassageRule, ...]:
    """The rules that hold on a day for passages of an article, in the order in which they were made."""
    query = select(rules).where(rules.c.article_id == article_id, _holding(day)).order_by(rules.c.number)
    with database.read() as connection:
        return tuple(map(_rule, connection.execute(query)))


def count_rules(database: Database, day: date) -> tuple[int, int]:
    """How many rules hold on a day, and how many do not any more."""
    with database.read() as connection:
        holding = connection.execute(select(func.count()).select_from(rules).where(_holding(day))).scalar_one()
        every = connection.execute(select(func.count()).select_from(rules)).scalar_one()
    return holding, every - holding


def passage_rule(database: Database, number: int) -> PassageRule:
    """The rule with this number. RuleNotFound."""
    with database.read() as connection:
        return _required(connection, number)


def _holding(day: date) -> ColumnElement[bool]:
    """Days are stored as text that sorts as they do."""
    return and_(rules.c.ended_at.is_(None), rules.c.last_day >= day.isoformat())


def _required(connection: Connection, number: int) -> PassageRule:
    row = connection.execute(select(rules).where(rules.c.number == number)).first()
    if row is None:
        raise RuleNotFound(number)
    return _rule(row)


def _rule(row: Row[Any]) -> PassageRule:
    return PassageRule(
        number=row.number,
        kind=RuleKind(row.kind),
        passage=RuledPassage(row.passage_id, row.article_id, row.title, row.heading, row.beginning),
        question=row.question,
        reason=row.reason,
        last_day=date.fromisoformat(row.last_day),
        made_at=row.made_at,
        made_by=row.made_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
