"""What a composer is given, and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.models import Answer, Hit
from knowledge.models import Article, Platform

Relevance = Callable[[Sequence[str]], Sequence[float]]
"""How well each text answers the question, at least 0, higher is better; same length as the texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A question that stands alone, and everything that an answer to it may rest on."""

    question: str
    hits: tuple[Hit, ...]
    """Best first, not empty; of each family only the article that fits the customer."""
    articles: Mapping[str, Article]
    """By id; holds every article of the hits."""
    relevance: Relevance
    confidence: float
    links_start_with: str
    platform: Platform = Platform.ANY
    muted: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    """By article id, the stretches of its body (from, to) that an editor wants nobody to be quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """An answer, and how it came about: JSON values for the trace and the receipt (composer, verdicts, what went
    wrong)."""

    answer: Answer
    account: Mapping[str, Any]


class Composer(Protocol):
    """Makes a cited answer of evidence."""

    def compose(self, evidence: Evidence) -> Composition | None:
        """The answer, or None when the evidence has nothing that can be quoted."""
