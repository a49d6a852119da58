"""Stand-ins for sources that were read before: one that cannot be opened now, one that is to be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.errors import SourceError
from knowledge.models import Article, Rejected


@dataclass(frozen=True, slots=True)
class MissingSource:
    """Stands for a remembered source, so that the others are still read and its articles stay."""

    key: str
    sentence: str
    complete: bool = True

    def read(self) -> Iterator[Article | Rejected]:
        """Raises SourceError with the sentence."""
        raise SourceError(self.sentence)


@dataclass(frozen=True, slots=True)
class ForgottenSource:
    """Stands for a remembered source that has no articles any more."""

    key: str
    complete: bool = True

    def read(self) -> Iterator[Article | Rejected]:
        """Nothing."""
        return iter(())
