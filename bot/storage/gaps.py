"""Gaps in the help center: clusters of questions that were not answered. They are found by a survey now and then, and
stored, so that a page need not compute them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bot.errors import RequestRefused
from bot.models import Moment
from bot.storage.database import Database
from bot.storage.schema import gap_questions, gap_survey, gaps


class GapNotFound(RequestRefused):
    """No gap has this number."""

    code = "gap_not_found"
    status = 404

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no gap {number} (any more). Look at the list of gaps.")


class Source(StrEnum):
    """Why a question counts as not answered."""

    LOW_CONFIDENCE = "low_confidence"
    LOOP = "loop"
    POLICY = "policy"
    THUMB = "thumb"


class Cause(StrEnum):
    """What is wrong."""

    NO_ARTICLE = "no_article"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    POLICY = "policy"


class GapState(StrEnum):
    """A gap closes by itself once its questions are answered; people mute what nobody is going to write about."""

    OPEN = "open"
    CLOSED = "closed"
    MUTED = "muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NearPassage:
    """A passage that a question comes near to: `text` is `article.body[start:end]`, cut short."""

    article_id: str
    title: str
    heading: str
    start: int
    end: int
    text: str
    score: float = 0.0
    """How near, 0–1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuestion:
    """A question that was not answered, as it was searched, secrets masked. `answered` says whether the present index
    answers it, which was tried on what `checked_on` names. `internal` is the internal article that is about it."""

    turn_id: str
    question: str
    source: Source
    asked_at: Moment
    cause: Cause
    answered: bool
    checked_on: str
    nearest: tuple[NearPassage, ...] = ()
    internal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A cluster of questions. `weeks` counts them by week, the last one last; `name` is made of words that tell it from
    the others."""

    number: int
    name: str
    cause: Cause
    state: GapState
    size: int
    unanswered: int
    weeks: tuple[int, ...]
    examples: tuple[str, ...]
    nearest: tuple[NearPassage, ...]
    first_at: Moment
    last_at: Moment
    changed_at: Moment
    """When the state became what it is."""
    changed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """When the questions were last gone through, on what, and how many there were; `newest` is the newest of them."""

    surveyed_at: Moment
    checked_on: str
    newest: Moment | None
    questions: int


Membership = Mapping[str, int | None]
"""The number of the gap that a question is in, or None, by turn."""

Merge = Callable[[Sequence[Gap], Membership], tuple[Sequence[Gap], Membership]]
"""From the gaps that are stored and what is in them to those that are to be."""


def store_survey(database: Database, survey: Survey, questions: Sequence[GapQuestion], merge: Merge) -> tuple[Gap, ...]:
    """Puts what a survey has found in the place of what the last one did. `merge` decides in the transaction that
    writes, so that what people do to a gap meanwhile is not lost."""
    with database.write() as connection:
        before = tuple(map(_gap, connection.execute(select(gaps).order_by(gaps.c.number))))
        members = connection.execute(select(gap_questions.c.turn_id, gap_questions.c.gap))
        was_in = {turn_id: gap for turn_id, gap in members}  # noqa: C416 - rows are no pairs for a type checker
        found, is_in = merge(before, was_in)
        for table in (gap_survey, gap_questions, gaps):
            connection.execute(delete(table))
        if found:
            connection.execute(insert(gaps), [_gap_values(gap) for gap in found])
        if questions:
            rows = [{**_question_values(question), "gap": is_in.get(question.turn_id)} for question in questions]
            connection.execute(insert(gap_questions), rows)
        connection.execute(insert(gap_survey).values(id=1, **asdict(survey)))
    return tuple(found)


def last_survey(database: Database) -> Survey | None:
    """The last survey; None before the first."""
    with database.read() as connection:
        row = connection.execute(select(gap_survey)).first()
    if row is None:
        return None
    return Survey(surveyed_at=row.surveyed_at, checked_on=row.checked_on, newest=row.newest, questions=row.questions)


def gaps_in(database: Database, state: GapState | None = None) -> tuple[Gap, ...]:
    """The gaps, of one state or of all, the largest first."""
    query = select(gaps).order_by(gaps.c.unanswered.desc(), gaps.c.size.desc(), gaps.c.number)
    if state is not None:
        query = query.where(gaps.c.state == state.value)
    with database.read() as connection:
        return tuple(map(_gap, connection.execute(query)))


def gap_with(database: Database, number: int) -> Gap:
    """The gap of this number. GapNotFound."""
    with database.read() as connection:
        return _required(connection, number)


def questions_of_gap(database: Database, number: int) -> tuple[GapQuestion, ...]:
    """The questions of a gap, newest first."""
    query = select(gap_questions).where(gap_questions.c.gap == number)
    with database.read() as connection:
        rows = connection.execute(query.order_by(gap_questions.c.asked_at.desc(), gap_questions.c.turn_id)).all()
    return tuple(map(_question, rows))


def surveyed_questions(database: Database, *, about_internal: bool = False) -> tuple[GapQuestion, ...]:
    """Every question that the last survey knew, newest first; or only those that an internal article is about."""
    query = select(gap_questions).order_by(gap_questions.c.asked_at.desc(), gap_questions.c.turn_id)
    if about_internal:
        query = query.where(gap_questions.c.internal.is_not(None))
    with database.read() as connection:
        return tuple(map(_question, connection.execute(query)))


def change_gap(connection: Connection, number: int, state: GapState, agent: str | None, now: datetime) -> Gap:
    """Mutes, closes or opens a gap by hand. GapNotFound."""
    _required(connection, number)
    values = {"state": state.value, "changed_at": now, "changed_by": agent}
    connection.execute(update(gaps).where(gaps.c.number == number).values(values))
    return _required(connection, number)


def _required(connection: Connection, number: int) -> Gap:
    row = connection.execute(select(gaps).where(gaps.c.number == number)).first()
    if row is None:
        raise GapNotFound(number)
    return _gap(row)


def _gap(row: Row[Any]) -> Gap:
    values = dict(row._mapping)
    values.update(cause=Cause(row.cause), state=GapState(row.state), weeks=tuple(row.weeks))
    values.update(examples=tuple(row.examples), nearest=tuple(NearPassage(**each) for each in row.nearest))
    return Gap(**values)


def _gap_values(gap: Gap) -> dict[str, Any]:
    return {**asdict(gap), "cause": gap.cause.value, "state": gap.state.value}


def _question(row: Row[Any]) -> GapQuestion:
    return GapQuestion(
        turn_id=row.turn_id,
        question=row.question,
        source=Source(row.source),
        asked_at=row.asked_at,
        cause=Cause(row.cause),
        answered=row.answered,
        checked_on=row.checked_on,
        nearest=tuple(NearPassage(**each) for each in row.nearest),
        internal=row.internal,
    )


def _question_values(question: GapQuestion) -> dict[str, Any]:
    return {**asdict(question), "source": question.source.value, "cause": question.cause.value}
