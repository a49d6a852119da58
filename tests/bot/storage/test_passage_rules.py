from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.storage.database import Database
from bot.storage.passage_rules import (
    PassageRule,
    RuleConflict,
    RuledPassage,
    RuleKind,
    RuleNotFound,
    RuleWish,
    count_rules,
    end_rule,
    make_rule,
    passage_rule,
    passage_rules,
    rules_in_force,
    rules_of_article,
)

PASSAGE = RuledPassage("00000000000abcd", "guía/fées 2", "Fees", "On the web > USDT", "1 USDT; ¿cuánto? 手续费")
MUTE = RuleWish(
    kind=RuleKind.MUTE, passage=PASSAGE, question=None, reason="It is wrong since May.", last_day=date(2026, 3, 10)
)
PIN = replace(MUTE, kind=RuleKind.PIN, question="What does it cost?", last_day=date(2026, 3, 4))


def made(database: Database, wish: RuleWish, now: datetime, by: str = "ada") -> PassageRule:
    with database.write() as connection:
        return make_rule(connection, wish, by, now)


def test_a_rule_comes_back_as_it_was_stored(database: Database, now: datetime) -> None:
    first, second = made(database, MUTE, now), made(database, PIN, now, "bo")
    assert (first.number, second.number, first.made_by, second.made_by) == (1, 2, "ada", "bo")
    assert (first.kind, first.passage, first.question, first.reason) == (RuleKind.MUTE, PASSAGE, None, MUTE.reason)
    assert (second.question, second.last_day, second.made_at) == ("What does it cost?", PIN.last_day, now)
    assert passage_rule(database, 2) == second
    assert rules_in_force(database, now.date()) == (first, second)
    assert rules_of_article(database, "guía/fées 2", now.date()) == (first, second)
    assert rules_of_article(database, "fees", now.date()) == ()


def test_a_rule_holds_through_its_last_day(database: Database, now: datetime) -> None:
    mute, pin = made(database, MUTE, now), made(database, PIN, now)
    tomorrow = now.date() + timedelta(days=1)
    assert pin.holds_on(now.date()) and not pin.holds_on(tomorrow)
    assert rules_in_force(database, tomorrow) == (mute,)
    assert passage_rules(database, tomorrow, holding=False) == (pin,)
    assert count_rules(database, tomorrow) == (1, 1)
    assert count_rules(database, MUTE.last_day + timedelta(days=1)) == (0, 2)


def test_an_ended_rule_is_kept(database: Database, now: datetime) -> None:
    made(database, MUTE, now)
    with database.write() as connection:
        ended = end_rule(connection, 1, "bo", now)
    assert (ended.ended_by, ended.ended_at, ended.reason) == ("bo", now, MUTE.reason)
    assert rules_in_force(database, now.date()) == ()
    assert passage_rules(database, now.date(), holding=False) == (ended,)
    with pytest.raises(RuleConflict, match="ended by bo on 2026-03-04"), database.write() as connection:
        end_rule(connection, 1, "ada", now)
    again = made(database, MUTE, now)
    assert again.number == 2


def test_what_cannot_be_made_or_ended(database: Database, now: datetime) -> None:
    made(database, MUTE, now)
    made(database, PIN, now)
    for wish in (replace(MUTE, reason="Another."), PIN):
        with pytest.raises(RuleConflict, match=r"Rule \d of ada says the same"):
            made(database, wish, now, "bo")
    made(database, replace(MUTE, question="What does it cost?"), now)
    with pytest.raises(RuleNotFound, match="no rule 7"), database.write() as connection:
        end_rule(connection, 7, "ada", now)
    with pytest.raises(RuleNotFound):
        passage_rule(database, 0)
    later = now + timedelta(days=2)
    with pytest.raises(RuleConflict, match="by itself after 2026-03-04"), database.write() as connection:
        end_rule(connection, 2, "ada", later)
    made(database, PIN, later)  # its day has passed: it may be made anew


def test_pages_follow_one_another_newest_first(database: Database, now: datetime) -> None:
    for number in range(5):
        made(database, replace(MUTE, question=f"Question {number}?"), now)
    first = passage_rules(database, now.date(), holding=True, most=3)
    assert [rule.number for rule in first] == [5, 4, 3]
    rest = passage_rules(database, now.date(), holding=True, before=3, most=3)
    assert [rule.number for rule in rest] == [2, 1]
