"""What was replied to a question and what would be now, beside each other: which of it counts as a change, how often
each happens, and where. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from scipy.stats import binomtest

NO_SEARCH = "(no search)"
"""The section of questions that were decided without one: a person asked for, small talk."""
GONE = "(not in the index)"
"""The section of questions whose article of then the candidate lacks."""


class Change(StrEnum):
    """What is otherwise than it was. A question can have several."""

    ABSTAINS = "answered_to_abstained"
    ANSWERS = "abstained_to_answered"
    REPLY = "other_reply"
    """No answer then or now, but another kind of reply, or a person called for another reason."""
    TOP = "top_article"
    """Another article was found first."""
    CITATIONS = "citations"
    """Answered both times, from other articles or with other quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """What counts of a reply: its kind, why a person was called, the article found first, the articles cited, and the
    hashes of the quotes where the answer is made of them (a language model's words are not)."""

    kind: str
    reason: str | None
    confidence: float
    top: str | None
    cited: tuple[str, ...]
    quotes: frozenset[str] | None = None

    def to_json(self) -> dict[str, Any]:
        """For a reader: without the hashes."""
        return {"kind": self.kind, "reason": self.reason, "confidence": self.confidence, "top_article": self.top,
                "cited": list(self.cited)}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A question whose reply is another one, with both."""

    turn_id: str
    asked_at: str
    question: str
    platform: str
    section: str
    changes: tuple[Change, ...]
    then: Replied
    now: Replied

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "then": self.then.to_json(), "now": self.now.to_json()}


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n`, as a share with its exact 95 % interval (Clopper and Pearson 1934)."""

    count: int
    n: int
    share: float
    low: float
    high: float

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "count": self.count,
            "share": round(self.share, 4),
            "interval_95": [round(self.low, 4), round(self.high, 4)],
        }


@dataclass(slots=True)
class Tally:
    """Counts of what changed, over the questions that `add` was given."""

    n: int = 0
    unchanged: int = 0
    answered_then: int = 0
    answered_now: int = 0
    changes: Counter[Change] = field(default_factory=Counter)

    def add(self, then: Replied, now: Replied, changes: tuple[Change, ...]) -> None:
        """One more question."""
        self.n += 1
        self.unchanged += not changes
        self.answered_then += then.kind == "answer"
        self.answered_now += now.kind == "answer"
        self.changes.update(changes)

    def shares(self) -> dict[str, Share]:
        """Each count with its interval; none when nothing was asked."""
        counts = {"answered_then": self.answered_then, "answered_now": self.answered_now, "unchanged": self.unchanged}
        counts |= {change.value: self.changes[change] for change in Change}
        return {name: share(count, self.n) for name, count in counts.items()} if self.n else {}

    def p_answered(self) -> float:
        """McNemar's exact p-value that as many questions are answered now as then (McNemar 1947), two-sided."""
        gone, new = self.changes[Change.ABSTAINS], self.changes[Change.ANSWERS]
        return float(binomtest(gone, gone + new).pvalue) if gone + new else 1.0


def replied(receipt: Mapping[str, Any]) -> Replied:
    """What counts of a reply, out of its receipt (bot/answering/receipts.py)."""
    reply, citations = receipt["reply"], receipt["citations"]
    worded = (receipt.get("account") or {}).get("composer") == "model"
    return Replied(
        kind=reply["kind"],
        reason=reply["reason"],
        confidence=reply["confidence"],
        top=next((each["article_id"] for each in receipt["passages"]), None),
        cited=tuple(dict.fromkeys(each["article_id"] for each in citations)),
        quotes=None if worded else frozenset(each["sha256"] for each in citations),
    )


def changes_between(then: Replied, now: Replied) -> tuple[Change, ...]:
    """What is otherwise; nothing when the customer would be told the same from the same articles."""
    return tuple(_changes(then, now))


def section_of(then: Replied, sections: Mapping[str, str]) -> str:
    """Where a question belongs: the section of the article that was cited first, else found first. `sections` are those
    of the candidate's articles, by id."""
    about = next(iter(then.cited), then.top)
    return NO_SEARCH if about is None else sections.get(about, GONE)


def share(count: int, n: int) -> Share:
    """A count of `n`, which is 1 or more, with its interval."""
    interval = binomtest(count, n).proportion_ci(method="exact")
    return Share(count, n, count / n, float(interval.low), float(interval.high))


def _changes(then: Replied, now: Replied) -> Iterator[Change]:
    was_answered, is_answered = then.kind == "answer", now.kind == "answer"
    if was_answered and not is_answered:
        yield Change.ABSTAINS
    elif is_answered and not was_answered:
        yield Change.ANSWERS
    elif (then.kind, then.reason) != (now.kind, now.reason):
        yield Change.REPLY
    if then.top != now.top:
        yield Change.TOP
    if was_answered and is_answered and _cites_otherwise(then, now):
        yield Change.CITATIONS


def _cites_otherwise(then: Replied, now: Replied) -> bool:
    if set(then.cited) != set(now.cited):
        return True
    return then.quotes is not None and now.quotes is not None and then.quotes != now.quotes
