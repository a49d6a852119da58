"""Sources, read to the end: what they hold, and which of them could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.indexing.plan import SourceRead
from bot.indexing.progress import IndexProgress
from knowledge.errors import SourceError
from knowledge.models import Article, Rejected
from knowledge.sources.source import Source


@dataclass(frozen=True, slots=True)
class Reading:
    """What all sources gave; `failed` holds one entry for each source that gave nothing at all."""

    reads: tuple[SourceRead, ...]
    failed: tuple[Rejected, ...]


def read_sources(sources: Sequence[Source], progress: IndexProgress) -> Reading:
    """Read every source. One that cannot be read does not stop the others; SourceError if it is the only one."""
    progress.stage("Reading", 0)
    reads: list[SourceRead] = []
    failed: list[Rejected] = []
    for source in sources:
        try:
            reads.append(_read(source, progress))
        except (SourceError, OSError) as error:
            sentence = str(error) if isinstance(error, SourceError) else f"{location(source)} cannot be read: {error}."
            if len(sources) == 1:
                raise SourceError(sentence) from error
            failed.append(Rejected(source.key, location(source), sentence))
    return Reading(tuple(reads), tuple(failed))


def location(source: Source) -> str:
    """Where a source lies: its key ("folder:/srv/help") without the kind in front."""
    return source.key.partition(":")[2] or source.key


def _read(source: Source, progress: IndexProgress) -> SourceRead:
    articles: list[Article] = []
    rejected: list[Rejected] = []
    for item in source.read():
        if isinstance(item, Article):
            articles.append(item)
        else:
            rejected.append(item)
        progress.advance(1)
    return SourceRead(source.key, source.complete, tuple(articles), tuple(rejected))
