"""One indexing run: read, plan, write a generation, make it the one that serves, remove the oldest."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.errors import IndexUnavailable
from bot.indexing.contents import RULES, follows_same_rules, make_contents
from bot.indexing.generations import (
    Draft,
    Generation,
    generations_on_disk,
    load_generation,
    remove_old_generations,
    set_aside_generation,
    write_generation,
)
from bot.indexing.lock import writer_lock
from bot.indexing.manifest import Manifest
from bot.indexing.plan import IndexPlan, SourceRead, plan_index
from bot.indexing.progress import IndexProgress
from bot.indexing.reading import Reading, location, read_sources
from bot.indexing.rolling_back import row_of
from bot.storage.database import Database
from bot.storage.generations import (
    activate_generation,
    active_generation,
    drop_generation,
    known_generations,
)
from bot.storage.quarantine import replace_quarantine
from bot.storage.sources import remember_source, remembered_sources
from embeddings.encoders import Encoder
from embeddings.errors import IndexFileError
from knowledge.models import Rejected
from knowledge.sources.source import Source

KEPT_GENERATIONS = 2
Gate = Callable[[int], bool]
"""Whether the generation of this number, which is written and does not serve, may serve."""
Reached = Callable[[str], None]
"""Hears each step as it passes: "building", "written", "renamed", "activating" (uncommitted), "activated", "pruned"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What an indexing run did."""

    added: int
    changed: int
    removed: int
    unchanged: int
    passages: int
    generation: int
    seconds: float
    rejected: tuple[Rejected, ...]
    """What could not become an article, whole sources included, each with its sentence."""
    is_new: bool = True
    """Whether a generation was written; else the one that serves holds what the sources hold."""
    serves: bool = True
    """Whether the generation serves; a new one does not if the gate was shut."""

    def to_json(self) -> dict[str, Any]:
        """The values of `footnote index --json`."""
        counts = {name: getattr(self, name) for name in ("added", "changed", "removed", "unchanged")}
        return {
            "articles": {**counts, "failed": len(self.rejected)},
            "passages": self.passages,
            "generation": self.generation,
            "seconds": round(self.seconds, 3),
        }


def build_index(
    sources: Sequence[Source],
    current: Generation | None,
    encoder: Encoder,
    database: Database,
    index_folder: Path,
    progress: IndexProgress,
    now: datetime,
    rebuild: bool = False,
    reached: Reached = lambda _: None,
    gate: Gate | None = None,
) -> IndexReport:
    """Bring the index up to date with `sources`: the remembered ones are read in their order, then new ones as given.

    `current` saves loading the serving generation once more; any other one is ignored. When nothing changed, no
    generation is written and the encoder is given no text. `rebuild` cuts and encodes everything anew, and gets by with
    a damaged index. `now` is aware. A new generation that `gate` does not let through is set aside: what serves goes on
    serving, and a source that was never read before is not remembered.

    Raises IndexBusy, IndexUnavailable (the present index is damaged, or the folder cannot be written), StorageError,
    and SourceError when the only source cannot be read. Until its activation the old generation serves.
    """
    started = time.perf_counter()
    run = _Run(encoder, database, index_folder, progress, now, reached)
    with _explained(index_folder), writer_lock(index_folder):
        present = run.present(current, rebuild)
        chosen = run.in_order(sources)
        reading = read_sources(chosen, progress)
        plan = plan_index(present.articles if present else {}, reading.reads, _listings(present))
        if present and plan.is_empty and not rebuild and follows_same_rules(present, encoder):
            manifest, is_new, serves = present.manifest, False, True
        else:
            manifest, is_new = run.write(plan, present, reading, rebuild), True
            serves = gate is None or run.passes(gate, manifest.number)
        run.record(chosen, reading, plan, manifest if is_new and serves else None, serves)
        run.prune()
    report = _report(plan, reading, manifest, time.perf_counter() - started)
    return replace(report, is_new=is_new, serves=serves)


@dataclass(frozen=True, slots=True)
class _Run:
    """The steps of a run, each over the same encoder, database and folder."""

    encoder: Encoder
    database: Database
    index_folder: Path
    progress: IndexProgress
    now: datetime
    reached: Reached

    def present(self, current: Generation | None, rebuild: bool) -> Generation | None:
        """The serving generation; to rebuild, the newest that can be loaded, so that no source unread is lost."""
        row = active_generation(self.database)
        if row is None:
            return None
        if current is not None and current.manifest.sha256 == row.manifest_sha256:
            return current
        if not rebuild:
            return load_generation(self.index_folder, row.number, row.manifest_sha256)
        for known in sorted(known_generations(self.database), key=lambda known: -known.number):
            try:
                return load_generation(self.index_folder, known.number, known.manifest_sha256)
            except IndexUnavailable:
                continue
        return None

    def in_order(self, sources: Sequence[Source]) -> list[Source]:
        """The sources, each once, those first that were remembered first."""
        places = {source.key: place for place, source in enumerate(remembered_sources(self.database))}
        once = {source.key: source for source in sources}
        return sorted(once.values(), key=lambda source: places.get(source.key, len(places)))

    def write(self, plan: IndexPlan, present: Generation | None, reading: Reading, rebuild: bool) -> Manifest:
        """Make and write the next generation."""
        contents = make_contents(plan.articles, None if rebuild else present, self.encoder, self.progress)
        draft = Draft(
            number=self._next_number(),
            created_at=self.now,
            encoder=self.encoder.identity,
            dimensions=self.encoder.dimensions,
            rules=RULES,
            listings=_next_listings(plan, present, reading.reads),
            articles=plan.articles,
            passages=contents.passages,
            indexes=contents.indexes,
        )
        return write_generation(self.index_folder, draft, self.reached)

    def passes(self, gate: Gate, number: int) -> bool:
        """Whether the gate opens, and nothing else came to serve meanwhile: a roll-back does not wait for a gate."""
        before = active_generation(self.database)
        return gate(number) and active_generation(self.database) == before

    def record(
        self, sources: Sequence[Source], reading: Reading, plan: IndexPlan, manifest: Manifest | None, serves: bool
    ) -> None:
        """Remember what was read and make the new generation, if there is one, the one that serves: all or nothing.
        Where what was read does not serve, no new source is remembered."""
        known = {source.key for source in remembered_sources(self.database)}
        read = {source.key for source in reading.reads if serves or source.key in known}
        with self.database.write() as connection:
            for source in sources:
                if source.key in read:
                    remember_source(connection, source.key, location(source), self.now)
                if source.key in read | known:
                    rejected = [row for row in plan.rejected + reading.failed if row.source == source.key]
                    replace_quarantine(connection, source.key, rejected, self.now)
            if manifest is not None:
                activate_generation(connection, row_of(manifest))
                self.reached("activating")
        if manifest is not None:
            self.reached("activated")

    def prune(self) -> None:
        """Keep the serving generation, the newest others that served before it, and the newest one that was set aside
        since; forget and remove the rest."""
        row = active_generation(self.database)
        served = [known.number for known in known_generations(self.database)]
        others = [number for number in served if row is None or number != row.number]
        keep = {*served} - {*others[: max(0, len(others) - (KEPT_GENERATIONS - 1))]}
        with self.database.write() as connection:
            for number in others:
                if number not in keep:
                    drop_generation(connection, number)
        aside = set_aside_generation(self.index_folder, served)
        remove_old_generations(self.index_folder, keep if aside is None else keep | {aside.number})
        self.reached("pruned")

    def _next_number(self) -> int:
        known = (row.number for row in known_generations(self.database))
        return max((0, *generations_on_disk(self.index_folder), *known)) + 1


@contextmanager
def _explained(index_folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, IndexFileError) as error:
        raise IndexUnavailable(
            f"The index in {index_folder} cannot be written: {error}. Give this user the right to write there and room "
            "on the disk, then run `footnote index` again; until then the newest whole index serves."
        ) from error


def _report(plan: IndexPlan, reading: Reading, manifest: Manifest, seconds: float) -> IndexReport:
    return IndexReport(
        added=len(plan.added),
        changed=len(plan.changed),
        removed=len(plan.removed),
        unchanged=len(plan.unchanged),
        passages=manifest.counts.passages,
        generation=manifest.number,
        seconds=seconds,
        rejected=plan.rejected + reading.failed,
    )


def _listings(present: Generation | None) -> tuple[str, ...]:
    return present.manifest.listings if present else ()


def _next_listings(plan: IndexPlan, present: Generation | None, reads: Sequence[SourceRead]) -> tuple[str, ...]:
    complete = {read.key for read in reads if read.complete}
    listings = {*_listings(present), *(read.key for read in reads)} - complete
    return tuple(sorted(listings & {article.source for article in plan.articles.values()}))
