from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.handoff.ownership import transition
from bot.handoff.ownership_events import CustomerWrote
from bot.models import CustomerContext, Said, Turn
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.proposed_cases import (
    CaseNotFound,
    CaseQuote,
    CaseSource,
    CaseState,
    Expectation,
    Proposal,
    Replied,
    accept_case,
    case_of_turn,
    cases_by_state,
    dismiss_case,
    every_case,
    propose_case,
    proposed_case,
    proposed_cases,
)
from bot.storage.turns import receive_message, send_reply
from knowledge.models import Platform

ANSWER = Expectation(
    expect="answer", articles=("fees", "fées 2"), quotes=(CaseQuote("fees", "It costs 1 USDT."),), because="Ada."
)


def turn_ids(database: Database, now: datetime, count: int) -> list[str]:
    conversation = start_conversation(database, "site", CustomerContext(), now)[0].id
    ids = []
    for number in range(count):
        source_id = f"c{number}"
        received = receive_message(
            database, conversation, source_id, "Why?", now, lambda state: transition(state, CustomerWrote(now))
        )
        turn = Turn(
            id=received.message.id,
            conversation_id=conversation,
            client_message_id=source_id,
            question="Why?",
            reply=None,
            trace={},
            asked_at=now,
        )
        ids.append(send_reply(database, turn, lambda state, _: transition(state, CustomerWrote(now)), now).turn.id)
    return ids


def proposal(turn_id: str, **values: object) -> Proposal:
    usual = Proposal(
        turn_id=turn_id,
        source=CaseSource.HANDOFF,
        question="¿Cuánto cuesta? 手续费",
        replied=Replied(kind="handoff", text="A person will help.", reason="low_confidence"),
        history=(Said(role="user", text="hi"), Said(role="assistant", text="a", kind="answer", article_ids=("fees",))),
        platform=Platform.APP,
        locale="es",
        found=("fees", "limits"),
    )
    return replace(usual, **values)


def test_a_proposal_comes_back_as_it_was_stored_once(database: Database, now: datetime) -> None:
    first, second = turn_ids(database, now, 2)
    with database.write() as connection:
        stored = propose_case(connection, proposal(first), now)
        assert propose_case(connection, proposal(first), now + timedelta(days=1)) is None
        other = propose_case(connection, proposal(second, suggestion=ANSWER), now)
    assert stored is not None and other is not None
    assert (stored.number, other.number) == (1, 2)
    assert stored.proposal == proposal(first) and other.proposal == proposal(second, suggestion=ANSWER)
    assert (stored.state, stored.proposed_at, stored.decision) == (CaseState.PROPOSED, now, None)
    assert proposed_cases(database) == (stored, other) == every_case(database, CaseState.PROPOSED)
    assert proposed_cases(database, after=1) == (other,) and proposed_cases(database, most=1) == (stored,)
    assert proposed_case(database, 2) == other


def test_what_says_more_takes_the_place_of_what_says_less(database: Database, now: datetime) -> None:
    (turn,) = turn_ids(database, now, 1)
    thumb = proposal(turn, source=CaseSource.THUMB, comment="Wrong.")
    correction = proposal(turn, source=CaseSource.CORRECTION, suggestion=ANSWER, by="ada")
    with database.write() as connection:
        propose_case(connection, thumb, now)
        assert propose_case(connection, proposal(turn), now) is None, "a handoff says less"
        again = propose_case(connection, replace(thumb, comment="Wrong, and rude."), now)
        assert again is not None and again.proposal.comment == "Wrong, and rude."
        corrected = propose_case(connection, correction, now)
        assert corrected is not None and (corrected.number, corrected.proposal) == (1, correction)
        assert propose_case(connection, thumb, now) is None
        assert case_of_turn(connection, turn) == corrected
    assert proposed_cases(database, source=CaseSource.CORRECTION) == (corrected,)
    assert proposed_cases(database, source=CaseSource.THUMB) == ()


def test_what_was_decided_stays_until_a_person_decides_again(database: Database, now: datetime) -> None:
    first, second = turn_ids(database, now, 2)
    later = now + timedelta(hours=1)
    with database.write() as connection:
        for turn in (first, second):
            propose_case(connection, proposal(turn), now)
        accepted = accept_case(connection, 1, ANSWER, "ada", later)
        dismissed = dismiss_case(connection, 2, None, later)
        assert propose_case(connection, proposal(first, source=CaseSource.CORRECTION), later) is None
        assert propose_case(connection, proposal(second, source=CaseSource.THUMB), later) is None
    assert (accepted.state, accepted.decision, accepted.decided_by, accepted.decided_at) == (
        CaseState.ACCEPTED,
        ANSWER,
        "ada",
        later,
    )
    assert (dismissed.state, dismissed.decision, dismissed.decided_by) == (CaseState.DISMISSED, None, None)
    assert cases_by_state(database) == {CaseState.PROPOSED: 0, CaseState.ACCEPTED: 1, CaseState.DISMISSED: 1}
    with database.write() as connection:
        assert dismiss_case(connection, 1, "bo", later).decision is None
        assert accept_case(connection, 2, Expectation(expect="handoff"), "bo", later).state is CaseState.ACCEPTED
    assert [each.number for each in every_case(database, CaseState.ACCEPTED)] == [2]


def test_no_such_case(database: Database, now: datetime) -> None:
    with pytest.raises(CaseNotFound, match="no proposed case 7"), database.write() as connection:
        accept_case(connection, 7, ANSWER, None, now)
    with pytest.raises(CaseNotFound), database.write() as connection:
        dismiss_case(connection, 0, None, now)
    with pytest.raises(CaseNotFound):
        proposed_case(database, 1)
