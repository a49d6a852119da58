"""How an indexing run tells how far it is."""

from typing import Protocol


class IndexProgress(Protocol):
    """Hears of each stage as it begins, and of each step done in it."""

    def stage(self, name: str, total: int, /) -> None:
        """A stage begins: "Reading", "Splitting" or "Encoding". `total` counts its steps; 0 when it is not known."""

    def advance(self, n: int, /) -> None:
        """`n` more steps of the stage are done."""


class SilentProgress:
    """Tells nobody."""

    def stage(self, name: str, total: int, /) -> None:
        """Nothing."""

    def advance(self, n: int, /) -> None:
        """Nothing."""
