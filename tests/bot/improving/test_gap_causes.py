from dataclasses import replace

import pytest

from bot.improving.gap_causes import Found, answered_now, cause_of, cause_of_cluster, nearness_in
from bot.storage.gaps import Cause, Source

NOTHING = Found(kind="handoff", reason="low_confidence", nearness=0.2, coverage=0.1)
QUESTION = "Can I get a mortgage for my house?"


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (NOTHING, Cause.NO_ARTICLE),
        (replace(NOTHING, nearness=0.7), Cause.NOT_FOUND),
        (replace(NOTHING, nearness=0.5, coverage=0.9), Cause.NOT_FOUND),
        (replace(NOTHING, coverage=0.9), Cause.NO_ARTICLE),
        (replace(NOTHING, named=True), Cause.NOT_FOUND),
        (replace(NOTHING, kind="clarify", reason=None), Cause.AMBIGUOUS),
        (replace(NOTHING, internal=0.8), Cause.POLICY),
        (replace(NOTHING, internal=0.8, nearness=0.79), Cause.NOT_FOUND),
        (replace(NOTHING, reason="policy"), Cause.POLICY),
    ],
)
def test_the_cause_of_a_question(found: Found, cause: Cause) -> None:
    assert cause_of(QUESTION, Source.LOW_CONFIDENCE, found) is cause


def test_a_question_of_hardly_a_word_is_ambiguous() -> None:
    assert cause_of("it does not work", Source.THUMB, NOTHING) is Cause.AMBIGUOUS


def test_what_was_handed_over_by_policy_stays_so() -> None:
    assert cause_of(QUESTION, Source.POLICY, replace(NOTHING, nearness=0.9)) is Cause.POLICY


def test_the_cause_of_a_cluster_is_that_of_most() -> None:
    assert cause_of_cluster([Cause.NO_ARTICLE, Cause.NO_ARTICLE, Cause.POLICY]) is Cause.NO_ARTICLE
    assert cause_of_cluster([Cause.NO_ARTICLE, Cause.NOT_FOUND]) is Cause.NOT_FOUND


def test_nearness_is_that_of_the_best_sentence() -> None:
    assert nearness_in({"candidates": [{"signals": {"sentence": 0.4}}, {"signals": {"sentence": 0.6}}]}) == 0.6
    assert nearness_in({}) == 0.0


def test_an_answer_mends_a_gap() -> None:
    answer = {"kind": "answer", "citations": [{"article_id": "a", "quote": "So."}]}
    other = {"kind": "answer", "citations": [{"article_id": "b", "quote": "So."}]}
    assert answered_now(Source.LOW_CONFIDENCE, {"kind": "handoff"}, answer)
    assert not answered_now(Source.LOW_CONFIDENCE, {"kind": "handoff"}, {"kind": "clarify"})
    assert not answered_now(Source.THUMB, answer, answer)
    assert answered_now(Source.THUMB, answer, other)
    assert answered_now(Source.THUMB, {"kind": "handoff"}, answer)
