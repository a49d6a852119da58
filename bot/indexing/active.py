"""The generation that serves, for a process that answers: polled, loaded beside the old one, swapped."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.errors import FootnoteError, IndexUnavailable
from bot.indexing.generations import Generation, load_generation
from bot.storage.database import Database
from bot.storage.generations import GenerationRow, active_generation

_log = logging.getLogger(__name__)

RETRY_SECONDS = 30.0
"""How long a generation that could not be loaded is left alone; a newer one is loaded at the next look."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A generation that could not be loaded, why, and until when (by the clock) it is not tried again."""

    row: GenerationRow
    sentence: str
    until: float


class ActiveGeneration:
    """Gives readers the serving generation. They keep the reference they got; searches need no lock.

    `encoder` is the identity of the encoder that questions are encoded with: a generation of another one is refused.
    """

    def __init__(
        self,
        database: Database,
        index_folder: Path,
        encoder: str | None = None,
        poll_seconds: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._index_folder = index_folder
        self._encoder = encoder
        self._poll_seconds = poll_seconds
        self._clock = clock
        self._loading = threading.Lock()
        self._generation: Generation | None = None
        self._look_at = float("-inf")
        self._refusal: _Refusal | None = None
        self.problem: str | None = None
        """Why the newest generation does not serve; None while it does."""

    def current(self) -> Generation:
        """The serving generation, at most `poll_seconds` late. While one thread loads a new one, others get the old.

        Before the first was loaded: IndexUnavailable when there is none or it cannot be loaded, StorageError when the
        database cannot be asked. Later such a problem stands in `problem`, and the generation that is held serves on.
        """
        generation = self._generation
        if generation is None:
            with self._loading:
                return self._looked()
        if self._clock() >= self._look_at and self._loading.acquire(blocking=False):
            try:
                return self._looked()
            finally:
                self._loading.release()
        return generation

    def newest(self) -> Generation:
        """The serving generation as of now, for who has just made one. Raises as `current` does."""
        with self._loading:
            self._look_at = float("-inf")
            return self._looked()

    def _looked(self) -> Generation:
        if self._generation is not None and self._clock() < self._look_at:
            return self._generation
        try:
            self._generation = self._newest()
            self.problem = None
        except FootnoteError as error:
            if self._generation is not None and self.problem != str(error):
                _log.warning("The index could not be loaded: %s", error)
            self.problem = str(error)
            if self._generation is None:
                raise
        finally:
            self._look_at = self._clock() + self._poll_seconds
        return self._generation

    def _newest(self) -> Generation:
        row = active_generation(self._database)
        if row is None:
            raise IndexUnavailable("There is no index yet: run `footnote index`.")
        if self._generation is not None and self._generation.manifest.sha256 == row.manifest_sha256:
            return self._generation
        if self._refusal is not None and self._refusal.row == row and self._clock() < self._refusal.until:
            raise IndexUnavailable(self._refusal.sentence)
        try:
            return self._load(row)
        except IndexUnavailable as error:
            self._refusal = _Refusal(row, str(error), self._clock() + RETRY_SECONDS)
            raise

    def _load(self, row: GenerationRow) -> Generation:
        try:
            generation = load_generation(self._index_folder, row.number, row.manifest_sha256)
        except IndexUnavailable:
            newer = active_generation(self._database)
            if newer is None or newer == row:
                raise
            return self._load(newer)  # writers went on and removed the one that was being loaded
        if self._encoder not in (None, generation.manifest.encoder):
            raise IndexUnavailable(
                f"The index was made with the encoder {generation.manifest.encoder}, and questions are encoded with "
                f"{self._encoder}: run `footnote index`, or set FOOTNOTE_ENCODER back."
            )
        return generation
