"""What every source of articles offers."""

from collections.abc import Iterator
from typing import Protocol

from knowledge.models import Article, Rejected


class Source(Protocol):
    """A place that articles are read from.

    `key` is its stable identity ("folder:/srv/help"), the same on every run. `complete` says whether what is gone
    from the source is gone: True for a folder, False for a listing, which shows only part of a help center.
    """

    @property
    def key(self) -> str:
        """The source's identity."""

    @property
    def complete(self) -> bool:
        """Whether an article that the source no longer has is to be removed."""

    def read(self) -> Iterator[Article | Rejected]:
        """Every article in a stable order, and in its place a sentence for whatever could not become one.

        Ids are unique within one reading. Raises SourceError when the source as a whole cannot be read.
        """
