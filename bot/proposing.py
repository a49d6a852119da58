"""Stored turns become proposed cases: those that a customer held for bad, those handed over for want of an answer, and
those that an agent corrects. What people then make of them is noted down with who it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answering.history import said_in
from bot.errors import RequestRefused
from bot.improving.proposals import (
    REASONS,
    Correction,
    articles_named,
    check_suggestion,
    correction_proposal,
    decision_on,
    proposal_of,
)
from bot.indexing.progress import IndexProgress
from bot.models import CustomerContext, Message, Said, Speaker, Turn
from bot.safety.redaction import redact
from bot.storage.audit import note
from bot.storage.conversations import conversation_of
from bot.storage.database import Database
from bot.storage.feedback import feedback_of
from bot.storage.messages import whole_log
from bot.storage.proposed_cases import (
    CaseNotFound,
    CaseQuote,
    CaseState,
    Proposal,
    ProposedCase,
    accept_case,
    case_of_turn,
    dismiss_case,
    propose_case,
    proposed_case,
)
from bot.storage.recorded_turns import turns_in_portions, unhelpful_turn_ids
from bot.storage.turns import turn_of, turns_with_ids
from knowledge.models import Article


class CaseChanged(RequestRefused):
    """Somebody else has decided on a case, or said more of it, since it was looked at."""

    code = "case_changed"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person says should have become of a question; nothing at all is what is suggested."""

    expect: str | None = None
    articles: Sequence[str] = ()
    quotes: Sequence[CaseQuote] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """How many turns were looked at, and the numbers of the cases that are new or that more is known of."""

    looked_at: int
    numbers: tuple[int, ...]


def propose_cases(
    database: Database, since: datetime, now: datetime, articles: Mapping[str, Article], progress: IndexProgress
) -> Proposed:
    """Proposes every turn since a moment that deserves it, once however often this runs. `articles` are those of the
    index, to recognise what agents named; none when there is no index."""
    ids = unhelpful_turn_ids(database, since, REASONS)
    progress.stage("Turns", len(ids))
    numbers = []
    for portion in turns_in_portions(database, ids):
        for turn in portion:
            proposal = _proposal(database, turn, articles)
            if proposal is not None:
                with database.write() as connection:
                    case = propose_case(connection, proposal, now)
                numbers += [case.number] if case else []
            progress.advance(1)
    return Proposed(len(ids), tuple(numbers))


def correction_of(database: Database, turn_id: str, correction: Correction, agent: str | None) -> Proposal:
    """An agent's correction of a stored turn, as a proposal that `propose_case` takes. RequestRefused."""
    turn = turn_of(database, turn_id)
    if turn is None:
        raise RequestRefused(f"There is no turn with the id {turn_id!r}; it is the message_id of a reply.")
    masked = replace(correction, note=redact(correction.note).text.strip())
    return correction_proposal(turn, _context(database, turn), history_of(database, turn), masked, agent)


def mark_turn(
    database: Database,
    turn_id: str,
    correction: Correction,
    agent: str,
    articles: Mapping[str, Article],
    now: datetime,
) -> ProposedCase:
    """Stores what an agent says of a reply as a proposed case. RequestRefused; CaseChanged where the turn is a case
    that somebody has decided on."""
    proposal = correction_of(database, turn_id, correction, agent)
    if proposal.suggestion is not None and not correction.right:
        check_suggestion(proposal.suggestion, articles)
    with database.write() as connection:
        case = propose_case(connection, proposal, now)
        if case is not None:
            note(connection, now, agent, "reply_marked", str(case.number), right=correction.right, turn=turn_id)
            return case
        before = case_of_turn(connection, turn_id)
    if before is None or before.state is not CaseState.PROPOSED:
        raise CaseChanged("Somebody has decided already what this reply should have been; an editor finds it in Cases.")
    return before


def accept(
    database: Database,
    number: int,
    seen: str,
    choice: Choice,
    agent: str,
    articles: Mapping[str, Article],
    now: datetime,
) -> ProposedCase:
    """Makes a proposal a case, as suggested or as chosen. `seen` is the `edition` that the agent looked at.
    CaseNotFound, CaseChanged, RequestRefused."""
    turn_id = proposed_case(database, number).proposal.turn_id
    with database.write() as connection:
        case = _as_seen(case_of_turn(connection, turn_id), number, seen)
        decision = decision_on(case, articles, choice.expect, choice.articles, choice.quotes)
        note(connection, now, agent, "case_accepted", str(number), expect=decision.expect)
        return accept_case(connection, number, decision, agent, now)


def dismiss(database: Database, number: int, seen: str, agent: str, now: datetime) -> ProposedCase:
    """Notes that a proposal is to be no case. CaseNotFound, CaseChanged."""
    turn_id = proposed_case(database, number).proposal.turn_id
    with database.write() as connection:
        _as_seen(case_of_turn(connection, turn_id), number, seen)
        note(connection, now, agent, "case_dismissed", str(number))
        return dismiss_case(connection, number, agent, now)


def edition(case: ProposedCase) -> str:
    """What changes whenever more is said of a case or somebody decides on it."""
    return f"{case.state.value} {(case.decided_at or case.proposed_at).isoformat()}"


def _as_seen(case: ProposedCase | None, number: int, seen: str) -> ProposedCase:
    if case is None:
        raise CaseNotFound(number)
    if edition(case) != seen:
        by = f" by {case.decided_by}" if case.decided_by else ""
        raise CaseChanged(f"Case {number} is {case.state.value}{by} now, and not as you saw it. Look at it again.")
    return case


def history_of(database: Database, turn: Turn) -> tuple[Said, ...]:
    """What had been said before a turn, as it was read then; nothing of a turn without a receipt."""
    ids = turn.receipt["history"]["turns"] if turn.receipt else ()
    found = turns_with_ids(database, ids) if ids else {}
    return said_in(found[id_] for id_ in ids if id_ in found)


def _proposal(database: Database, turn: Turn, articles: Mapping[str, Article]) -> Proposal | None:
    thumb = feedback_of(database, turn.conversation_id).get(turn.id)
    named = _named_after(database, turn, articles)
    return proposal_of(turn, _context(database, turn), history_of(database, turn), thumb, named)


def _named_after(database: Database, turn: Turn, articles: Mapping[str, Article]) -> tuple[str, ...]:
    """The articles that agents named in the conversation after the turn, until the bot answered another question."""
    if not articles:
        return ()
    log = whole_log(database, turn.conversation_id, to_customer=True)
    own = next((entry.number for entry in log if entry.turn_id == turn.id), None)
    if own is None:
        return ()
    after = [entry for entry in log if entry.number > own]
    again = next((at for at, entry in enumerate(after) if _is_answer(entry)), len(after))
    return articles_named((entry.text for entry in after[:again] if entry.speaker is Speaker.AGENT), articles)


def _is_answer(entry: Message) -> bool:
    return entry.speaker is Speaker.BOT and entry.reply is not None and entry.reply["kind"] == "answer"


def _context(database: Database, turn: Turn) -> CustomerContext:
    with database.read() as connection:
        return conversation_of(connection, turn.conversation_id).context
