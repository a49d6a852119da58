from dataclasses import replace
from datetime import date, timedelta

from bot.storage.passage_rules import RuleKind
from bot.web.console.rule_views import new_rule_path, rule_row, rules_path
from knowledge.models import Passage
from tests.bot.answering.rules import rule_for
from tests.bot.web.stage import ShelfIndex

PASSAGE = Passage(
    id="00000000000000a", article_id="fees", title="Fees", heading="", url=None, text="A fee.", start=0, end=6
)
INDEX = ShelfIndex({}, passages={10: PASSAGE}, passage_keys={"fees": (10,)})
RULE = rule_for(PASSAGE, 3, "What does it cost?", kind=RuleKind.PIN)


def test_a_rule_as_json() -> None:
    told = rule_row(RULE, INDEX, RULE.last_day, {3: 7}).to_json()
    assert (told["number"], told["kind"], told["question"], told["replies"]) == (3, "pin", "What does it cost?", 7)
    assert (told["holds"], told["passage_changed"], told["last_day"]) == (True, False, "2027-01-31")


def test_a_passage_that_has_changed_and_a_day_that_has_passed() -> None:
    changed = replace(INDEX, passages={10: replace(PASSAGE, id="00000000000000b")})
    row = rule_row(RULE, changed, RULE.last_day + timedelta(days=1), {})
    assert (row.is_intact, row.is_holding, row.replies) == (False, False, 0)
    assert rule_row(RULE, ShelfIndex({}), date(2026, 1, 1), {}).is_intact is False
    assert rule_row(RULE, None, date(2026, 1, 1), {}).to_json()["passage_changed"] is None


def test_paths() -> None:
    assert rules_path() == "/console/rules"
    assert rules_path(ended=True, before=7) == "/console/rules?ended=true&before=7"
    assert new_rule_path("pin", "0a", "a & b?") == "/console/rules/new?kind=pin&passage=0a&question=a+%26+b%3F"
    assert new_rule_path("mute", "0a") == "/console/rules/new?kind=mute&passage=0a"
    assert "question" not in new_rule_path("mute", "0a", "x" * 1001)
