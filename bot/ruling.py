"""Editors pin and mute passages: what they may ask for, and who did it noted down."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.answering.pages import one_line
from bot.answering.search_index import SearchIndex
from bot.errors import RequestRefused
from bot.safety.redaction import redact
from bot.storage.audit import note
from bot.storage.database import Database
from bot.storage.passage_rules import (
    PassageRule,
    RuledPassage,
    RuleKind,
    RuleWish,
    end_rule,
    make_rule,
)
from knowledge.models import Passage
from knowledge.rendering import plain_text

MOST_DAYS = 366
QUESTION_CHARACTERS, REASON_CHARACTERS = 1_000, 500
BEGINNING_CHARACTERS = 160

_ACTIONS = {RuleKind.PIN: "passage_pinned", RuleKind.MUTE: "passage_muted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAsked:
    """What an editor has filled in. An empty question stands for all questions; `last_day` is None where none is."""

    kind: RuleKind
    passage_id: str
    question: str
    reason: str
    last_day: date | None


def set_rule(database: Database, index: SearchIndex, asked: RuleAsked, agent: str, now: datetime) -> PassageRule:
    """Stores a rule that holds at once. RequestRefused with the sentence why it cannot be; RuleConflict where one that
    holds says the same."""
    passage = passage_with_id(index, asked.passage_id)
    if passage is None:
        raise RequestRefused(
            "This passage is not in the index that serves now: its text has changed since. Look for it on its "
            "article's page."
        )
    wish = RuleWish(
        kind=asked.kind,
        passage=RuledPassage(
            passage.id, passage.article_id, passage.title, passage.heading, beginning_of(passage.text)
        ),
        question=_question(asked),
        reason=_reason(asked),
        last_day=_last_day(asked, now.date()),
    )
    with database.write() as connection:
        rule = make_rule(connection, wish, agent, now)
        note(connection, now, agent, _ACTIONS[rule.kind], passage.article_id, **_detail(rule))
    return rule


def end(database: Database, number: int, agent: str, now: datetime) -> PassageRule:
    """Ends a rule before its last day. RuleNotFound; RuleConflict where it does not hold any more."""
    with database.write() as connection:
        rule = end_rule(connection, number, agent, now)
        note(connection, now, agent, "rule_ended", rule.passage.article_id, **_detail(rule))
    return rule


def passage_with_id(index: SearchIndex, passage_id: str) -> Passage | None:
    """The passage of an index with this id; None when there is none."""
    try:
        return index.passages.get(int(passage_id, 16))
    except ValueError:
        return None


def beginning_of(text: str) -> str:
    """How a passage (Markdown) begins, as plain text in one line."""
    line = one_line(plain_text(text))
    if len(line) <= BEGINNING_CHARACTERS:
        return line
    return f"{line[:BEGINNING_CHARACTERS].rsplit(' ', 1)[0]}…"


def _question(asked: RuleAsked) -> str | None:
    question = one_line(redact(asked.question).text)
    if asked.kind is RuleKind.PIN and not question:
        raise RequestRefused("A pin is for a question: write the one for which this passage shall come first.")
    if len(question) > QUESTION_CHARACTERS:
        raise RequestRefused(
            f"The question has {len(question):,} characters; at most {QUESTION_CHARACTERS:,} are compared. Shorten it."
        )
    return question or None


def _reason(asked: RuleAsked) -> str:
    reason = one_line(redact(asked.reason).text)
    if not reason:
        raise RequestRefused("Say why: whoever comes upon the rule later decides by the reason whether it still holds.")
    if len(reason) > REASON_CHARACTERS:
        raise RequestRefused(f"The reason has {len(reason):,} characters; at most {REASON_CHARACTERS:,} are kept.")
    return reason


def _last_day(asked: RuleAsked, today: date) -> date:
    latest = today + timedelta(days=MOST_DAYS)
    if asked.last_day is None:
        raise RequestRefused(f"Say until which day it shall hold, at the latest {latest}.")
    if not today <= asked.last_day <= latest:
        raise RequestRefused(
            f"A rule holds at least through today, {today} (UTC), and at the latest until {latest}; "
            f"{asked.last_day} is neither."
        )
    return asked.last_day


def _detail(rule: PassageRule) -> dict[str, str | int]:
    return {"rule": rule.number, "passage": rule.passage.passage_id, "last_day": rule.last_day.isoformat()}
