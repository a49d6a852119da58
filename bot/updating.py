"""Bringing an index up to date with its sources. What serves does not import this: reading files is not its work."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.assembly import Footnote, now
from bot.curating import withdraw_changed
from bot.errors import ConfigurationError
from bot.indexing.build import Gate, IndexReport, build_index
from bot.indexing.generations import load_generation
from bot.indexing.progress import IndexProgress
from bot.storage.curated_answers import active_answers
from bot.storage.generations import active_generation
from bot.storage.sources import forget_source, remembered_sources
from knowledge.sources import open_remembered, open_source
from knowledge.sources.missing import ForgottenSource
from knowledge.sources.source import Source

SAMPLE_HELP_CENTER = Path(__file__).resolve().parent.parent / "knowledge" / "articles"


def update_index(
    footnote: Footnote,
    locations: Sequence[str],
    progress: IndexProgress,
    rebuild: bool = False,
    gate: Gate | None = None,
) -> IndexReport:
    """Read `locations` (or every remembered source, or the sample help center) and activate what changed, if the gate
    lets it through."""
    if locations:
        return build(footnote, [open_source(location) for location in locations], progress, rebuild, gate)
    remembered = [open_remembered(source.key, source.location) for source in remembered_sources(footnote.database)]
    return build(footnote, remembered or [open_source(SAMPLE_HELP_CENTER)], progress, rebuild, gate)


def forget_articles(footnote: Footnote, location: str, progress: IndexProgress) -> IndexReport:
    """Take a remembered source's articles out of the index and do not read it again. Raises ConfigurationError."""
    remembered = remembered_sources(footnote.database)
    wanted = {location, str(Path(location).expanduser().resolve())}
    source = next((source for source in remembered if wanted & {source.location, source.key}), None)
    if source is None:
        known = ", ".join(source.location for source in remembered) or "none"
        raise ConfigurationError(f"{location} is not a source that was indexed; those are: {known}.")
    report = build(footnote, [ForgottenSource(source.key)], progress)
    with footnote.database.write() as connection:
        forget_source(connection, source.key)
    return report


def build(
    footnote: Footnote,
    sources: Sequence[Source],
    progress: IndexProgress,
    rebuild: bool = False,
    gate: Gate | None = None,
) -> IndexReport:
    """Bring the index up to date with `sources`."""
    report = build_index(
        sources,
        current=None if rebuild else footnote.current_generation(),
        encoder=footnote.encoder,
        database=footnote.database,
        index_folder=footnote.settings.index_folder,
        progress=progress,
        now=datetime.now(UTC),
        rebuild=rebuild,
        gate=gate,
    )
    withdraw_outdated(footnote)
    return report


def withdraw_outdated(footnote: Footnote) -> None:
    """Withdraw the curated answers that the serving generation does not bear out: to be called whenever another one has
    come to serve. Raises IndexUnavailable, StorageError."""
    at, database = now(), footnote.database
    row = active_generation(database)
    if row is None or not active_answers(database, at.date()):
        return
    generation = footnote.current_generation()
    if generation is None or generation.manifest.sha256 != row.manifest_sha256:
        generation = load_generation(footnote.settings.index_folder, row.number, row.manifest_sha256)
    withdraw_changed(database, generation.articles, at)
