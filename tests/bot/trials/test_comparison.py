from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.models import CustomerContext
from bot.trials.comparison import Line, Side, compare, compare_line, counts_of
from bot.trials.question import trial_question
from bot.trials.variants import Variant
from knowledge.models import Platform
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, FREEZE_APP, FREEZE_WEB, Shelf
from tests.bot.test_assistant import assistant_of

AT = datetime(2026, 11, 22, tzinfo=UTC)
EMAIL = trial_question("How do I change my email?", CustomerContext())


@pytest.fixture(scope="module")
def left() -> Side:
    return Side(Variant(), assistant_of(Shelf((CHANGE_EMAIL, FEES, FREEZE_WEB, FREEZE_APP))))


def otherwise(side: Side, **values) -> Side:
    return Side(Variant(threshold=0.99), replace(side.assistant, **values))


def test_two_equal_sides_say_the_same(left) -> None:
    found = compare(EMAIL, left, left, AT)
    assert not found.changed and found.differences.same_reply
    assert set(found.to_json()) == {"left", "right", "differences"}


def test_a_higher_threshold_hands_over(left) -> None:
    found = compare(EMAIL, left, otherwise(left, answer_threshold=0.9999), AT)
    assert found.changed and found.right.reply["kind"] == "handoff"


def test_a_side_may_have_its_own_platform(left) -> None:
    question = trial_question("How do I freeze my account?", CustomerContext(platform=Platform.WEB))
    found = compare(question, left, replace(left, variant=Variant(platform=Platform.APP)), AT)
    assert "Security center" in found.left.reply["text"] and "Tap" in found.right.reply["text"]


def test_a_line_that_cannot_be_asked_says_why(left) -> None:
    line = compare_line(trial_question("a" * 500, CustomerContext()), left, left, AT)
    assert "at most 200" in line.problem and line.left is None and not line.changed


def test_changes_are_counted_the_most_first(left) -> None:
    right = otherwise(left, answer_threshold=0.9999)
    lines = [compare_line(EMAIL, left, side, AT) for side in (left, right, right)]
    assert lines[0].changed == () and lines[1].right.kind == "handoff" and lines[1].left.article == CHANGE_EMAIL.title
    counts = counts_of([*lines, Line("?", problem="Too long.")])
    assert (counts.pop("lines"), counts.pop("changed")) == (4, 2)
    assert counts == dict.fromkeys(lines[1].changed, 2)
    assert counts_of([]) == {"lines": 0, "changed": 0}
