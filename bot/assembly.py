"""The only place that chooses concrete classes: settings in, a working Footnote out."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.answering.citations import article_link
from bot.answering.confidence import load_confidence_model
from bot.answering.ranking import load_ranking_model
from bot.answering.spellings import Spellings
from bot.errors import ConfigurationError, IndexUnavailable
from bot.indexing.active import ActiveGeneration
from bot.indexing.build import IndexReport, build_index
from bot.indexing.contents import RULES
from bot.indexing.generations import Generation
from bot.indexing.progress import IndexProgress
from bot.models import Hit
from bot.settings import Settings, prepare_process
from bot.storage.database import Database, open_database
from bot.storage.sources import forget_source, remembered_sources
from bot.turns import Assistant
from bot.wire import hit_to_json
from embeddings.batching import BatchingEncoder
from embeddings.encoders import Encoder
from embeddings.errors import EncoderError
from embeddings.model_files import open_model
from embeddings.onnx import OnnxEncoder
from embeddings.sentence_transformer import SentenceTransformerEncoder
from knowledge.sources import open_remembered, open_source
from knowledge.sources.missing import ForgottenSource
from knowledge.sources.source import Source
from prompts.budget import unpack_ranks

QUESTIONS_AT_ONCE = 8
SAMPLE_HELP_CENTER = Path(__file__).resolve().parent.parent / "knowledge" / "articles"


@dataclass(frozen=True, slots=True)
class Footnote:
    """Everything a command or the server works with."""

    settings: Settings
    database: Database
    encoder: Encoder
    index: ActiveGeneration
    assistant: Assistant

    def update_index(self, locations: Sequence[str], progress: IndexProgress, rebuild: bool = False) -> IndexReport:
        """Read `locations` (or every remembered source, or the sample help center) and activate what changed."""
        if locations:
            return self.build([open_source(location) for location in locations], progress, rebuild)
        remembered = [open_remembered(source.key, source.location) for source in remembered_sources(self.database)]
        return self.build(remembered or [open_source(SAMPLE_HELP_CENTER)], progress, rebuild)

    def forget(self, location: str, progress: IndexProgress) -> IndexReport:
        """Take a remembered source's articles out of the index and do not read it again. Raises ConfigurationError."""
        remembered = remembered_sources(self.database)
        wanted = {location, str(Path(location).expanduser().resolve())}
        source = next((source for source in remembered if wanted & {source.location, source.key}), None)
        if source is None:
            known = ", ".join(source.location for source in remembered) or "none"
            raise ConfigurationError(f"{location} is not a source that was indexed; those are: {known}.")
        report = self.build([ForgottenSource(source.key)], progress)
        with self.database.write() as connection:
            forget_source(connection, source.key)
        return report

    def build(self, sources: Sequence[Source], progress: IndexProgress, rebuild: bool = False) -> IndexReport:
        """Bring the index up to date with `sources`."""
        return build_index(
            sources,
            current=None if rebuild else self.current_generation(),
            encoder=self.encoder,
            database=self.database,
            index_folder=self.settings.index_folder,
            progress=progress,
            now=datetime.now(UTC),
            rebuild=rebuild,
        )

    def current_generation(self) -> Generation | None:
        """The active generation, or None when there is none yet."""
        try:
            return self.index.current()
        except IndexUnavailable:
            return None

    def hit_to_json(self, rank: int, hit: Hit) -> dict[str, Any]:
        """A ranked passage in the form of `footnote search --json`."""
        article = self.index.current().articles[hit.passage.article_id]
        url = article_link(article, hit.passage.start, hit.passage.end, self.settings.links_start_with)
        return hit_to_json(rank, hit, article.platform.value, article.updated_at, url)

    def close(self) -> None:
        """Give back the database's connections."""
        self.database.close()


def open_footnote(settings: Settings) -> Footnote:
    """Everything wired together. Loads no model: the encoder does that at its first text. Raises FootnoteError."""
    prepare_process(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    unpack_ranks(settings.ranks_folder)
    encoder = open_encoder(settings)
    database = open_database(settings.database_file)
    index = ActiveGeneration(database, settings.index_folder, encoder.identity, settings.index_poll_seconds)
    assistant = Assistant(
        encoder=encoder,
        generation=index.current,
        spellings=Spellings(lambda word: encoder.count_tokens(word) == 1),
        ranking=load_ranking_model(),
        confidence=load_confidence_model(),
        answer_threshold=settings.answer_threshold,
        question_characters=settings.question_characters,
        candidates=settings.candidates,
        links_start_with=settings.links_start_with,
        config_hash=config_hash(settings, encoder),
    )
    return Footnote(settings, database, encoder, index, assistant)


def open_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name. Raises ConfigurationError."""
    try:
        files = open_model(settings.encoder, settings.models_folder)
    except EncoderError as error:
        raise ConfigurationError(str(error)) from error
    torch = SentenceTransformerEncoder(files, settings.encoder_threads)
    folder = settings.models_folder / "onnx"
    onnx = OnnxEncoder(files, folder, settings.encoder_threads, torch, settings.encoder_precision)
    return BatchingEncoder(onnx, QUESTIONS_AT_ONCE, settings.encoder_threads)


def config_hash(settings: Settings, encoder: Encoder) -> str:
    """16 hexadecimal digits over everything but the index that decides an answer."""
    decides = {
        "encoder": encoder.identity,
        "rules": RULES,
        "ranking": dict(load_ranking_model().weights),
        "confidence": load_confidence_model().provenance,
        "answer_threshold": settings.answer_threshold,
        "candidates": settings.candidates,
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]
