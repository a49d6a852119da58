"""Why a question was not answered: pure. What was found for it on the present index decides, with what is known of the
turn."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.models import HandoffReason
from bot.storage.gaps import Cause, Source
from embeddings.terms import terms

SAYS_IT = 0.6
"""An article says something so near to the question (cosine of its best sentence) that it might answer it."""
SAYS_MOST = 0.8
"""Or has so large a share of the question's words, and a sentence half as near again as chance."""
NEAR = 0.45
FEWEST_TERMS = 2
"""A question with fewer words that say something can mean anything."""
_VAGUE = frozenset(terms("not no work works working help problem issue error need want question again something thing"))
INTERNAL_AHEAD = 0.05
"""How much nearer an internal article is than any public one, where the answer is for our own people alone."""

_ORDER = (Cause.POLICY, Cause.NOT_FOUND, Cause.AMBIGUOUS, Cause.NO_ARTICLE)
POLICY_REASONS = frozenset((HandoffReason.POLICY.value, HandoffReason.SENSITIVE_TOPIC.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the present index has for a question: how near its best sentence is, the share of its words that the best
    passage has, how near the best internal article is, and what the reply would be now."""

    kind: str
    reason: str | None
    nearness: float
    coverage: float
    internal: float = 0.0
    named: bool = False
    """An agent has named an article that answers it."""


def cause_of(question: str, source: Source, found: Found) -> Cause:
    """Why a question was not answered."""
    if source is Source.POLICY or found.reason in POLICY_REASONS:
        return Cause.POLICY
    if found.named:
        return Cause.NOT_FOUND
    if found.internal >= SAYS_IT and found.internal >= found.nearness + INTERNAL_AHEAD:
        return Cause.POLICY
    if found.kind == "clarify" or _says_little(question):
        return Cause.AMBIGUOUS
    says_it = found.nearness >= SAYS_IT or (found.coverage >= SAYS_MOST and found.nearness >= NEAR)
    return Cause.NOT_FOUND if says_it else Cause.NO_ARTICLE


def _says_little(question: str) -> bool:
    found = set(terms(question))
    return len(found) < FEWEST_TERMS or found <= _VAGUE


def cause_of_cluster(causes: Iterable[Cause]) -> Cause:
    """What most of a cluster's questions have; of several, the one that says most."""
    counted = Counter(causes)
    return max(_ORDER, key=lambda cause: (counted[cause], -_ORDER.index(cause)))


def nearness_in(trace: Mapping[str, Any]) -> float:
    """How near the best sentence among a trace's candidates is; 0 where nothing was searched."""
    return max((_signal(candidate, "sentence") for candidate in _candidates(trace)), default=0.0)


def answered_now(source: Source, before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> bool:
    """Whether a reply mends what was wrong: an answer; where the customer held an answer for bad, another one."""
    if now["kind"] != "answer":
        return False
    if source is not Source.THUMB or before is None or before["kind"] != "answer":
        return True
    return _quotes(before) != _quotes(now)


def _quotes(reply: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(citation["article_id"], citation["quote"]) for citation in reply.get("citations") or ()]


def _candidates(trace: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return trace.get("candidates") or ()


def _signal(candidate: Mapping[str, Any], name: str) -> float:
    return float((candidate.get("signals") or {}).get(name, 0.0))
