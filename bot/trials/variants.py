"""The same assistant with something set otherwise, or on another generation of the index."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.answering.model_composing import ModelComposer
from bot.answering.search_index import SearchIndex
from bot.assistant import Assistant
from bot.errors import RequestRefused
from bot.indexing.generations import Generation, generations_on_disk, load_generation
from knowledge.models import Platform

GENERATIONS_HELD = 2
"""Of those that do not serve: one for each side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What one side is: as it is set, but for what is given here."""

    generation: int | None = None
    threshold: float | None = None
    candidates: int | None = None
    platform: Platform | None = None
    quotes_only: bool = False

    @property
    def words(self) -> str:
        """What is otherwise, for people."""
        found = (
            f"generation {self.generation}" if self.generation is not None else "",
            f"threshold {self.threshold:g}" if self.threshold is not None else "",
            f"{self.candidates} candidates" if self.candidates is not None else "",
            f"platform {self.platform.value}" if self.platform is not None else "",
            "quotes only" if self.quotes_only else "",
        )
        return ", ".join(filter(None, found)) or "as it is set"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "generation": self.generation,
            "threshold": self.threshold,
            "candidates": self.candidates,
            "platform": self.platform.value if self.platform is not None else None,
            "quotes_only": self.quotes_only,
        }


class HeldGenerations:
    """Generations that are on disk and do not serve, loaded when they are asked for; the last few are held. Threads may
    share it. `encoder` is the identity of the encoder that questions are encoded with."""

    def __init__(self, index_folder: Path, encoder: str, current: Callable[[], SearchIndex]) -> None:
        self._index_folder = index_folder
        self._encoder = encoder
        self._current = current
        self._loading = threading.Lock()
        self._held: dict[int, Generation] = {}

    def numbers(self) -> tuple[int, ...]:
        """Those on disk, the newest first."""
        try:
            return tuple(reversed(generations_on_disk(self._index_folder)))
        except OSError:
            return ()

    def of(self, number: int) -> SearchIndex:
        """The generation with this number. RequestRefused when it is not on disk or of another encoder,
        IndexUnavailable when it cannot be loaded."""
        current = self._current()
        if number == current.number:
            return current
        with self._loading:
            found = self._held.pop(number, None) or self._loaded(number)
            self._held[number] = found  # the last one that was asked for stands last
            while len(self._held) > GENERATIONS_HELD:
                del self._held[next(iter(self._held))]
            return found

    def _loaded(self, number: int) -> Generation:
        if number not in self.numbers():
            raise RequestRefused(f"Generation {number} is not on disk any more. Choose another one.")
        found = load_generation(self._index_folder, number)
        if found.manifest.encoder != self._encoder:
            raise RequestRefused(
                f"Generation {number} was made with another encoder ({found.manifest.encoder}) and cannot be asked."
            )
        return found


def assistant_as(assistant: Assistant, variant: Variant, generations: HeldGenerations) -> Assistant:
    """The assistant as a variant has it. RequestRefused, IndexUnavailable. The platform is the question's."""
    found: dict[str, Any] = {}
    if variant.generation is not None:
        index = generations.of(variant.generation)
        found |= {
            "generation": lambda: index,
            "spellings": assistant.spellings.apart(),
            "action_hosts": assistant.action_hosts.apart(),
        }
    if variant.threshold is not None:
        found["answer_threshold"] = variant.threshold
    if variant.candidates is not None:
        found["candidates"] = variant.candidates
    if variant.quotes_only:
        composer = assistant.composer
        found |= {
            "rewriter": None,
            "composer": composer.extractive if isinstance(composer, ModelComposer) else composer,
        }
    return replace(assistant, **found)
