from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.storage.curated_answers import (
    CuratedAnswer,
    CuratedAnswerChanged,
    CuratedContent,
    CuratedNotFound,
    CuratedQuote,
    CuratedState,
    active_answers,
    add_answer,
    add_version,
    curated_answer,
    curated_answers,
    curated_by_state,
    curated_versions,
    told_differences,
)
from bot.storage.database import Database
from knowledge.models import Platform
from tests.curated import TODAY, content, curated

CONTENT = CuratedContent(
    wordings=("¿Cuánto cuesta?", "手续费"),
    quotes=(CuratedQuote("fees", "On the app › «Más»", "It costs 1 USDT."),),
    owner="ada",
    expires_on=date(2026, 12, 31),
    lead="In short:",
    platform=Platform.APP,
    locale="es",
)


def written(database: Database, now: datetime, **values: object) -> CuratedAnswer:
    with database.write() as connection:
        return add_answer(connection, replace(CONTENT, **values), "ada", now)


def test_an_answer_comes_back_as_it_was_written(database: Database, now: datetime) -> None:
    made = written(database, now)
    assert (made.number, made.version, made.state) == (1, 1, CuratedState.ACTIVE)
    assert curated_answer(database, 1) == made and made.content == CONTENT
    assert (made.made_by, made.made_at) == ("ada", now)
    assert written(database, now).number == 2
    assert active_answers(database, TODAY) == (made, curated_answer(database, 2))


def test_every_version_is_kept(database: Database, now: datetime) -> None:
    first = written(database, now)
    later = now + timedelta(hours=1)
    with database.write() as connection:
        second = add_version(connection, 1, 1, None, later, state=CuratedState.WITHDRAWN, because="It has changed.")
        third = add_version(connection, 1, 2, "bo", later, content=replace(CONTENT, lead="New:"))
        fourth = add_version(connection, 1, 3, "bo", later, state=CuratedState.DELETED, because="Not wanted.")
    assert (second.content, second.made_by, second.because) == (CONTENT, None, "It has changed.")
    assert fourth.content.lead == "New:"
    assert curated_versions(database, 1) == (fourth, third, second, first)
    assert curated_answer(database, 1) == fourth
    assert active_answers(database, TODAY) == ()
    assert written(database, now).number == 2, "a number is never given twice"


def test_the_second_editor_is_told_what_has_changed(database: Database, now: datetime) -> None:
    written(database, now)
    with database.write() as connection:
        now_it_is = add_version(connection, 1, 1, "bo", now, content=replace(CONTENT, lead="", owner="bo"))
    with pytest.raises(CuratedAnswerChanged) as raised, database.write() as connection:
        add_version(connection, 1, 1, "ada", now, content=replace(CONTENT, lead="Mine:"))
    assert raised.value.now == now_it_is
    assert str(raised.value) == (
        "bo has made version 2 of the curated answer 1 meanwhile: otherwise than before: the words of its own, the "
        "owner. Nothing of yours was stored yet; it stands here as you wrote it."
    )
    assert curated_answer(database, 1) == now_it_is


def test_what_differs_is_told() -> None:
    before = curated(CONTENT)
    assert told_differences(before, curated(CONTENT)) == "it says the same"
    gone = curated(CONTENT, state=CuratedState.DELETED, because="Old.")
    assert told_differences(before, gone) == "it is deleted (Old.)"
    assert "withdrawn (Why.)" in told_differences(before, replace(gone, state=CuratedState.WITHDRAWN, because="Why."))
    every = told_differences(None, before)
    assert every.count(",") == 6 and "the wordings" in every


def test_an_answer_is_in_one_state_at_a_time(database: Database, now: datetime) -> None:
    days = [TODAY + timedelta(days=ahead) for ahead in (-1, 0, 1)]
    for day in days:
        written(database, now, expires_on=day)
    for state in (CuratedState.WITHDRAWN, CuratedState.DELETED):
        number = written(database, now).number
        with database.write() as connection:
            add_version(connection, number, 1, None, now, state=state, because="So.")
    counts = dict.fromkeys(CuratedState, 1) | {CuratedState.ACTIVE: 2}
    assert curated_by_state(database, TODAY) == counts
    for state, count in counts.items():
        found = curated_answers(database, state, TODAY)
        assert len(found) == count and all(answer.state_on(TODAY) is state for answer in found)
    assert [answer.number for answer in active_answers(database, TODAY)] == [2, 3]
    assert curated_by_state(database, TODAY + timedelta(days=9))[CuratedState.EXPIRED] == 3


def test_pages_follow_one_another(database: Database, now: datetime) -> None:
    for _ in range(5):
        written(database, now)
    first = curated_answers(database, CuratedState.ACTIVE, TODAY, most=2)
    assert [answer.number for answer in first] == [5, 4]
    rest = curated_answers(database, CuratedState.ACTIVE, TODAY, before=4)
    assert [answer.number for answer in rest] == [3, 2, 1]


def test_an_empty_store(database: Database) -> None:
    assert active_answers(database, TODAY) == curated_versions(database, 1) == ()
    assert curated_by_state(database, TODAY) == dict.fromkeys(CuratedState, 0)
    with pytest.raises(CuratedNotFound, match="no curated answer 7"):
        curated_answer(database, 7)


def test_an_answer_that_is_not_there_has_no_version(database: Database, now: datetime) -> None:
    with pytest.raises(CuratedNotFound), database.write() as connection:
        add_version(connection, 3, 1, "ada", now)


def test_expiry_is_not_stored(database: Database, now: datetime) -> None:
    written(database, now)
    with pytest.raises(ValueError, match="by its date"), database.write() as connection:
        add_version(connection, 1, 1, "ada", now, state=CuratedState.EXPIRED)


def test_the_first_wording_is_the_question() -> None:
    quotes = (CuratedQuote("a", "", "1"), CuratedQuote("b", "", "2"), CuratedQuote("a", "", "3"))
    assert content(*quotes).question == "How do I change my email?"
    assert content(*quotes).article_ids == ("a", "b")
