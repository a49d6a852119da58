"""The parts of a message: pure. Around a question people greet, thank, tell a story and paste error messages."""

import re
from collections.abc import Sequence

LONG_WORDS = 60
"""A text of more words is searched sentence by sentence: an encoder keeps little of one sentence among many."""
LEAST_WORDS = 3
MOST_PARTS = 40

LEAST_PARTS = 3
"""Of fewer parts, none is an aside often enough."""
NEAR = 0.4
NEARLY_THE_NEAREST = 0.15

_BETWEEN_PARTS = re.compile(r"(?<=[.!?:])\s+|\n+")


def parts_of(message: str) -> tuple[str, ...]:
    """The sentences and lines of a message, 40 at most; none of a message with fewer than three."""
    parts = [part.strip() for part in _BETWEEN_PARTS.split(message) if part.strip()]
    return tuple(parts[:MOST_PARTS]) if len(parts) >= LEAST_PARTS else ()


def to_the_point(parts: Sequence[str], nearness: Sequence[float]) -> str:
    """The parts that come near to something the help center says, as one text; the others are asides.

    `nearness` is the highest cosine of each part with any passage or title.
    """
    limit = min(max(nearness, default=0.0) - NEARLY_THE_NEAREST, NEAR)
    return " ".join(part for part, near in zip(parts, nearness, strict=True) if near >= limit)


def needs_of(text: str) -> tuple[str, ...]:
    """The text itself, or the parts of a long one: those of three words and more."""
    if len(text.split()) <= LONG_WORDS:
        return (text,)
    needs = tuple(part for part in parts_of(text) if len(part.split()) >= LEAST_WORDS)
    return needs if len(needs) > 1 else (text,)
