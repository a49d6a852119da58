"""What an editor may ask for, and what is noted down of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import RequestRefused
from bot.ruling import MOST_DAYS, RuleAsked, beginning_of, end, passage_with_id, set_rule
from bot.storage.audit import audit_entries
from bot.storage.database import Database, open_database
from bot.storage.passage_rules import RuleConflict, RuleKind, RuleNotFound, rules_in_force
from tests.bot.answering.conftest import FEES, Shelf

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf((FEES,))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "footnote.db") as database:
        yield database


@pytest.fixture
def asked(shelf: Shelf) -> RuleAsked:
    (key,) = shelf.passage_keys[FEES.id]
    return RuleAsked(
        kind=RuleKind.MUTE,
        passage_id=shelf.passages[key].id,
        question="",
        reason="The fee was raised.",
        last_day=TODAY + timedelta(days=30),
    )


def test_a_rule_is_stored_and_noted_down(database: Database, shelf: Shelf, asked: RuleAsked) -> None:
    rule = set_rule(database, shelf, asked, "ada", NOW)
    assert rules_in_force(database, TODAY) == (rule,)
    assert (rule.question, rule.passage.article_id, rule.made_by) == (None, FEES.id, "ada")
    assert rule.passage.beginning.startswith("A withdrawal costs a fixed fee.")
    end(database, 1, "bo", NOW)
    ended, made = audit_entries(database, 2)
    detail = {"rule": 1, "passage": asked.passage_id, "last_day": "2026-12-22"}
    assert (made.agent, made.action, made.object, made.detail) == ("ada", "passage_muted", FEES.id, detail)
    assert (ended.agent, ended.action, ended.object, ended.detail) == ("bo", "rule_ended", FEES.id, detail)
    with pytest.raises(RuleConflict):
        end(database, 1, "bo", NOW)
    with pytest.raises(RuleNotFound):
        end(database, 2, "bo", NOW)
    assert len(audit_entries(database, 9)) == 2, "what is refused is not noted down"


def test_secrets_are_masked(database: Database, shelf: Shelf, asked: RuleAsked) -> None:
    card = "4111 1111 1111 1111"
    wish = replace(asked, kind=RuleKind.PIN, question=f"  What does it\ncost? {card}", reason=f"As of {card}.")
    rule = set_rule(database, shelf, wish, "ada", NOW)
    assert rule.question is not None and rule.question.startswith("What does it cost? [")
    assert "4111" not in rule.question + rule.reason


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"passage_id": "0" * 15}, "not in the index that serves now"),
        ({"passage_id": "no number"}, "not in the index that serves now"),
        ({"kind": RuleKind.PIN}, "A pin is for a question"),
        ({"kind": RuleKind.PIN, "question": " \n"}, "A pin is for a question"),
        ({"question": "x " * 600}, "The question has 1,199 characters; at most 1,000"),
        ({"reason": "  "}, "Say why"),
        ({"reason": "x" * 501}, "The reason has 501 characters"),
        ({"last_day": None}, "until which day"),
        ({"last_day": TODAY - timedelta(days=1)}, "at least through today"),
        ({"last_day": TODAY + timedelta(days=MOST_DAYS + 1)}, "2027-11-24 is neither"),
        ({"last_day": date.max}, "9999-12-31 is neither"),
    ],
)
def test_what_cannot_be(
    database: Database, shelf: Shelf, asked: RuleAsked, change: dict[str, object], words: str
) -> None:
    wish = replace(asked, **change)  # type: ignore[arg-type]
    with pytest.raises(RequestRefused, match=words):
        set_rule(database, shelf, wish, "ada", NOW)
    assert rules_in_force(database, TODAY) == () and audit_entries(database, 1) == ()


@pytest.mark.parametrize("days", [0, MOST_DAYS])
def test_the_first_and_the_last_day_that_may_be(database: Database, shelf: Shelf, asked: RuleAsked, days: int) -> None:
    wish = replace(asked, last_day=TODAY + timedelta(days=days))
    assert set_rule(database, shelf, wish, "ada", NOW).holds_on(TODAY)


def test_how_a_passage_begins(shelf: Shelf) -> None:
    assert beginning_of("## A\n\n**Bold** [link](https://x.example)") == "A Bold link"
    long = beginning_of("word " * 100)
    assert len(long) <= 161 and long.endswith("word…")
    assert passage_with_id(shelf, "") is None
