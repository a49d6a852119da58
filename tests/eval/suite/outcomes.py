"""Outcomes of cases for the tests: one that went well, changed as a test wants it."""

from typing import Any

from eval.suite.asking import CaseOutcome

GOOD = {
    "kind": "answerable",
    "topic": "email",
    "side": "test",
    "text": "how change mail",
    "expect": ("answer",),
    "gold": ("change-email",),
    "reply": "answer",
    "reason": None,
    "confidence": 0.9,
    "as_expected": True,
    "cited": ("change-email",),
    "would_cite": ("change-email",),
    "found": ("change-email", "fees"),
    "proposed": True,
    "quotes_held": 1.0,
    "citations": 2,
    "exact_quotes": 2,
    "good_links": 2,
    "leaked": (),
    "milliseconds": 10.0,
    "trace": {"reply": "Do this. [1]", "resolution": None, "decision": {}, "candidates": []},
}


def outcome(id_: str = "answerable-001", **changed: Any) -> CaseOutcome:
    return CaseOutcome(id=id_, **{**GOOD, **changed})


def withheld(id_: str = "answerable-002", **changed: Any) -> CaseOutcome:
    """A right answer that the threshold held back."""
    held = {"reply": "handoff", "reason": "low_confidence", "confidence": 0.3, "as_expected": False}
    return outcome(
        id_, **{**held, "cited": (), "quotes_held": None, "citations": 0, "exact_quotes": 0, "good_links": 0, **changed}
    )


def wrong(id_: str = "answerable-003", **changed: Any) -> CaseOutcome:
    """Answered from another article."""
    other = {"as_expected": False, "cited": ("fees",), "would_cite": ("fees",), "found": ("fees",), "quotes_held": 0.0}
    return outcome(id_, **{**other, "confidence": 0.6, **changed})


def unanswerable(id_: str = "far-001", **changed: Any) -> CaseOutcome:
    """Handed over, as it should be."""
    far = {
        "kind": "far",
        "expect": ("handoff",),
        "gold": (),
        "as_expected": True,
        "found": ("fees",),
        "proposed": False,
    }
    return withheld(id_, **{**far, "confidence": 0.1, "would_cite": ("fees",), **changed})
