"""Rules for passages as they are shown and told to scripts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from bot.answering.passage_rules import ruled_passage
from bot.answering.search_index import SearchIndex
from bot.storage.passage_rules import PassageRule, RuleKind

RULES = "/console/rules"
NEW_RULE = f"{RULES}/new"
KINDS = {RuleKind.PIN: "Pinned", RuleKind.MUTE: "Muted"}
MOST_LINKED = 1_000
"""Characters of a question that a link may carry; a longer one is not filled in."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule on its page: whether it holds, whether its passage is as it was (None: there is no index to look in), and
    in how many replies it weighed lately."""

    rule: PassageRule
    is_holding: bool
    is_intact: bool | None
    replies: int

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        rule = self.rule
        return {
            "number": rule.number,
            "kind": rule.kind.value,
            "passage_id": rule.passage.passage_id,
            "article_id": rule.passage.article_id,
            "title": rule.passage.title,
            "heading": rule.passage.heading,
            "beginning": rule.passage.beginning,
            "question": rule.question,
            "reason": rule.reason,
            "last_day": rule.last_day.isoformat(),
            "made_at": rule.made_at.isoformat(),
            "made_by": rule.made_by,
            "ended_at": rule.ended_at.isoformat() if rule.ended_at else None,
            "ended_by": rule.ended_by,
            "holds": self.is_holding,
            "passage_changed": None if self.is_intact is None else not self.is_intact,
            "replies": self.replies,
        }


def rule_row(rule: PassageRule, index: SearchIndex | None, today: date, replies: Mapping[int, int]) -> RuleRow:
    """The row of a rule over the index that serves, if one does."""
    intact = None if index is None else ruled_passage(rule, index) is not None
    return RuleRow(rule, rule.holds_on(today), intact, replies.get(rule.number, 0))


def rules_path(*, ended: bool = False, before: int | None = None) -> str:
    """Where the rules are listed, the newest first, from before a number on."""
    asked = {name: value for name, value in (("ended", "true" if ended else ""), ("before", before)) if value}
    return f"{RULES}?{urlencode(asked)}" if asked else RULES


def new_rule_path(kind: str, passage_id: str, question: str = "") -> str:
    """Where a rule for a passage is written, with the question filled in."""
    asked = {"kind": kind, "passage": passage_id, "question": question if len(question) <= MOST_LINKED else ""}
    return f"{NEW_RULE}?{urlencode({name: value for name, value in asked.items() if value})}"
