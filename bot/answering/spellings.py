"""The spelling of the help center's own words, made once for each index generation."""

import threading
from collections.abc import Callable

from bot.answering.search_index import SearchIndex
from embeddings.spelling import Spelling


class Spellings:
    """Keeps the spelling of the generation that was asked for last. Threads may share it."""

    def __init__(self, is_word: Callable[[str], bool]) -> None:
        """`is_word` says whether the encoder knows a word as a whole one."""
        self._is_word = is_word
        self._lock = threading.Lock()
        self._latest: tuple[SearchIndex, Spelling] | None = None

    def of(self, index: SearchIndex) -> Spelling:
        """The spelling with the words of `index`."""
        with self._lock:
            if self._latest is None or self._latest[0] is not index:
                self._latest = (index, Spelling(index.indexes.words, self._is_word))
            return self._latest[1]
