from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.models import CustomerContext
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.gaps import (
    Cause,
    Gap,
    GapNotFound,
    GapQuestion,
    GapState,
    Membership,
    NearPassage,
    Source,
    Survey,
    change_gap,
    gap_with,
    gaps_in,
    last_survey,
    questions_of_gap,
    store_survey,
    surveyed_questions,
)
from tests.bot.storage.test_feedback import answered

NEAR = NearPassage(article_id="a", title="T", heading="H", start=0, end=3, text="abc", score=0.25)


def gap(number: int, now: datetime, **values: object) -> Gap:
    made = Gap(
        number=number,
        name="card · stolen",
        cause=Cause.NO_ARTICLE,
        state=GapState.OPEN,
        size=2,
        unanswered=2,
        weeks=(0, 2),
        examples=("Why?",),
        nearest=(NEAR,),
        first_at=now,
        last_at=now,
        changed_at=now,
    )
    return replace(made, **values)  # type: ignore[arg-type]


def asked(turn_id: str, now: datetime) -> GapQuestion:
    return GapQuestion(
        turn_id=turn_id,
        question="=Why?",
        source=Source.THUMB,
        asked_at=now,
        cause=Cause.POLICY,
        answered=False,
        checked_on="one",
        nearest=(NEAR,),
        internal="playbook",
    )


@pytest.fixture
def turns(database: Database, now: datetime) -> list[str]:
    conversation = start_conversation(database, "site", CustomerContext(), now)[0].id
    return [answered(database, conversation, f"c{number}", now) for number in range(2)]


def put(
    database: Database, now: datetime, gaps: Sequence[Gap], questions: Sequence[GapQuestion], is_in: Membership
) -> None:
    survey = Survey(surveyed_at=now, checked_on="one", newest=now, questions=len(questions))
    store_survey(database, survey, questions, lambda _before, _was_in: (gaps, is_in))


def test_before_the_first_survey_there_is_nothing(database: Database) -> None:
    assert last_survey(database) is None
    assert gaps_in(database) == ()
    assert surveyed_questions(database) == ()
    with pytest.raises(GapNotFound, match="There is no gap 1"):
        gap_with(database, 1)


def test_what_a_survey_finds_is_read_as_it_was_stored(database: Database, now: datetime, turns: list[str]) -> None:
    small, large = gap(1, now), gap(2, now, size=5, unanswered=4, state=GapState.MUTED)
    questions = [asked(turns[0], now), replace(asked(turns[1], now - timedelta(hours=1)), internal=None)]
    put(database, now, [small, large], questions, {turns[0]: 1, turns[1]: None})
    assert gaps_in(database) == (large, small)
    assert gaps_in(database, GapState.OPEN) == (small,)
    assert gap_with(database, 2) == large
    assert questions_of_gap(database, 1) == (questions[0],)
    assert surveyed_questions(database) == tuple(questions)
    assert surveyed_questions(database, about_internal=True) == (questions[0],)
    assert last_survey(database) == Survey(surveyed_at=now, checked_on="one", newest=now, questions=2)


def test_the_next_survey_sees_what_the_last_one_found(database: Database, now: datetime, turns: list[str]) -> None:
    put(database, now, [gap(1, now)], [asked(turns[0], now)], {turns[0]: 1})
    with database.write() as connection:
        muted = change_gap(connection, 1, GapState.MUTED, "eda", now)
    assert (muted.state, muted.changed_by) == (GapState.MUTED, "eda")
    seen: list[object] = []

    def merge(before: Sequence[Gap], was_in: Membership) -> tuple[Sequence[Gap], Membership]:
        seen.extend((before, was_in))
        return (), {}

    store_survey(database, Survey(surveyed_at=now, checked_on="two", newest=None, questions=0), (), merge)
    assert seen == [(muted,), {turns[0]: 1}]
    assert gaps_in(database) == ()
    newest = last_survey(database)
    assert newest is not None and newest.checked_on == "two"


def test_a_gap_that_is_not_there_cannot_be_changed(database: Database, now: datetime) -> None:
    with database.write() as connection, pytest.raises(GapNotFound):
        change_gap(connection, 9, GapState.CLOSED, None, now)
