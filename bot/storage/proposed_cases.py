"""Turns that are proposed as cases of an evaluation suite, and what people made of them: one for each turn. Rows are
never removed, so a number is never given twice."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from bot.errors import RequestRefused
from bot.models import Moment, Said
from bot.storage.database import Database
from bot.storage.schema import proposed_cases as cases
from knowledge.models import Platform

MOST_READ = 1000
"""Cases that one look reads at most; ask again from the last one's number."""

ReplyKind = Literal["answer", "clarify", "handoff", "notice"]


class CaseNotFound(RequestRefused):
    """No proposed case has this number."""

    code = "case_not_found"
    status = 404

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no proposed case {number}. `footnote-eval cases list` shows them.")


class CaseSource(StrEnum):
    """What made a turn a proposed case, from the least to the most that it says of what was right."""

    HANDOFF = "handoff"
    THUMB = "thumb"
    CORRECTION = "correction"


class CaseState(StrEnum):
    """What people made of a proposed case."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class CaseQuote:
    """A piece of an article's body, to the byte, that answers."""

    article: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What should become of a question; of an answer, from which articles, the best first. `because` is a sentence that
    says who or what thinks so."""

    expect: ReplyKind
    articles: tuple[str, ...] = ()
    quotes: tuple[CaseQuote, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """What was replied: the text as the customer read it, and the ids of the articles it cited, each once."""

    kind: ReplyKind
    text: str
    reason: str | None = None
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A turn that could be a case: as it was asked, secrets masked, and what was replied.

    `comment` is the customer's, or the agent's whose correction it is (`by`). `found` are the articles that the search
    found, best first. `suggestion` is None where nothing says what would have been right.
    """

    turn_id: str
    source: CaseSource
    question: str
    replied: Replied
    history: tuple[Said, ...] = ()
    platform: Platform = Platform.ANY
    locale: str = "en"
    comment: str = ""
    found: tuple[str, ...] = ()
    suggestion: Expectation | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedCase:
    """A proposal under its number, and what became of it. `decision` is that of an accepted case."""

    number: int
    proposal: Proposal
    state: CaseState
    proposed_at: Moment
    decision: Expectation | None = None
    decided_at: Moment | None = None
    decided_by: str | None = None


def propose_case(connection: Connection, proposal: Proposal, now: datetime) -> ProposedCase | None:
    """Stores a proposal, once for each turn; one whose source says more takes the place of one that nobody has decided
    on. None when nothing changed."""
    before = case_of_turn(connection, proposal.turn_id)
    if before is None:
        last = select(func.coalesce(func.max(cases.c.number), 0))
        number = connection.execute(last).scalar_one() + 1
        state = CaseState.PROPOSED.value
        connection.execute(insert(cases).values(number=number, state=state, proposed_at=now, **_values(proposal)))
        return _required(connection, number)
    if before.state is not CaseState.PROPOSED or not _says_more(proposal, before.proposal):
        return None
    own = cases.c.number == before.number
    connection.execute(update(cases).where(own).values(proposed_at=now, **_values(proposal)))
    return _required(connection, before.number)


def accept_case(
    connection: Connection, number: int, decision: Expectation, agent: str | None, now: datetime
) -> ProposedCase:
    """Makes a proposal a case, with what somebody says should become of it, also when it was decided otherwise before.
    `agent` is None for whoever works on the command line. CaseNotFound."""
    return _decide(connection, number, CaseState.ACCEPTED, decision, agent, now)


def dismiss_case(connection: Connection, number: int, agent: str | None, now: datetime) -> ProposedCase:
    """Notes that a proposal is to be no case. CaseNotFound."""
    return _decide(connection, number, CaseState.DISMISSED, None, agent, now)


def proposed_cases(
    database: Database,
    state: CaseState | None = None,
    source: CaseSource | None = None,
    after: int = 0,
    most: int = MOST_READ,
) -> tuple[ProposedCase, ...]:
    """The cases behind a number, in the order in which they were proposed, at most `most`; of one state or source."""
    query = select(cases).where(cases.c.number > after)
    if state is not None:
        query = query.where(cases.c.state == state.value)
    if source is not None:
        query = query.where(cases.c.source == source.value)
    with database.read() as connection:
        return tuple(map(_case, connection.execute(query.order_by(cases.c.number).limit(most))))


def every_case(database: Database, state: CaseState) -> tuple[ProposedCase, ...]:
    """All cases of a state, in the order in which they were proposed."""
    found: list[ProposedCase] = []
    while more := proposed_cases(database, state, after=found[-1].number if found else 0):
        found += more
    return tuple(found)


def proposed_case(database: Database, number: int) -> ProposedCase:
    """The case with this number. CaseNotFound."""
    with database.read() as connection:
        return _required(connection, number)


def case_of_turn(connection: Connection, turn_id: str) -> ProposedCase | None:
    """The case that a turn was proposed as, if it was."""
    row = connection.execute(select(cases).where(cases.c.turn_id == turn_id)).first()
    return None if row is None else _case(row)


def cases_by_state(database: Database) -> dict[CaseState, int]:
    """How many cases there are of each state."""
    query = select(cases.c.state, func.count()).group_by(cases.c.state)
    with database.read() as connection:
        counted = {CaseState(state): count for state, count in connection.execute(query)}
    return {state: counted.get(state, 0) for state in CaseState}


def _says_more(proposal: Proposal, before: Proposal) -> bool:
    weights = list(CaseSource)
    if proposal.source is not before.source:
        return weights.index(proposal.source) > weights.index(before.source)
    news = (proposal.comment, proposal.suggestion, proposal.by)
    return news != (before.comment, before.suggestion, before.by)


def _decide(
    connection: Connection,
    number: int,
    state: CaseState,
    decision: Expectation | None,
    agent: str | None,
    now: datetime,
) -> ProposedCase:
    values = {"state": state.value, "decision": _json(decision), "decided_by": agent, "decided_at": now}
    connection.execute(update(cases).where(cases.c.number == number).values(values))
    return _required(connection, number)


def _required(connection: Connection, number: int) -> ProposedCase:
    row = connection.execute(select(cases).where(cases.c.number == number)).first()
    if row is None:
        raise CaseNotFound(number)
    return _case(row)


def _values(proposal: Proposal) -> dict[str, Any]:
    return {
        "turn_id": proposal.turn_id,
        "source": proposal.source.value,
        "question": proposal.question,
        "history": [asdict(said) for said in proposal.history],
        "platform": proposal.platform.value,
        "locale": proposal.locale,
        "reply": asdict(proposal.replied),
        "comment": proposal.comment,
        "found": list(proposal.found),
        "suggestion": _json(proposal.suggestion),
        "proposed_by": proposal.by,
    }


def _json(expectation: Expectation | None) -> dict[str, Any] | None:
    return None if expectation is None else asdict(expectation)


def _case(row: Row[Any]) -> ProposedCase:
    proposal = Proposal(
        turn_id=row.turn_id,
        source=CaseSource(row.source),
        question=row.question,
        replied=Replied(**{**row.reply, "articles": tuple(row.reply["articles"])}),
        history=tuple(Said(**{**said, "article_ids": tuple(said["article_ids"])}) for said in row.history),
        platform=Platform(row.platform),
        locale=row.locale,
        comment=row.comment,
        found=tuple(row.found),
        suggestion=_expectation(row.suggestion),
        by=row.proposed_by,
    )
    return ProposedCase(
        number=row.number,
        proposal=proposal,
        state=CaseState(row.state),
        proposed_at=row.proposed_at,
        decision=_expectation(row.decision),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


def _expectation(row: Mapping[str, Any] | None) -> Expectation | None:
    if row is None:
        return None
    quotes = tuple(CaseQuote(**quote) for quote in row["quotes"])
    return Expectation(expect=row["expect"], articles=tuple(row["articles"]), quotes=quotes, because=row["because"])
