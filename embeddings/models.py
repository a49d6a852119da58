"""Ids and scores."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """One id with its score for one question; higher is better. The id is a passage key (a non-negative 60-bit
    integer)."""

    id: int
    score: float
