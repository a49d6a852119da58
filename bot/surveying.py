"""The questions that were not answered are asked again on the present index, and clustered into gaps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from bot.answering.receipts import sha256_of
from bot.assistant import Assistant, stored_message
from bot.improving.gap_causes import Found, answered_now, cause_of, nearness_in
from bot.improving.gaps import find_gaps, merged
from bot.indexing.active import ActiveGeneration
from bot.indexing.generations import Generation
from bot.models import CustomerContext, HandoffReason, Turn
from bot.storage.curated_answers import active_answers
from bot.storage.database import Database
from bot.storage.gaps import Cause, GapQuestion, NearPassage, Source, Survey, store_survey, surveyed_questions
from bot.storage.proposed_cases import CaseState, every_case
from bot.storage.recorded_turns import turns_in_portions, unhelpful_turn_ids
from bot.wire import reply_to_json
from embeddings.encoders import Encoder, Vectors
from knowledge.models import Article, Audience, Platform
from knowledge.sentences import sentence_spans

DAYS = 90
"""Older questions are no longer looked at."""
MOST_QUESTIONS = 2000
"""Of those, the newest."""
REASONS = (HandoffReason.LOW_CONFIDENCE, HandoffReason.LOOP, HandoffReason.POLICY)
PASSAGE_CHARACTERS = 400
PASSAGES = 3
INTERNAL_SENTENCES = 60
"""Of an internal article, the first ones are compared with questions."""
AT_ONCE = 64


class SurveyStopped(Exception):
    """The server stops; nothing was stored."""


@dataclass(frozen=True, slots=True)
class _Internal:
    """The sentences of internal articles: whose each is, and their vectors."""

    ids: tuple[str, ...]
    vectors: Vectors

    def nearest(self, question: Vectors) -> tuple[str | None, float]:
        """The internal article nearest to a question, and how near."""
        if not self.ids:
            return None, 0.0
        near = self.vectors @ question
        best = int(near.argmax())
        return self.ids[best], float(near[best])


@dataclass(slots=True)
class Surveyor:
    """Goes through what was not answered. Questions that were tried on the present index and configuration before are
    not tried again. Safe to use from one thread at a time."""

    database: Database
    assistant: Assistant
    encoder: Encoder
    index: ActiveGeneration
    now: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False
    _vectors: dict[str, Vectors] = field(default_factory=dict)

    def checked_on(self) -> str:
        """What a question is tried on now: index, configuration and curated answers. IndexUnavailable, StorageError."""
        curated = [[each.number, each.version] for each in active_answers(self.database, self.now().date())]
        tried_on = f"{self.index.current().sha256[:16]}-{self.assistant.config_hash}"
        return f"{tried_on}-{sha256_of(curated)[:16]}" if curated else tried_on

    def survey(self) -> Survey:
        """Finds the gaps and stores them. IndexUnavailable, StorageError; SurveyStopped when the server stops."""
        now, generation, checked_on = self.now(), self.index.current(), self.checked_on()
        ids = unhelpful_turn_ids(self.database, now - timedelta(days=DAYS), REASONS)[-MOST_QUESTIONS:]
        known = {question.turn_id: question for question in surveyed_questions(self.database)}
        fresh = {id_: known[id_] for id_ in ids if id_ in known and known[id_].checked_on == checked_on}
        tried = self._tried([id_ for id_ in ids if id_ not in fresh], generation, checked_on)
        questions = [question for id_ in ids if (question := fresh.get(id_) or tried.get(id_)) is not None]
        found = find_gaps(questions, self._vectors_of([question.question for question in questions]), now)
        survey = Survey(
            surveyed_at=now,
            checked_on=checked_on,
            newest=max((question.asked_at for question in questions), default=None),
            questions=len(questions),
        )
        store_survey(self.database, survey, questions, lambda before, was_in: merged(found, before, was_in, now))
        return survey

    def _tried(self, ids: Sequence[str], generation: Generation, checked_on: str) -> dict[str, GapQuestion]:
        internal = self._internal(generation.articles) if ids else _Internal((), np.zeros((0, 1), dtype=np.float32))
        named = _answered_by_agents(self.database)
        asked: dict[tuple[str, str], tuple[Mapping[str, Any], Mapping[str, Any]]] = {}
        found = {}
        for portion in turns_in_portions(self.database, ids):
            for turn in portion:
                if self.stopping():
                    raise SurveyStopped
                question, platform = _question_of(turn), _platform_of(turn)
                if not question or turn.reply is None:
                    continue
                if (question, platform) not in asked:
                    outcome = self.assistant.reply_to(
                        stored_message(question), CustomerContext(platform=Platform(platform))
                    )
                    asked[question, platform] = (reply_to_json(outcome.reply), outcome.trace)
                reply, trace = asked[question, platform]
                near = internal.nearest(self._vectors_of([question])[0])
                found[turn.id] = _gap_question(
                    turn, question, reply, trace, near, turn.id in named, generation, checked_on
                )
        return found

    def _internal(self, articles: Mapping[str, Article]) -> _Internal:
        ids, texts = [], []
        for article in articles.values():
            if article.audience is Audience.INTERNAL:
                spans = sentence_spans(article.body)[:INTERNAL_SENTENCES]
                own = [article.title, *(article.body[start:end] for start, end in spans)]
                ids += [article.id] * len(own)
                texts += own
        vectors = self.encoder.encode_passages(texts).vectors if texts else np.zeros((0, 1), dtype=np.float32)
        return _Internal(tuple(ids), vectors)

    def _vectors_of(self, texts: Sequence[str]) -> Vectors:
        """The vectors of questions; those of the last survey are kept."""
        missing = list(dict.fromkeys(text for text in texts if text not in self._vectors))
        for start in range(0, len(missing), AT_ONCE):
            if self.stopping():
                raise SurveyStopped
            portion = missing[start : start + AT_ONCE]
            encoded = self.encoder.encode_queries(portion).vectors
            self._vectors.update(zip(portion, encoded, strict=True))
        if len(self._vectors) > 3 * MOST_QUESTIONS:
            self._vectors = {text: self._vectors[text] for text in dict.fromkeys(texts)}
        if not texts:
            return np.zeros((0, self.encoder.dimensions), dtype=np.float32)
        return np.stack([self._vectors[text] for text in texts])


def _answered_by_agents(database: Database) -> frozenset[str]:
    """The turns of which an agent has said which article answers them."""
    cases = [case for state in (CaseState.PROPOSED, CaseState.ACCEPTED) for case in every_case(database, state)]
    told = ((case, case.decision or case.proposal.suggestion) for case in cases)
    return frozenset(case.proposal.turn_id for case, said in told if said and said.expect == "answer")


def _question_of(turn: Turn) -> str:
    """What was asked, as a question that stands alone."""
    resolved = (turn.receipt or {}).get("resolved") or turn.trace.get("rewritten_question")
    return str(resolved or turn.question).strip()


def _platform_of(turn: Turn) -> str:
    return str((turn.receipt or {}).get("platform") or turn.trace.get("platform") or Platform.ANY.value)


def _source_of(reply: Mapping[str, Any]) -> Source:
    reason = reply.get("reason")
    return Source(reason) if reason in {each.value for each in REASONS} else Source.THUMB


def _gap_question(
    turn: Turn,
    question: str,
    reply: Mapping[str, Any],
    trace: Mapping[str, Any],
    internal: tuple[str | None, float],
    named: bool,
    generation: Generation,
    checked_on: str,
) -> GapQuestion:
    source = _source_of(turn.reply or {})
    candidates = trace.get("candidates") or ()
    top = candidates[0] if candidates else None
    passage = generation.passages.get(int(top["passage_id"], 16)) if top else None
    found = Found(
        kind=reply["kind"],
        reason=reply["reason"],
        nearness=nearness_in(trace),
        coverage=generation.indexes.lexical.coverage(question, passage.key) if passage else 0.0,
        internal=internal[1],
        named=named,
    )
    cause = cause_of(question, source, found)
    return GapQuestion(
        turn_id=turn.id,
        question=question,
        source=source,
        asked_at=turn.asked_at,
        cause=cause,
        answered=answered_now(source, turn.reply, reply),
        checked_on=checked_on,
        nearest=tuple(_near(candidate, generation) for candidate in candidates[:PASSAGES]),
        internal=internal[0] if cause is Cause.POLICY and internal[1] >= found.nearness else None,
    )


def _near(candidate: Mapping[str, Any], generation: Generation) -> NearPassage:
    article = generation.articles.get(candidate["article_id"])
    text = article.body[candidate["start"] : candidate["end"]] if article else ""
    signals = candidate.get("signals") or {}
    return NearPassage(
        article_id=candidate["article_id"],
        title=candidate["title"],
        heading=candidate["heading"],
        start=candidate["start"],
        end=candidate["end"],
        text=text if len(text) <= PASSAGE_CHARACTERS else f"{text[:PASSAGE_CHARACTERS].rstrip()}…",
        score=round(min(max(float(signals.get("sentence", 0.0)), 0.0), 1.0), 4),
    )
