"""How far two questions come near to the same sections of articles: pure.

What a question is about shows in what it finds, too: wordings that share no word may find the same section, and wishes
for many things one about wishing. Only a section that stands out says so. Where the right one is missing, its
neighbours are about as near as each other; then a question finds nothing that it could share.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

NEARNESS = 0.45
"""A section that is just so near says as much as that there is none,"""
AHEAD = 0.1
"""and so does the nearest of several that is just so far ahead of the second."""
STEP = 0.04
"""One that is so much nearer counts e times as much: as a rule the nearest has nearly all."""

Nearness = Mapping[str, float]
"""How near a question comes to the sections it comes nearest to, 0–1, by names for them."""
Shared = NDArray[np.float32]
"""Shape (questions, questions): 0 for no section in common, 1 for the same ones and no doubt about them."""


def nearest_sections(passages: Iterable[tuple[str, float]]) -> Nearness:
    """How near each section is, out of passages, each by its section's name and how near it is: the nearest counts."""
    nearest: dict[str, float] = {}
    for name, near in passages:
        nearest[name] = max(near, nearest.get(name, 0.0))
    return nearest


def shared_sections(near: Sequence[Nearness]) -> Shared:
    """How far each two questions come near to the same sections: the coefficients of Bhattacharyya (1943) of how likely
    each section is what they are about, where it may be none, which no two share."""
    from scipy.sparse import csr_array  # heavy

    columns = {name: place for place, name in enumerate(sorted({name for own in near for name in own}))}
    entries = [(row, columns[name], share) for row, own in enumerate(near) for name, share in _likely(own).items()]
    if not entries:
        return np.zeros((len(near), len(near)), dtype=np.float32)
    rows, places, shares = zip(*entries, strict=True)
    roots = csr_array((np.sqrt(shares, dtype=np.float32), (rows, places)), shape=(len(near), len(columns)))
    shared: Shared = (roots @ roots.T).toarray()
    return shared


def _likely(own: Nearness) -> dict[str, float]:
    """How likely each section is the one; together with none they make 1."""
    second = sorted(own.values(), reverse=True)[1:2]
    none = max([NEARNESS, *(near + AHEAD for near in second)])
    weights = {name: float(np.exp((near - none) / STEP)) for name, near in own.items()}
    whole = 1 + sum(weights.values())
    return {name: weight / whole for name, weight in weights.items()}
