"""The only place that chooses concrete classes: settings in, a working Footnote out."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from bot.answering.actions import own_hosts
from bot.answering.calibration import CalibratedThreshold, Threshold, bar, calibration_file
from bot.answering.checking.support import load_support_model
from bot.answering.citations import article_link
from bot.answering.composing import ExtractiveComposer
from bot.answering.confidence import load_confidence
from bot.answering.curated_book import CuratedBook
from bot.answering.evidence import Composer
from bot.answering.llm import LanguageModel, Patience
from bot.answering.model.circuit_breaker import CircuitBreaker
from bot.answering.model.guarded_model import GuardedModel
from bot.answering.model.model_rewriting import ModelRewriter
from bot.answering.model.model_summarising import ModelSummariser
from bot.answering.model.openai_model import OpenAIModel
from bot.answering.model.sentence_check import EncodedSentenceCheck
from bot.answering.model_composing import ModelComposer
from bot.answering.per_generation import PerGeneration
from bot.answering.ranking import ASKED_WEIGHTS, load_ranking_model
from bot.answering.ruled_search import EditorsRules
from bot.assistant import Assistant
from bot.errors import ConfigurationError, IndexUnavailable
from bot.handoff.topic_model import TopicModel, load_topic_model, topics_sha256
from bot.indexing.active import ActiveGeneration
from bot.indexing.contents import RULES
from bot.indexing.generations import Generation
from bot.models import Hit
from bot.refreshed import Refreshed
from bot.settings import Settings, prepare_process
from bot.storage.curated_answers import active_answers
from bot.storage.database import Database, open_database
from bot.storage.passage_rules import rules_in_force
from bot.wire import hit_to_json
from embeddings.batching import BatchingEncoder
from embeddings.encoders import Encoder
from embeddings.errors import EncoderError
from embeddings.model_files import open_model
from embeddings.onnx import OnnxEncoder
from embeddings.sentence_transformer import SentenceTransformerEncoder
from embeddings.spelling import Spelling
from prompts.budget import TokenBudget, unpack_ranks
from prompts.templates import names, render, source

QUESTIONS_AT_ONCE = 8
SUMMARY_PROMPTS = ("summary.md", "transcript.md", "judge.md", "judged.md")
"""What no answer depends on."""


@dataclass(frozen=True, slots=True)
class Footnote:
    """Everything that answers: what a command works with."""

    settings: Settings
    database: Database
    encoder: Encoder
    index: ActiveGeneration
    assistant: Assistant
    language_model: OpenAIModel | None = None
    model_summariser: ModelSummariser | None = None

    def current_generation(self) -> Generation | None:
        """The active generation, or None when there is none yet."""
        try:
            return self.index.current()
        except IndexUnavailable:
            return None

    def threshold(self) -> Threshold:
        """How sure an answer must be on the active generation, and where that comes from."""
        generation = self.current_generation()
        return bar(self.assistant.answer_threshold, generation.sha256 if generation else None)

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
            lambda index: Spelling(
                index.indexes.words, lambda word: encoder.count_tokens(word) == 1, index.indexes.name_words
            )
        ),
        action_hosts=PerGeneration(lambda index: settings.hosts_of_actions or own_hosts(index.articles.values())),
        ranking=load_ranking_model(),
        confidence=load_confidence(),
        topics=open_topic_model(encoder.identity),
        composer=wording.composer,
        rewriter=wording.rewriter,
        answer_threshold=CalibratedThreshold(
            calibration_file(settings.index_folder), calibrated_hash(settings, encoder), settings.answer_threshold
        ),
        question_characters=settings.question_characters,
        candidates=settings.candidates,
        links_start_with=settings.links_start_with,
        config_hash=config_hash(settings, encoder),
        curated=CuratedBook(
            Refreshed(lambda: active_answers(database, now().date())).current, encoder, lambda: now().date()
        ),
        rules=EditorsRules(Refreshed(lambda: rules_in_force(database, now().date())).current, encoder),
    )
    return Footnote(settings, database, encoder, index, assistant, language_model, wording.summariser)


@dataclass(frozen=True, slots=True)
class Wording:
    """Who words answers, who words follow-ups (None: only rules do), and who words summaries (None: nobody)."""

    composer: Composer
    rewriter: ModelRewriter | None
    summariser: ModelSummariser | None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def open_topic_model(identity: str) -> TopicModel | None:
    """The model that reads sensitive topics in the vectors of the encoder with this identity; None if it cannot."""
    model = load_topic_model()
    return model if model.fits(identity) else None


def open_language_model(settings: Settings) -> OpenAIModel | None:
    """The language model that the settings name, or None. Raises ConfigurationError."""
    if settings.llm_base_url is None:
        return None
    if not settings.llm_model:
        raise ConfigurationError("FOOTNOTE_LLM_BASE_URL names a server but no model; set FOOTNOTE_LLM_MODEL too.")
    return OpenAIModel(settings.llm_base_url, settings.llm_model, settings.llm_api_key.get_secret_value())


def open_wording(settings: Settings, model: LanguageModel | None, encoder: Encoder) -> Wording:
    """Quotes alone, or a language model's words where they hold. All its uses share its circuit, and those that a
    customer waits for its places: a summary has one of its own, so that no answer goes without a model for it."""
    if model is None:
        return Wording(ExtractiveComposer(render), None, None)
    breaker = CircuitBreaker(time.monotonic)
    guarded = GuardedModel(model, breaker, settings.llm_at_once)
    patience = Patience(first_token=settings.llm_first_token_seconds, total=settings.llm_total_seconds)
    count = TokenBudget(settings.ranks_folder).count
    composer = ModelComposer(
        extractive=ExtractiveComposer(render),
        llm=guarded,
        check=EncodedSentenceCheck(encoder, load_support_model()),
        count_tokens=count,
        prompt_tokens=settings.llm_prompt_tokens,
        answer_tokens=settings.llm_answer_tokens,
        patience=patience,
    )
    rewriter = ModelRewriter(llm=guarded, count_tokens=count, prompt_tokens=settings.llm_prompt_tokens)
    summariser = ModelSummariser(
        llm=GuardedModel(model, breaker, at_once=1),
        count_tokens=count,
        prompt_tokens=settings.llm_prompt_tokens,
        patience=patience,
    )
    return Wording(composer, rewriter, summariser)


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
    return _hash({**_decides(settings, encoder), "answer_threshold": settings.answer_threshold})


def calibrated_hash(settings: Settings, encoder: Encoder) -> str:
    """The same without the threshold, which a calibration is to find: as long as it stays, a calibration fits."""
    return _hash(_decides(settings, encoder))


def _hash(decides: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def _decides(settings: Settings, encoder: Encoder) -> dict[str, Any]:
    confidence = load_confidence()
    decides: dict[str, Any] = {
        "encoder": encoder.identity,
        "rules": RULES,
        "ranking": {**load_ranking_model().weights, **ASKED_WEIGHTS},
        "confidence": [model.provenance for model in (confidence.plain, confidence.asked)],
        "topics": topics_sha256() if open_topic_model(encoder.identity) else None,
        "candidates": settings.candidates,
        "action_hosts": sorted(settings.hosts_of_actions),
        "replies": {name: source(name) for name in names() if name.startswith("replies/")},
        "version": version("footnote"),
    }
    if settings.llm_base_url is not None:
        decides["language_model"] = {
            "name": settings.llm_model,
            "prompts": [source(name) for name in names() if name.endswith(".md") and name not in SUMMARY_PROMPTS],
            "tokens": [settings.llm_prompt_tokens, settings.llm_answer_tokens],
            "support": load_support_model().provenance,
        }
    return decides
