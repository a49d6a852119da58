"""Other people's text inside a prompt, between lines that it cannot write itself.

The idea is that of a MIME boundary (RFC 2046, section 5.1.1): the mark is chosen when all texts are known, and stands
in none of them. So nothing in a text ends its block, and the texts stay as they are.
"""

import hashlib
from collections.abc import Sequence
from itertools import count

DIGITS = 12


def mark_for(texts: Sequence[str]) -> str:
    """A mark that stands in none of `texts`; the same texts have the same mark."""
    joined = "\0".join(texts).encode("utf-8", "replace")
    for attempt in count():
        mark = f"data-{hashlib.sha256(joined + str(attempt).encode()).hexdigest()[:DIGITS]}"
        if not any(mark in text for text in texts):
            return mark
    raise AssertionError("unreachable")


def marked(label: str, text: str, mark: str) -> str:
    """`text` between two lines that begin with `mark`; `label` says what it is."""
    return f"{mark} {label}\n{text}\n{mark} end of {label}"
