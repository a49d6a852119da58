from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.curating import change_answer, confirm_answer, delete_answer, owners, withdraw_changed, write_answer
from bot.errors import RequestRefused
from bot.improving.curated_drafts import CuratedDraft
from bot.signing_in import new_agent
from bot.storage.audit import audit_entries
from bot.storage.curated_answers import (
    CuratedAnswer,
    CuratedAnswerChanged,
    CuratedNotFound,
    CuratedState,
    curated_answer,
    curated_versions,
)
from bot.storage.database import Database, open_database
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES
from tests.curated import NOW, quotes_in

ARTICLES = {article.id: article for article in (CHANGE_EMAIL, FEES)}
CHANGED = {**ARTICLES, "change-email": replace(CHANGE_EMAIL, body="1. Call us.")}
DRAFT = CuratedDraft(
    wordings="new mail address",
    quotes=quotes_in(CHANGE_EMAIL, "**Menu**"),
    owner="ada",
    expires_on="2026-12-31",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "footnote.db") as database:
        new_agent(database, "ada", "Ada L.", NOW)
        yield database


def written(database: Database, **values: Any) -> CuratedAnswer:
    return write_answer(database, replace(DRAFT, **values), ARTICLES, "ada", NOW)


def newest_entry(database: Database) -> tuple[str | None, str, str]:
    (entry,) = audit_entries(database, 1)
    return entry.agent, entry.action, entry.object


def test_an_answer_is_written_once_for_a_wording(database: Database) -> None:
    assert owners(database) == ("ada",)
    assert written(database).number == 1
    assert newest_entry(database) == ("ada", "curated_answer_written", "1")
    with pytest.raises(RequestRefused, match="answered by the curated answer 1 already"):
        written(database, wordings="New mail address?")
    assert written(database, wordings="fees", quotes=quotes_in(FEES, "fixed")).number == 2


def test_an_article_that_changes_withdraws_what_quotes_it(database: Database) -> None:
    own, other = written(database), written(database, wordings="fees", quotes=quotes_in(FEES, "fixed"))
    assert withdraw_changed(database, ARTICLES, NOW) == ()
    (withdrawn,) = withdraw_changed(database, CHANGED, NOW)
    assert (withdrawn.number, withdrawn.version, withdrawn.state) == (own.number, 2, CuratedState.WITHDRAWN)
    assert withdrawn.made_by is None and "does not stand in the article" in withdrawn.because
    assert newest_entry(database) == (None, "curated_answer_withdrawn", "1")
    assert withdraw_changed(database, CHANGED, NOW) == (), "once"
    assert withdraw_changed(database, ARTICLES, NOW) == ()
    assert curated_answer(database, own.number).state is CuratedState.WITHDRAWN, "not brought back by itself"
    assert curated_answer(database, other.number) == other


def test_an_editor_says_that_it_is_still_right(database: Database) -> None:
    written(database)
    withdraw_changed(database, CHANGED, NOW)
    with pytest.raises(RequestRefused, match="Change the answer"):
        confirm_answer(database, 1, 2, CHANGED, "ada", NOW)
    with pytest.raises(RequestRefused, match="is over"):
        confirm_answer(database, 1, 2, ARTICLES, "ada", NOW + timedelta(days=90))
    again = confirm_answer(database, 1, 2, ARTICLES, "ada", NOW)
    assert (again.version, again.state, again.made_by) == (3, CuratedState.ACTIVE, "ada")
    assert newest_entry(database) == ("ada", "curated_answer_confirmed", "1")


def test_while_it_was_withdrawn_another_took_its_wording(database: Database) -> None:
    written(database)
    withdraw_changed(database, CHANGED, NOW)
    written(database)
    with pytest.raises(RequestRefused, match="curated answer 2 already"):
        confirm_answer(database, 1, 2, ARTICLES, "ada", NOW)


def test_of_two_editors_the_second_is_told(database: Database) -> None:
    written(database)
    change_answer(database, 1, 1, replace(DRAFT, lead="Like this:"), ARTICLES, "bo", NOW)
    with pytest.raises(CuratedAnswerChanged, match=r"bo has made version 2 .*: the words of its own") as raised:
        change_answer(database, 1, 1, replace(DRAFT, lead="Mine:"), ARTICLES, "ada", NOW)
    assert raised.value.now.content.lead == "Like this:"
    with pytest.raises(CuratedAnswerChanged):
        delete_answer(database, 1, 1, "Old.", "ada", NOW)
    assert len(curated_versions(database, 1)) == 2
    change_answer(database, 1, 2, replace(DRAFT, lead="Mine:"), ARTICLES, "ada", NOW)
    assert [each.content.lead for each in curated_versions(database, 1)] == ["Mine:", "Like this:", ""]


def test_an_editor_is_told_that_it_was_withdrawn_meanwhile(database: Database) -> None:
    written(database)
    withdraw_changed(database, CHANGED, NOW)
    with pytest.raises(CuratedAnswerChanged, match=r"The server has made version 2 .* it is withdrawn"):
        change_answer(database, 1, 1, replace(DRAFT, lead="New:"), ARTICLES, "ada", NOW)


def test_a_change_makes_it_active_again(database: Database) -> None:
    written(database)
    withdraw_changed(database, CHANGED, NOW)
    draft = replace(DRAFT, quotes=quotes_in(CHANGED["change-email"], "Call"))
    assert change_answer(database, 1, 2, draft, CHANGED, "ada", NOW).state is CuratedState.ACTIVE
    assert newest_entry(database) == ("ada", "curated_answer_changed", "1")


def test_what_is_deleted_stays_so(database: Database) -> None:
    written(database)
    with pytest.raises(RequestRefused, match="Say why"):
        delete_answer(database, 1, 1, " ", "ada", NOW)
    gone = delete_answer(database, 1, 1, "An article says it now.", "ada", NOW)
    assert (gone.state, gone.because) == (CuratedState.DELETED, "An article says it now.")
    assert newest_entry(database) == ("ada", "curated_answer_deleted", "1")
    for again in (
        lambda: delete_answer(database, 1, 2, "Twice.", "ada", NOW),
        lambda: confirm_answer(database, 1, 2, ARTICLES, "ada", NOW),
        lambda: change_answer(database, 1, 2, DRAFT, ARTICLES, "ada", NOW),
    ):
        with pytest.raises(RequestRefused, match="is deleted"):
            again()
    assert withdraw_changed(database, CHANGED, NOW) == ()


def test_no_such_answer(database: Database) -> None:
    with pytest.raises(CuratedNotFound):
        confirm_answer(database, 5, 1, ARTICLES, "ada", NOW)
