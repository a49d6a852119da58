"""The ids given out in one reading of a source."""

from knowledge.errors import ArticleError
from knowledge.parsing.slug import digest, slug

LONGEST = 300


class Ids:
    """Gives each article an id of its own: the one it names, as written, or one made from its path."""

    def __init__(self) -> None:
        self._origins: dict[str, str] = {}

    def own(self, written: str, origin: str) -> str:
        """The id that an article names. Raises ArticleError when an earlier one has it, or when it cannot stand in a
        URL."""
        if not written.isprintable() or not 0 < len(written) <= LONGEST:
            raise ArticleError(
                f"{origin} has the id {written[:60]!r}: give it one of 1 to {LONGEST} printable characters."
            )
        if {".", ".."} & set(written.split("/")):
            raise ArticleError(
                f'{origin} has the id "{written}", which a browser takes for another address: change it.'
            )
        if written in self._origins:
            raise ArticleError(
                f'{origin} has the id "{written}", and so has {self._origins[written]}: give one of them another id.'
            )
        self._origins[written] = origin
        return written

    def derived(self, words: str, origin: str) -> str:
        """The id for an article without one of its own, made from its path; a second one like it gets a suffix."""
        wanted = slug(words)
        found = wanted if wanted not in self._origins else f"{wanted}-{digest(words)}"
        if found in self._origins:
            raise ArticleError(f"{origin} and {self._origins[found]} have names that give one id: rename one of them.")
        self._origins[found] = origin
        return found
