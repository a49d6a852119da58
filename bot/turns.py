"""A turn's table of contents: from a customer's message to a reply, and to the stored turn."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.answering.composing import compose
from bot.answering.confidence import ConfidenceModel, confidence_signals
from bot.answering.questions import Question, read_question
from bot.answering.ranking import RankingModel
from bot.answering.relevance import relevance_to
from bot.answering.retrieval import search
from bot.answering.search_index import SearchIndex
from bot.answering.smalltalk import small_talk
from bot.answering.spellings import Spellings
from bot.answering.stopwatch import Stopwatch
from bot.errors import EmptyMessage, MessageTooLong
from bot.handoff.escalation import owner_after, reason_after_search, reason_before_search
from bot.models import Conversation, CustomerContext, Handoff, HandoffReason, Hit, Notice, Reply, Search, Turn
from bot.safety.message_ids import storable_id
from bot.safety.redaction import Redaction, critical, redact
from bot.storage.database import Database
from bot.storage.turns import find_turn, record_turn
from bot.wire import reply_to_json, trace_to_json
from embeddings.encoders import Encoder
from prompts.templates import render

_WORD = re.compile(r"\w")

STORED_CANDIDATES = 20
"""Of the passages that a reply considered, the best ones that are kept with the turn; `--explain` shows all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: the question as it may be stored (redacted), the reply, and how it came about."""

    question: str
    reply: Reply
    timings_ms: Mapping[str, float]
    trace: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """Answers one message; remembers nothing."""

    encoder: Encoder
    generation: Callable[[], SearchIndex]
    spellings: Spellings
    ranking: RankingModel
    confidence: ConfidenceModel
    answer_threshold: float
    question_characters: int
    candidates: int
    links_start_with: str
    config_hash: str

    def answer(self, text: str, context: CustomerContext) -> Outcome:
        """The reply to `text`. Raises EmptyMessage, MessageTooLong and IndexUnavailable."""
        watch = Stopwatch()
        message = redact(self._accepted(text))
        if reply := self._reply_without_search(message):
            return self._outcome(message.text, reply, watch)

        index = self.generation()
        question = self._read(message.text, index)
        watch.lap("encode")
        found = self._searched(index, question, context)
        sure = self.confidence.probability(confidence_signals(found.hits, question.text, index.indexes.lexical))
        watch.lap("search")
        reply = None
        if found.hits and not reason_after_search(sure, self.answer_threshold):
            reply = compose(
                found.hits,
                index.articles[found.hits[0].passage.article_id],
                question.text,
                relevance_to(question, self.encoder, index.indexes.texts),
                confidence=sure,
                links_start_with=self.links_start_with,
            )
        reply = reply or _handoff(HandoffReason.LOW_CONFIDENCE, sure)
        watch.lap("compose")
        return self._outcome(message.text, reply, watch, found)

    def search(self, query: str, context: CustomerContext) -> tuple[Hit, ...]:
        """The ranked passages for a query, as `answer` would see them."""
        index, query = self.generation(), redact(self._accepted(query)).text
        return self._searched(index, self._read(query, index), context).hits

    def _read(self, message: str, index: SearchIndex) -> Question:
        return read_question(message, self.encoder, index.indexes, self.spellings.of(index))

    def _searched(self, index: SearchIndex, question: Question, context: CustomerContext) -> Search:
        return search(index, question, self.ranking, candidates=self.candidates, platform=context.platform)

    def _accepted(self, text: str) -> str:
        if not text.strip():
            raise EmptyMessage("The question is empty; write what you would like to know.")
        if len(text) > self.question_characters:
            raise MessageTooLong(
                f"The question has {len(text):,} characters; at most {self.question_characters:,} are read. Shorten it."
            )
        return text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be stored

    def _reply_without_search(self, message: Redaction) -> Reply | None:
        described = [finding.kind.described for finding in message.findings if critical([finding])]
        match reason_before_search(message.text, described):
            case HandoffReason.SECRET_SEEN as reason:
                return _handoff(reason, 0.0, secret=described[0])
            case HandoffReason() as reason:
                return _handoff(reason, 0.0)
        if talk := small_talk(message.text):
            return Notice(text=render(f"replies/{talk.value}.txt"), confidence=0.0)
        if not _WORD.search(message.text):
            return Notice(text=render("replies/nothing_to_read.txt"), confidence=0.0)
        return None

    def _outcome(self, question: str, reply: Reply, watch: Stopwatch, search: Search | None = None) -> Outcome:
        trace = trace_to_json(question, reply, self.answer_threshold, self.config_hash, search)
        return Outcome(question, reply, watch.timings_ms(), trace)


def take_turn(
    assistant: Assistant, database: Database, conversation: Conversation, text: str, client_message_id: str
) -> Turn:
    """Answer a message of a conversation and store the turn, once for each `client_message_id`."""
    client_message_id = storable_id(client_message_id)
    if told := find_turn(database, conversation.id, client_message_id):
        return told
    outcome = assistant.answer(text, conversation.context)
    considered = outcome.trace["candidates"][:STORED_CANDIDATES]
    turn = Turn(
        id=f"msg_{secrets.token_hex(12)}",
        conversation_id=conversation.id,
        client_message_id=client_message_id,
        question=outcome.question,
        reply=reply_to_json(outcome.reply),
        trace={**outcome.trace, "candidates": considered, "timings_ms": outcome.timings_ms},
        asked_at=datetime.now(UTC),
    )
    return record_turn(database, turn, partial(owner_after, outcome.reply))


def _handoff(reason: HandoffReason, confidence: float, **values: str) -> Handoff:
    return Handoff(text=render(f"replies/{reason.value}.txt", **values), reason=reason, confidence=confidence)
