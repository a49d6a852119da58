"""A data directory to index in, a source that is a list, an encoder that remembers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.indexing.build import Gate, IndexReport, build_index
from bot.indexing.generations import Generation, load_generation
from bot.indexing.progress import SilentProgress
from bot.storage.database import Database
from bot.storage.generations import active_generation
from embeddings.encoders import Encoding, Progress
from knowledge.errors import SourceError
from knowledge.models import Article, Rejected
from tests.fakes import LetterEncoder

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


class RecordingEncoder(LetterEncoder):
    """Keeps every text it was given."""

    def __init__(self, identity: str = "letters") -> None:
        self.identity = identity
        self.texts: list[str] = []

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        self.texts.extend(texts)
        return super().encode_passages(texts, progress)


@dataclass
class Shelf:
    """A source in memory; `broken` is the sentence with which it refuses to be read."""

    key: str
    items: list[Article | Rejected]
    complete: bool = True
    broken: str = ""

    def read(self) -> Iterator[Article | Rejected]:
        if self.broken:
            raise SourceError(self.broken)
        for item in self.items:
            yield item if isinstance(item, Rejected) else replace(item, source=self.key, origin=f"{item.id}.md")


@dataclass
class Workshop:
    """A data directory, an encoder, and one verb: index."""

    database: Database
    folder: Path
    encoder: RecordingEncoder = field(default_factory=RecordingEncoder)

    def index(
        self,
        *sources: Shelf,
        current: Generation | None = None,
        rebuild: bool = False,
        now: datetime = NOW,
        gate: Gate | None = None,
    ) -> IndexReport:
        return build_index(
            sources,
            current,
            self.encoder,
            self.database,
            self.folder,
            SilentProgress(),
            now,
            rebuild=rebuild,
            gate=gate,
        )

    def generation(self) -> Generation:
        row = active_generation(self.database)
        assert row is not None
        return load_generation(self.folder, row.number, row.manifest_sha256)

    def entries(self) -> list[str]:
        return sorted(entry.name for entry in self.folder.iterdir())
