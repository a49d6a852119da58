"""The generations that there are, and an earlier one, or one that was set aside, made to serve.

The database knows the generations that served, in the order of their numbers. One that was rolled back, or that a gate
did not let through, is forgotten there and stays in the folder until a newer one serves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.errors import IndexUnavailable, RequestRefused
from bot.indexing.generations import Generation, load_generation, set_aside_generation
from bot.indexing.manifest import Manifest
from bot.storage.database import Database, Transaction
from bot.storage.generations import (
    GenerationRow,
    activate_generation,
    active_generation,
    drop_generations_after,
    known_generations,
)
from bot.storage.sources import remember_source, remembered_sources


class Standing(StrEnum):
    """What a generation is to those who ask."""

    SERVES = "serves"
    SERVED = "served before"
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True)
class KeptGeneration:
    """A generation that can serve, and whether it does."""

    row: GenerationRow
    standing: Standing

    def to_json(self) -> dict[str, Any]:
        """One of `footnote generations --json`."""
        return {
            "generation": self.row.number,
            "standing": self.standing.value,
            "articles": self.row.articles,
            "passages": self.row.passages,
            "built_at": self.row.created_at.isoformat(),
        }


def row_of(manifest: Manifest) -> GenerationRow:
    """A generation as the database is to know it."""
    return GenerationRow(
        number=manifest.number,
        manifest_sha256=manifest.sha256,
        articles=manifest.counts.articles,
        passages=manifest.counts.passages,
        created_at=manifest.created_at,
    )


def kept_generations(database: Database, index_folder: Path) -> tuple[KeptGeneration, ...]:
    """Every generation that can serve, the newest first."""
    serving, served = active_generation(database), known_generations(database)
    kept = [KeptGeneration(row, Standing.SERVES if row == serving else Standing.SERVED) for row in served]
    numbers = [row.number for row in served]
    aside = set_aside_generation(index_folder, numbers) if index_folder.is_dir() else None
    if aside is not None:
        kept.append(KeptGeneration(row_of(aside), Standing.SET_ASIDE))
    return tuple(sorted(kept, key=lambda each: -each.row.number))


Also = Callable[[Transaction, GenerationRow], None]
"""Work in the transaction that makes a generation serve, such as writing down who wished it."""


def also_nothing(_connection: Transaction, _row: GenerationRow) -> None:
    """Nothing more is to be done."""


def roll_back(
    database: Database, index_folder: Path, encoder: str, number: int | None = None, also: Also = also_nothing
) -> GenerationRow:
    """Make the generation before the serving one serve, or that of `number`, all in one transaction.

    Its files are checked first. Sources that its articles came from and that were forgotten since are remembered again,
    so that the next indexing run knows whose they are. `encoder` is the identity of the one that encodes questions.

    Raises RequestRefused when there is no such generation, IndexUnavailable when it cannot serve. Waits for nobody: a
    run that is writing a newer generation finishes, and that one serves then.
    """
    row = _wanted(kept_generations(database, index_folder), number)
    generation = load_generation(index_folder, row.number, row.manifest_sha256)
    if generation.manifest.encoder != encoder:
        raise IndexUnavailable(
            f"Generation {row.number} was made with the encoder {generation.manifest.encoder}, and questions are "
            f"encoded with {encoder}: set FOOTNOTE_ENCODER back, or choose another generation."
        )
    known = {source.key for source in remembered_sources(database)}
    with database.write() as connection:
        for key in sorted(_sources(generation) - known):
            remember_source(connection, key, key.partition(":")[2] or key, row.created_at)
        activate_generation(connection, row)
        drop_generations_after(connection, row.number)
        also(connection, row)
    return row


def _sources(generation: Generation) -> set[str]:
    return {article.source for article in generation.articles.values() if article.source}


def _wanted(kept: tuple[KeptGeneration, ...], number: int | None) -> GenerationRow:
    serving = next((each.row for each in kept if each.standing is Standing.SERVES), None)
    if serving is None and number is None:
        raise IndexUnavailable("There is no index yet: run `footnote index`.")
    if number is None:
        earlier = (each.row for each in kept if each.standing is Standing.SERVED)
        found = next(earlier, None)
        if found is None:
            raise RequestRefused(f"No generation before {serving.number if serving else 0} is kept.")
        return found
    if serving is not None and serving.number == number:
        raise RequestRefused(f"Generation {number} serves already.")
    found = next((each.row for each in kept if each.row.number == number), None)
    if found is None:
        numbers = ", ".join(str(each.row.number) for each in kept) or "none"
        raise RequestRefused(f"There is no generation {number}; those that are kept: {numbers}.")
    return found
