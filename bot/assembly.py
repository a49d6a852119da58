"""The only place that chooses concrete classes: settings in, a working Footnote out."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.answering.actions import own_hosts
from bot.answering.checking.support import load_support_model
from bot.answering.citations import article_link
from bot.answering.composing import ExtractiveComposer
from bot.answering.confidence import load_confidence_model
from bot.answering.evidence import Composer
from bot.answering.llm import LanguageModel, Patience
from bot.answering.model.circuit_breaker import CircuitBreaker
from bot.answering.model.guarded_model import GuardedModel
from bot.answering.model.model_rewriting import ModelRewriter
from bot.answering.model.openai_model import OpenAIModel
from bot.answering.model.sentence_check import EncodedSentenceCheck
from bot.answering.model_composing import ModelComposer
from bot.answering.per_generation import PerGeneration
from bot.answering.ranking import load_ranking_model
from bot.assistant import Assistant
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
from bot.wire import hit_to_json
from embeddings.batching import BatchingEncoder
from embeddings.encoders import Encoder
from embeddings.errors import EncoderError
from embeddings.model_files import open_model
from embeddings.onnx import OnnxEncoder
from embeddings.sentence_transformer import SentenceTransformerEncoder
from embeddings.spelling import Spelling
from knowledge.sources import open_remembered, open_source
from knowledge.sources.missing import ForgottenSource
from knowledge.sources.source import Source
from prompts.budget import TokenBudget, unpack_ranks
from prompts.templates import names, render, source

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
    language_model: OpenAIModel | None = None

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
        """Give back connections."""
        self.database.close()
        if self.language_model is not None:
            self.language_model.close()


def open_footnote(settings: Settings) -> Footnote:
    """Everything wired together. Loads no model: the encoder does that at its first text. Raises FootnoteError."""
    prepare_process(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    unpack_ranks(settings.ranks_folder)
    encoder = open_encoder(settings)
    database = open_database(settings.database)
    index = ActiveGeneration(database, settings.index_folder, encoder.identity, settings.index_poll_seconds)
    language_model = open_language_model(settings)
    wording = open_wording(settings, language_model, encoder)
    assistant = Assistant(
        encoder=encoder,
        generation=index.current,
        spellings=PerGeneration(
            lambda index: Spelling(index.indexes.words, lambda word: encoder.count_tokens(word) == 1)
        ),
        action_hosts=PerGeneration(lambda index: settings.hosts_of_actions or own_hosts(index.articles.values())),
        ranking=load_ranking_model(),
        confidence=load_confidence_model(),
        composer=wording.composer,
        rewriter=wording.rewriter,
        answer_threshold=settings.answer_threshold,
        question_characters=settings.question_characters,
        candidates=settings.candidates,
        links_start_with=settings.links_start_with,
        config_hash=config_hash(settings, encoder),
    )
    return Footnote(settings, database, encoder, index, assistant, language_model)


@dataclass(frozen=True, slots=True)
class Wording:
    """Who words answers, and who words follow-ups (None: only rules do)."""

    composer: Composer
    rewriter: ModelRewriter | None


def open_language_model(settings: Settings) -> OpenAIModel | None:
    """The language model that the settings name, or None. Raises ConfigurationError."""
    if settings.llm_base_url is None:
        return None
    if not settings.llm_model:
        raise ConfigurationError("FOOTNOTE_LLM_BASE_URL names a server but no model; set FOOTNOTE_LLM_MODEL too.")
    return OpenAIModel(settings.llm_base_url, settings.llm_model, settings.llm_api_key.get_secret_value())


def open_wording(settings: Settings, model: LanguageModel | None, encoder: Encoder) -> Wording:
    """Quotes alone, or a language model's words where they hold; both of its uses share its places and its circuit."""
    if model is None:
        return Wording(ExtractiveComposer(render), None)
    guarded = GuardedModel(model, CircuitBreaker(time.monotonic), settings.llm_at_once)
    count = TokenBudget(settings.ranks_folder).count
    composer = ModelComposer(
        extractive=ExtractiveComposer(render),
        llm=guarded,
        check=EncodedSentenceCheck(encoder, load_support_model()),
        count_tokens=count,
        prompt_tokens=settings.llm_prompt_tokens,
        answer_tokens=settings.llm_answer_tokens,
        patience=Patience(first_token=settings.llm_first_token_seconds, total=settings.llm_total_seconds),
    )
    return Wording(composer, ModelRewriter(llm=guarded, count_tokens=count, prompt_tokens=settings.llm_prompt_tokens))


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
    decides: dict[str, Any] = {
        "encoder": encoder.identity,
        "rules": RULES,
        "ranking": dict(load_ranking_model().weights),
        "confidence": load_confidence_model().provenance,
        "answer_threshold": settings.answer_threshold,
        "candidates": settings.candidates,
        "action_hosts": sorted(settings.hosts_of_actions),
        "replies": {name: source(name) for name in names() if name.startswith("replies/")},
        "version": version("footnote"),
    }
    if settings.llm_base_url is not None:
        decides["language_model"] = {
            "name": settings.llm_model,
            "prompts": [source(name) for name in names() if name.endswith(".md")],
            "tokens": [settings.llm_prompt_tokens, settings.llm_answer_tokens],
            "support": load_support_model().provenance,
        }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def _known_to(encoder: Encoder) -> Callable[[str], bool]:
    """Whether a word is one that the encoder knows as a whole."""
    return lambda word: encoder.count_tokens(word) == 1
