"""Rules for passages, as tests need them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.storage.passage_rules import PassageRule, RuledPassage, RuleKind
from knowledge.models import Passage


def rule_for(passage: Passage, number: int = 1, question: str | None = None, **values: Any) -> PassageRule:
    """A mute of a passage; `kind` makes it a pin."""
    usual = PassageRule(
        number=number,
        kind=RuleKind.MUTE,
        passage=RuledPassage(passage.id, passage.article_id, passage.title, passage.heading, passage.text[:20]),
        question=question,
        reason="It is wrong.",
        last_day=date(2027, 1, 31),
        made_at=datetime(2026, 11, 22, tzinfo=UTC),
        made_by="ada",
    )
    return replace(usual, **values)
