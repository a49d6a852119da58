"""From a customer's message to a reply: what decides it, in the order in which it is decided."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from bot.answering.actions import actions_for
from bot.answering.calibration import CalibratedThreshold, bar
from bot.answering.clarify import clarify
from bot.answering.confidence import Confidence, confidence_signals
from bot.answering.curated import Asked, no_curated_answer
from bot.answering.evidence import Composer, Composition, Evidence
from bot.answering.followups import Resolution, resolve, reworded
from bot.answering.model.model_rewriting import Rewriter
from bot.answering.passage_rules import muted_places, without_rivals
from bot.answering.per_generation import PerGeneration
from bot.answering.questions import Question, read_question
from bot.answering.ranking import RankingModel
from bot.answering.receipts import Circumstances
from bot.answering.relevance import relevance_to
from bot.answering.retrieval import search
from bot.answering.ruled_search import EditorsRules
from bot.answering.search_index import SearchIndex
from bot.answering.smalltalk import small_talk
from bot.answering.stopwatch import Stopwatch
from bot.answering.version_notes import version_note
from bot.answering.versions import choose_versions
from bot.errors import EmptyMessage, MessageTooLong
from bot.handoff.escalation import Decision, decide_after_search, decide_before_search
from bot.handoff.policy import load_policy
from bot.handoff.topic_model import TopicGuess, TopicModel, pieces_of
from bot.models import Answer, CustomerContext, Handoff, HandoffReason, Hit, Notice, Reply, Said, Search
from bot.outcomes import Found, outcome_of
from bot.outcomes import Outcome as Outcome
from bot.safety.redaction import Finding, critical, masks_in, redact
from embeddings.encoders import Encoder
from embeddings.spelling import Spelling
from knowledge.models import Platform
from prompts.templates import render

_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """A customer's message as it may be stored: accepted, and with its secrets masked. `secrets` are those that let a
    thief act at once, by kind, as a customer reads them."""

    text: str
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """Answers one message; remembers nothing."""

    encoder: Encoder
    generation: Callable[[], SearchIndex]
    spellings: PerGeneration[Spelling]
    action_hosts: PerGeneration[Collection[str]]
    """Hosts that buttons may lead to."""
    ranking: RankingModel
    confidence: Confidence
    topics: TopicModel | None
    """What reads sensitive topics in vectors; None where it was fitted to those of another encoder."""
    composer: Composer
    rewriter: Rewriter | None
    answer_threshold: float | CalibratedThreshold
    question_characters: int
    candidates: int
    links_start_with: str
    config_hash: str
    curated: Callable[[Asked], Composition | None] = no_curated_answer
    """What gives a question the answer that an editor has written for it."""
    rules: EditorsRules | None = None
    """Which passages are pinned and muted; None where nobody can."""

    def read(self, text: str) -> CustomerMessage:
        """The message accepted and masked: store that and nothing else. Raises EmptyMessage and MessageTooLong."""
        # What the widget has masked before it was sent counts like what is masked here.
        return stored_message(redact(self._accepted(text)).text)

    def answer(self, text: str, context: CustomerContext, history: Sequence[Said] = ()) -> Outcome:
        """The reply to a text as a customer wrote it. Raises what `read` and `reply_to` raise."""
        return self.reply_to(self.read(text), context, history)

    def reply_to(
        self,
        message: CustomerMessage,
        context: CustomerContext,
        history: Sequence[Said] = (),
        turns: Sequence[str] = (),
    ) -> Outcome:
        """The reply to a message that was read, after `history`, which was made of the stored `turns`. Raises
        IndexUnavailable."""
        watch = Stopwatch()
        circumstances = Circumstances(
            config_hash=self.config_hash,
            context=context,
            links_start_with=self.links_start_with,
            history=history,
            turns=turns,
            secrets=message.secrets,
        )
        told = partial(outcome_of, message.text, watch, circumstances, bar(self.answer_threshold, None))
        if decision := decide_before_search(message.text, circumstances.secrets, history):
            return told(_called(decision, circumstances.secrets), decision=decision)
        if reply := _reply_without_search(message.text):
            return told(reply)
        found = self._find(message.text, circumstances, watch)
        unsure = decide_after_search(found.confidence, found.threshold.value, self._guesses(message.text, found))
        if not (unsure and unsure.topic):
            if curated := self._curated(found, context.locale):
                watch.lap("compose")
                return told(self._finished(curated.answer, found), found, curated)
            if asked := self._question_back(found, history):
                return told(asked, found)
        composed = None if unsure else self._composed(found)
        reply = self._finished(composed.answer, found) if composed else _handoff_of(found, unsure)
        watch.lap("compose")
        return told(reply, found, composed, unsure)

    def search(self, query: str, context: CustomerContext) -> tuple[Hit, ...]:
        """The ranked passages for a query, those of other versions of an article included."""
        index, query = self.generation(), redact(self._accepted(query)).text
        return self._searched(index, self._read(query, index), context.platform).hits

    def _find(self, message: str, circumstances: Circumstances, watch: Stopwatch) -> Found:
        index = self.generation()
        resolution, rewriting = self._resolved(message, circumstances.history, index)
        platform = resolution.platform or circumstances.context.platform
        question = self._read(resolution.text or message, index)
        watch.lap("encode")
        searched = self._searched(index, question, platform)
        versions = choose_versions(
            searched.hits, index.kin, index.articles, platform, index.superseded, index.latest_year
        )
        signals = confidence_signals(versions.hits, question.text, index, searched.withheld)
        searched = replace(searched, hits=versions.hits, confidence_signals=signals)
        watch.lap("search")
        return Found(
            index=index,
            resolution=resolution,
            rewriting=rewriting,
            question=question,
            platform=platform,
            search=searched,
            versions=versions,
            confidence=self.confidence.probability(signals),
            threshold=bar(self.answer_threshold, index.sha256),
        )

    def _resolved(
        self, message: str, history: Sequence[Said], index: SearchIndex
    ) -> tuple[Resolution, Mapping[str, Any] | None]:
        resolution = resolve(message, history, _titles_cited(history, index))
        if self.rewriter is None or not resolution.follows:
            return resolution, None
        rewriting = self.rewriter.rewrite(message, history)
        return reworded(resolution, rewriting.text, message, history), rewriting.account

    def _read(self, message: str, index: SearchIndex) -> Question:
        return read_question(message, self.encoder, index.indexes, self.spellings.of(index))

    def _searched(self, index: SearchIndex, question: Question, platform: Platform) -> Search:
        def searching(also: Collection[int]) -> Search:
            return search(index, question, self.ranking, candidates=self.candidates, platform=platform, also=also)

        return self.rules.applied(searching, question, index) if self.rules else searching(())

    def _guesses(self, message: str, found: Found) -> tuple[TopicGuess, ...]:
        """The sensitive topics that the message reads like; none where no model reads this encoder's vectors."""
        if self.topics is None or found.question.problem is not None:
            return ()
        pieces, needs = pieces_of(message), found.question.needs
        if len(pieces) == len(needs) == 1 and found.question.text == message:
            vectors = needs[0].vector[np.newaxis]
        else:
            vectors = self.encoder.encode_queries(pieces).vectors
        return self.topics.guesses(pieces, vectors, load_policy().wording)

    def _question_back(self, found: Found, history: Sequence[Said]) -> Reply | None:
        index, hits = found.index, without_rivals(found.search, found.index.kin)
        return clarify(hits, index.kin, index.articles, found.question.text, history, found.platform, found.confidence)

    def _curated(self, found: Found, locale: str) -> Composition | None:
        return self.curated(
            Asked(
                question=found.question,
                hits=found.search.hits,
                articles=found.index.articles,
                platform=found.platform,
                locale=locale,
                confidence=found.confidence,
                links_start_with=self.links_start_with,
            )
        )

    def _composed(self, found: Found) -> Composition | None:
        if not found.search.hits:
            return None
        return self.composer.compose(
            Evidence(
                question=found.question.text,
                hits=found.search.hits,
                articles=found.index.articles,
                relevance=relevance_to(found.question, self.encoder, found.index.indexes.texts),
                confidence=found.confidence,
                links_start_with=self.links_start_with,
                platform=found.platform,
                muted=muted_places(found.search.rules),
            )
        )

    def _finished(self, answer: Answer, found: Found) -> Answer:
        """The answer with its buttons, and with what there is to say about versions of what it cites."""
        articles = found.index.articles
        cited = [citation.article_id for citation in answer.citations]
        note = version_note(cited, found.versions, articles, found.platform, render)
        return replace(
            answer,
            text=f"{answer.text}\n\n{note}" if note else answer.text,
            actions=actions_for(cited, articles, self.action_hosts.of(found.index)),
        )

    def _accepted(self, text: str) -> str:
        if not text.strip():
            raise EmptyMessage("The question is empty; write what you would like to know.")
        if len(text) > self.question_characters:
            raise MessageTooLong(
                f"The question has {len(text):,} characters; at most {self.question_characters:,} are read. Shorten it."
            )
        return text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be stored


def _called(decision: Decision, secrets: Sequence[str]) -> Handoff:
    values = {"secret": secrets[0]} if decision.reason is HandoffReason.SECRET_SEEN else {}
    return Handoff(text=render(f"replies/{decision.reply}.txt", **values), reason=decision.reason, confidence=0.0)


def _reply_without_search(message: str) -> Reply | None:
    if talk := small_talk(message):
        return Notice(text=render(f"replies/{talk.value}.txt"), confidence=0.0)
    if not _WORD.search(message):
        return Notice(text=render("replies/nothing_to_read.txt"), confidence=0.0)
    return None


def _titles_cited(history: Sequence[Said], index: SearchIndex) -> dict[str, str]:
    cited = dict.fromkeys(id_ for said in history for id_ in said.article_ids)
    return {id_: index.articles[id_].title for id_ in cited if id_ in index.articles}


def stored_message(text: str) -> CustomerMessage:
    """A message that was stored, as it was read then: its masks tell what was masked in it."""
    return CustomerMessage(text, _critical(masks_in(text)))


def _critical(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(finding.kind.described for finding in findings if critical([finding]))


def _handoff_of(found: Found, unsure: Decision | None) -> Handoff:
    reason = HandoffReason.LOW_CONFIDENCE if unsure is None else unsure.reason
    reply = reason.value if unsure is None else unsure.reply
    return Handoff(text=render(f"replies/{reply}.txt"), reason=reason, confidence=found.confidence)
