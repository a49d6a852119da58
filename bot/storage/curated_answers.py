"""Answers that editors have written for a question and its wordings, as exact quotes of articles. Every version is a
row that is never changed or removed, so a number is never given twice."""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, insert, select

from bot.errors import RequestRefused
from bot.models import Moment
from bot.storage.database import Database
from bot.storage.schema import curated_answers as answers
from knowledge.models import Platform

MOST_READ = 1000
"""Answers that one look reads at most; ask again from the last one's number."""


class CuratedNotFound(RequestRefused):
    """No curated answer has this number."""

    code = "curated_answer_not_found"
    status = 404

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no curated answer {number}. Look at the list of curated answers.")


class CuratedState(StrEnum):
    """What a curated answer is: it is given only while it is active. The store knows of no expiry: an active answer is
    expired from the day after its last one on."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class CuratedQuote:
    """A sentence, step or row of an article, to the letter, and the path of headings above it, joined with " › "."""

    article_id: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedContent:
    """What an editor writes. `wordings` are the question and the other ways to ask it; `lead` is a line in the editor's
    own words, or empty; it holds for one platform or for any, in one language (`locale`) or, where that is empty, in
    all; it is given until `expires_on`, that day included."""

    wordings: tuple[str, ...]
    quotes: tuple[CuratedQuote, ...]
    owner: str
    expires_on: date
    lead: str = ""
    platform: Platform = Platform.ANY
    locale: str = ""

    @property
    def question(self) -> str:
        """The first of its wordings."""
        return self.wordings[0]

    @property
    def article_ids(self) -> tuple[str, ...]:
        """The articles that it quotes, each once."""
        return tuple(dict.fromkeys(quote.article_id for quote in self.quotes))


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedAnswer:
    """One version of a curated answer. `because` says why it is withdrawn or deleted; `made_by` is None for what the
    server did by itself."""

    number: int
    version: int
    content: CuratedContent
    state: CuratedState
    made_at: Moment
    made_by: str | None = None
    because: str = ""

    def state_on(self, day: date) -> CuratedState:
        """What it is on a day (UTC)."""
        expired = self.state is CuratedState.ACTIVE and self.content.expires_on < day
        return CuratedState.EXPIRED if expired else self.state


class CuratedAnswerChanged(RequestRefused):
    """Somebody else, or the server, has made another version since an editor looked; `now` is that version."""

    code = "curated_answer_changed"
    status = 409

    def __init__(self, seen: CuratedAnswer | None, now: CuratedAnswer) -> None:
        self.now = now
        by = now.made_by or "The server"
        super().__init__(
            f"{by} has made version {now.version} of the curated answer {now.number} meanwhile: "
            f"{told_differences(seen, now)}. Nothing of yours was stored yet; it stands here as you wrote it."
        )


def told_differences(before: CuratedAnswer | None, after: CuratedAnswer) -> str:
    """What is otherwise in a later version, in words."""
    if after.state is CuratedState.DELETED:
        return f"it is deleted ({after.because})"
    if after.state is CuratedState.WITHDRAWN:
        return f"it is withdrawn ({after.because})"
    names = {
        "wordings": "the wordings",
        "lead": "the words of its own",
        "quotes": "the sentences",
        "platform": "the platform",
        "locale": "the language",
        "owner": "the owner",
        "expires_on": "the last day",
    }
    other = [
        words
        for name, words in names.items()
        if before is None or getattr(before.content, name) != getattr(after.content, name)
    ]
    if other:
        return f"otherwise than before: {', '.join(other)}"
    return "it says the same"


def add_answer(connection: Connection, content: CuratedContent, by: str, at: datetime) -> CuratedAnswer:
    """Stores the first version of a new answer, active."""
    last = connection.execute(select(func.coalesce(func.max(answers.c.number), 0))).scalar_one()
    made = CuratedAnswer(number=last + 1, version=1, content=content, state=CuratedState.ACTIVE, made_at=at, made_by=by)
    connection.execute(insert(answers).values(**_values(made)))
    return made


def add_version(
    connection: Connection,
    number: int,
    seen: int,
    by: str | None,
    at: datetime,
    *,
    content: CuratedContent | None = None,
    state: CuratedState = CuratedState.ACTIVE,
    because: str = "",
) -> CuratedAnswer:
    """Stores the version after `seen`, which must be the newest; without `content` with that of `seen`.

    CuratedNotFound; CuratedAnswerChanged where somebody was quicker. Expiry is no state that is stored.
    """
    if state is CuratedState.EXPIRED:
        raise ValueError("An answer expires by its date; store it as active.")
    before = _required(connection, number)
    if before.version != seen:
        raise CuratedAnswerChanged(_version(connection, number, seen), before)
    made = CuratedAnswer(
        number=number,
        version=before.version + 1,
        content=content or before.content,
        state=state,
        made_at=at,
        made_by=by,
        because=because,
    )
    connection.execute(insert(answers).values(**_values(made)))
    return made


def curated_answer(database: Database, number: int) -> CuratedAnswer:
    """The newest version of an answer. CuratedNotFound."""
    with database.read() as connection:
        return _required(connection, number)


def curated_versions(database: Database, number: int) -> tuple[CuratedAnswer, ...]:
    """Every version of an answer, the newest first; none where there is none."""
    query = select(answers).where(answers.c.number == number).order_by(answers.c.version.desc()).limit(MOST_READ)
    with database.read() as connection:
        return tuple(map(_answer, connection.execute(query)))


def curated_answers(
    database: Database, state: CuratedState, day: date, before: int | None = None, most: int = MOST_READ
) -> tuple[CuratedAnswer, ...]:
    """The answers that are in a state on a day, in their newest version, the newest answers first, at most `most`; only
    those with a number lower than `before`."""
    query = _newest().where(_is(state, day)).order_by(answers.c.number.desc()).limit(most)
    if before is not None:
        query = query.where(answers.c.number < before)
    with database.read() as connection:
        return tuple(map(_answer, connection.execute(query)))


def active_answers(database: Database, day: date) -> tuple[CuratedAnswer, ...]:
    """All that are active on a day, by number."""
    query = _newest().where(_is(CuratedState.ACTIVE, day)).order_by(answers.c.number)
    with database.read() as connection:
        return tuple(map(_answer, connection.execute(query)))


def curated_by_state(database: Database, day: date) -> dict[CuratedState, int]:
    """How many answers there are in each state on a day."""
    with database.read() as connection:
        return {
            state: connection.execute(
                _newest().where(_is(state, day)).with_only_columns(func.count(), maintain_column_froms=True)
            ).scalar_one()
            for state in CuratedState
        }


def _newest() -> Select[Any]:
    last = select(answers.c.number, func.max(answers.c.version).label("version")).group_by(answers.c.number).subquery()
    same = and_(answers.c.number == last.c.number, answers.c.version == last.c.version)
    return select(answers).select_from(answers.join(last, same))


def _is(state: CuratedState, day: date) -> Any:
    if state is CuratedState.ACTIVE:
        return and_(answers.c.state == state.value, answers.c.expires_on >= day.isoformat())
    if state is CuratedState.EXPIRED:
        return and_(answers.c.state == CuratedState.ACTIVE.value, answers.c.expires_on < day.isoformat())
    return answers.c.state == state.value


def _required(connection: Connection, number: int) -> CuratedAnswer:
    own = select(answers).where(answers.c.number == number).order_by(answers.c.version.desc()).limit(1)
    row = connection.execute(own).first()
    if row is None:
        raise CuratedNotFound(number)
    return _answer(row)


def _version(connection: Connection, number: int, version: int) -> CuratedAnswer | None:
    row = connection.execute(select(answers).where(answers.c.number == number, answers.c.version == version)).first()
    return None if row is None else _answer(row)


def _values(answer: CuratedAnswer) -> dict[str, Any]:
    content = answer.content
    own = {each.name: getattr(content, each.name) for each in fields(content)}
    return {
        **own,
        "wordings": list(content.wordings),
        "quotes": [asdict(quote) for quote in content.quotes],
        "platform": content.platform.value,
        "expires_on": content.expires_on.isoformat(),
        "number": answer.number,
        "version": answer.version,
        "state": answer.state.value,
        "because": answer.because,
        "made_at": answer.made_at,
        "made_by": answer.made_by,
    }


def _answer(row: Row[Any]) -> CuratedAnswer:
    content = CuratedContent(
        wordings=tuple(row.wordings),
        quotes=tuple(CuratedQuote(**quote) for quote in row.quotes),
        owner=row.owner,
        expires_on=date.fromisoformat(row.expires_on),
        lead=row.lead,
        platform=Platform(row.platform),
        locale=row.locale,
    )
    return CuratedAnswer(
        number=row.number,
        version=row.version,
        content=content,
        state=CuratedState(row.state),
        made_at=row.made_at,
        made_by=row.made_by,
        because=row.because,
    )
