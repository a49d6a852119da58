from datetime import UTC, datetime
from typing import Any

import pytest

from bot.models import Turn
from bot.web.console.traces import because_of, trace_of

CANDIDATE = {
    "rank": 1,
    "passage_id": "p",
    "article_id": "guide/first steps",
    "title": "First steps",
    "heading": "On the web",
    "start": 0,
    "end": 5,
    "score": 0.71,
    "signals": {"dense": 0.5, "lexical": 1.0, "other_platform": -0.1, "odd": 3.5},
}
TRACE = {
    "question": "how",
    "rewritten_question": "how to begin",
    "corrections": {"hwo": "how"},
    "weights": {"dense": 0.048, "lexical": 0.136},
    "candidates": [CANDIDATE],
    "lesser_modes": ["No token vectors."],
    "decision": {"kind": "answer", "reason": None, "confidence": 0.9, "threshold": 0.5},
    "index_generation": 7,
    "config_hash": "abc",
    "resolution": "It follows.",
    "platform": "web",
    "composition": {"composer": "extractive", "quoted": [], "rewriting": None},
    "handoff": None,
    "timings_ms": {"total": 9.0},
    "receipt_sha256": "f" * 64,
}


def turn(**trace: Any) -> Turn:
    return Turn(
        id="t",
        conversation_id="c",
        client_message_id="m",
        question="how",
        reply=None,
        trace=trace,
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
        receipt={"index": {"sha256": "0123456789abcdef"}},
    )


def test_a_trace_is_told_in_the_order_of_deciding() -> None:
    told = trace_of(turn(**TRACE))
    assert told.decision == "Answer: sure enough, 0.90 against the threshold 0.50."
    assert told.facts == (
        ("Taken for", "It follows."),
        ("Searched for", "how to begin"),
        ("Read as", "hwo → how"),
        ("Platform", "web"),
        ("Worked with less", "No token vectors."),
        ("Index", "generation 7, 0123456789ab"),
        ("Configuration", "abc"),
        ("Receipt", "f" * 16),
        ("Milliseconds", "total 9.0"),
    )
    assert told.composition == '{\n  "composer": "extractive"\n}'


def test_a_candidate_has_a_bar_for_each_signal() -> None:
    (candidate,) = trace_of(turn(**TRACE)).candidates
    assert (candidate.place, candidate.path) == ("First steps › On the web", "/help/guide/first%20steps")
    assert [(bar.name, bar.value, bar.weight, bar.share) for bar in candidate.bars] == [
        ("passage as a whole", 0.5, 0.048, 0.5),
        ("words in common", 1.0, 0.136, 1.0),
        ("other platform", -0.1, None, 0.1),
        ("odd", 3.5, None, 1.0),
    ]


@pytest.mark.parametrize(
    ("decision", "handoff", "sentence"),
    [
        (
            {"kind": "handoff", "reason": "low_confidence", "confidence": 0.1, "threshold": 0.5},
            {"topic": None, "because": "x"},
            "Handoff: not sure enough, 0.10 against the threshold 0.50.",
        ),
        (
            {"kind": "handoff", "reason": "user_request", "confidence": 0.0, "threshold": 0.5},
            {"topic": None, "because": "x"},
            "Decided without a search: handoff.",
        ),
        ({}, None, ""),
        ({"kind": "notice"}, None, "Decided without a search: notice."),
    ],
)
def test_what_decided(decision, handoff, sentence) -> None:
    assert trace_of(turn(decision=decision, handoff=handoff)).decision == sentence


def test_an_empty_trace_is_told_too() -> None:
    told = trace_of(turn())
    assert (told.facts, told.candidates, told.composition, told.decision) == ((), (), "", "")
    assert because_of(turn()) == because_of(turn(handoff=None)) == ""
    assert because_of(turn(handoff={"topic": None, "because": "it says so"})) == "it says so"


def test_a_curated_answer_is_named() -> None:
    given = {"number": 3, "version": 2, "wording": "new inbox", "score": 0.91}
    decision = {"kind": "answer", "reason": None, "confidence": 0.2, "threshold": 0.7}
    told = trace_of(turn(decision=decision, composition={"composer": "curated", "curated": given}))
    assert told.decision == "Answer: curated answer 3, version 2. The search alone was 0.20 sure."
    assert ("Curated answer", "3, version 2, for “new inbox” (alike by 0.91)") in told.facts and told.curated == 3
    same = trace_of(turn(decision=decision, composition={"curated": {**given, "score": 1.0}}))
    assert ("Curated answer", "3, version 2, for “new inbox” (its very words)") in same.facts
