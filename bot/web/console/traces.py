"""From a stored trace to what an agent reads of how a reply came about. Pure.

Older traces lack newer fields, so each is asked for and none is required.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.models import Turn
from bot.storage.curated_given import curated_in

SIGNALS = {
    "dense": "passage as a whole",
    "sentence": "best sentence",
    "late": "word by word",
    "lexical": "words in common",
    "title": "title",
    "code": "codes",
    "belonging": "whose names are near",
    "asked": "nearest of what customers ask",
    "asked_words": "words of what customers ask",
}
"""Each signal in words; what is not listed is shown by its own name."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One signal of a candidate: `share` is what a bar shows of it, 0 to 1."""

    name: str
    value: float
    weight: float | None
    share: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was considered, with every signal that ranked it."""

    rank: int
    place: str
    path: str
    score: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How a reply came about. `facts` are names with values, in the order in which they decided."""

    question: str
    facts: tuple[tuple[str, str], ...]
    confidence: float | None
    threshold: float | None
    decision: str
    candidates: tuple[Candidate, ...]
    composition: str
    """The composer's account as JSON text; empty when nothing was composed."""
    curated: int | None = None
    """The number of the curated answer that was given."""


def trace_of(turn: Turn) -> Trace:
    """What an agent reads of a turn's trace."""
    trace = turn.trace
    decision = trace.get("decision") or {}
    return Trace(
        question=turn.question,
        facts=tuple(_facts(turn)),
        confidence=decision.get("confidence"),
        threshold=decision.get("threshold"),
        decision=_decided(decision, trace.get("handoff"), curated_in(trace)),
        candidates=tuple(_candidate(each, trace.get("weights") or {}) for each in trace.get("candidates") or ()),
        composition=_account(trace.get("composition")),
        curated=(curated_in(trace) or {}).get("number"),
    )


def because_of(turn: Turn) -> str:
    """Why the turn called a person, in the words of the trace; empty when it did not or no trace says."""
    handoff = turn.trace.get("handoff") or {}
    return str(handoff.get("because") or "")


def _facts(turn: Turn) -> list[tuple[str, str]]:
    trace, receipt = turn.trace, turn.receipt or {}
    handoff = trace.get("handoff") or {}
    corrections = (trace.get("corrections") or {}).items()
    searched, curated = trace.get("rewritten_question") or "", curated_in(trace)
    generation = trace.get("index_generation")
    sha256 = (receipt.get("index") or {}).get("sha256") or ""
    found = [
        ("Taken for", trace.get("resolution")),
        ("Curated answer", _curated(curated) if curated else None),
        ("Searched for", searched if searched != turn.question else None),
        ("Read as", ", ".join(f"{wrong} → {right}" for wrong, right in corrections)),
        ("Editors' rules", " ".join(str(rule["told"]) for rule in trace.get("rules") or ())),
        ("Platform", trace.get("platform")),
        ("Handoff because", handoff.get("because")),
        ("Topic", handoff.get("topic")),
        ("Worked with less", " ".join(trace.get("lesser_modes") or ())),
        ("Index", f"generation {generation}, {sha256[:12]}".rstrip(", ") if generation is not None else None),
        ("Configuration", trace.get("config_hash")),
        ("Receipt", str(trace.get("receipt_sha256") or "")[:16]),
        ("Milliseconds", ", ".join(f"{name} {value}" for name, value in (trace.get("timings_ms") or {}).items())),
    ]
    return [(name, str(value)) for name, value in found if value]


def _curated(curated: Mapping[str, Any]) -> str:
    same = "its very words" if curated.get("score") == 1 else f"alike by {curated.get('score') or 0:.2f}"
    return f"{curated['number']}, version {curated['version']}, for “{curated.get('wording', '')}” ({same})"


def _decided(
    decision: Mapping[str, Any], handoff: Mapping[str, Any] | None, curated: Mapping[str, Any] | None = None
) -> str:
    kind, confidence, threshold = (decision.get(name) for name in ("kind", "confidence", "threshold"))
    if kind is None:
        return ""
    if curated:
        alone = "" if confidence is None else f" The search alone was {confidence:.2f} sure."
        return f"Answer: curated answer {curated['number']}, version {curated['version']}.{alone}"
    if confidence is None or threshold is None or (handoff and decision.get("reason") != "low_confidence"):
        return f"Decided without a search: {kind}."
    sure = "sure enough" if confidence >= threshold else "not sure enough"
    return f"{kind.capitalize()}: {sure}, {confidence:.2f} against the threshold {threshold:.2f}."


def _candidate(candidate: Mapping[str, Any], weights: Mapping[str, float]) -> Candidate:
    place = " › ".join(part for part in (candidate["title"], candidate["heading"]) if part)
    return Candidate(
        rank=candidate["rank"],
        place=place or candidate["article_id"],
        path=f"/help/{quote(candidate['article_id'], safe='/')}",
        score=candidate["score"],
        bars=tuple(_bar(name, value, weights.get(name)) for name, value in candidate["signals"].items()),
    )


def _bar(name: str, value: float, weight: float | None) -> Bar:
    return Bar(SIGNALS.get(name, name.replace("_", " ")), value, weight, min(1.0, max(0.0, abs(value))))


def _account(composition: Mapping[str, Any] | None) -> str:
    told = {name: value for name, value in (composition or {}).items() if value not in (None, [], {})}
    return json.dumps(told, ensure_ascii=False, indent=2) if told else ""
