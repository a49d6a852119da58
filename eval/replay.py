"""Recorded questions asked of a candidate: another index generation, or other settings. The store is only read."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.answering.calibration import bar
from bot.answering.history import said_in
from bot.answering.model.model_rewriting import RecordedRewriter
from bot.answering.model_composing import ModelComposer
from bot.answering.receipts import Receipt
from bot.assistant import Assistant, CustomerMessage
from bot.errors import IndexUnavailable
from bot.indexing.progress import IndexProgress
from bot.models import CustomerContext, Said, Turn
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.generations import active_generation
from bot.storage.recorded_turns import recorded_turn_ids, turns_in_portions
from bot.storage.turns import turns_with_ids
from eval.errors import EvaluationError
from eval.replay_changes import Change, Flip, Tally, changes_between, replied, section_of
from eval.suite.candidate import opened_generation
from knowledge.models import Platform

WITH_PERSON = "a person had the conversation"
OLDER = "older than receipts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What recorded questions are asked of: an assistant over one generation, whatever is activated meanwhile."""

    assistant: Assistant
    generation: int
    index_sha256: str
    threshold: float
    threshold_from: str
    sections: Mapping[str, str]
    asks_model: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """What the candidate would do otherwise. `skipped` counts the turns that cannot be compared, by reason; `indexes`
    and `configurations` are how many were in force when the questions were asked."""

    since: datetime
    candidate: Candidate
    total: Tally
    sections: Mapping[str, Tally]
    flips: Sequence[Flip]
    skipped: Mapping[str, int]
    indexes: int
    configurations: int

    def to_json(self) -> dict[str, Any]:
        """For programs: counts with intervals, by section too, and every flip."""
        asked = self.candidate
        return {
            "since": self.since.isoformat(timespec="seconds"),
            "generation": asked.generation,
            "index_sha256": asked.index_sha256,
            "config_hash": asked.assistant.config_hash,
            "threshold": asked.threshold,
            "threshold_from": asked.threshold_from,
            "asks_model": asked.asks_model,
            "recorded_indexes": self.indexes,
            "recorded_configurations": self.configurations,
            "n": self.total.n,
            "skipped": dict(self.skipped),
            "p_answered": self.total.p_answered(),
            "counts": {name: each.to_json() for name, each in self.total.shares().items()},
            "sections": {
                name: {"n": own.n, **{key: each.to_json() for key, each in own.shares().items()}}
                for name, own in self.sections.items()
            },
            "flips": [flip.to_json() for flip in self.flips],
        }


def require_store(settings: Settings) -> None:
    """EvaluationError where there is no database to read, because opening one would make it."""
    if isinstance(settings.database, Path) and not settings.database.is_file():
        raise EvaluationError(f"There is no store to read at {settings.database}; give the product's --data-dir.")


@contextmanager
def opened_candidate(
    settings: Settings, database: Database, number: int | None, asks_model: bool = False
) -> Iterator[Candidate]:
    """The configuration of the settings over the generation with this number, or the one that serves. EvaluationError
    for one that is not there or of another encoder; IndexUnavailable."""
    if number is None:
        serving = active_generation(database)
        if serving is None:
            raise IndexUnavailable("There is no index yet: run `footnote index`.")
        number = serving.number
    with opened_generation(settings, number) as assistant:
        yield candidate_of(assistant, asks_model)


def candidate_of(assistant: Assistant, asks_model: bool = False) -> Candidate:
    """An assistant over the generation that it has now, as a candidate. Unless it `asks_model`, answers are quotes, and
    follow-ups are read as a model put them when they were asked."""
    generation, composer = assistant.generation(), assistant.composer
    if not asks_model and isinstance(composer, ModelComposer):
        composer = composer.extractive
    threshold = bar(assistant.answer_threshold, generation.sha256)
    return Candidate(
        assistant=replace(assistant, generation=lambda: generation, composer=composer),
        generation=generation.number,
        index_sha256=generation.sha256,
        threshold=threshold.value,
        threshold_from=threshold.sentence,
        sections={id_: article.section for id_, article in generation.articles.items()},
        asks_model=asks_model,
    )


def replay_turns(
    database: Database, since: datetime, candidate: Candidate, progress: IndexProgress, most: int | None = None
) -> ReplayReport:
    """Asks what was recorded since a moment (the newest `most` turns of it), each question with what had been said
    before it as it was read then, and its customer's platform and locale. IndexUnavailable; StorageError."""
    ids = recorded_turn_ids(database, since)
    ids = ids[-most:] if most is not None else ids
    progress.stage("Recorded questions", len(ids))
    total, sections, flips = Tally(), dict[str, Tally](), list[Flip]()
    skipped, indexes, configurations = Counter[str](), set[str | None](), set[str]()
    for turn, before in _with_history(database, ids):
        progress.advance(1)
        if turn.receipt is None:
            skipped[WITH_PERSON if turn.reply is None else OLDER] += 1
            continue
        indexes.add(turn.receipt["index"]["sha256"])
        configurations.add(turn.receipt["config"])
        flip = _asked(turn, turn.receipt, before, candidate)
        total.add(flip.then, flip.now, flip.changes)
        sections.setdefault(flip.section, Tally()).add(flip.then, flip.now, flip.changes)
        flips += [flip] if flip.changes else []
    return ReplayReport(
        since=since,
        candidate=candidate,
        total=total,
        sections=dict(sorted(sections.items(), key=lambda each: -each[1].n)),
        flips=sorted(flips, key=lambda flip: list(Change).index(flip.changes[0])),
        skipped=dict(skipped),
        indexes=len(indexes - {None}),
        configurations=len(configurations),
    )


def _with_history(database: Database, ids: Sequence[str]) -> Iterator[tuple[Turn, tuple[Turn, ...]]]:
    """Each turn with those its history was made of."""
    for portion in turns_in_portions(database, ids):
        known = {turn.id: turn for turn in portion}
        wanted = {id_ for turn in portion if turn.receipt for id_ in turn.receipt["history"]["turns"]}
        known |= turns_with_ids(database, wanted - known.keys())
        for turn in portion:
            before = turn.receipt["history"]["turns"] if turn.receipt else ()
            yield turn, tuple(known[id_] for id_ in before if id_ in known)


def _asked(turn: Turn, receipt: Receipt, before: Sequence[Turn], candidate: Candidate) -> Flip:
    assistant, history = candidate.assistant, said_in(before)
    if not candidate.asks_model:
        rewriting = (receipt.get("account") or {}).get("rewriting")
        assistant = replace(assistant, rewriter=RecordedRewriter(rewriting) if rewriting else None)
    then, now = replied(receipt), replied(_answered(assistant, turn, receipt, history))
    return Flip(
        turn_id=turn.id,
        asked_at=turn.asked_at.isoformat(timespec="seconds"),
        question=turn.question,
        platform=receipt["platform"],
        section=section_of(then, candidate.sections),
        changes=changes_between(then, now),
        then=then,
        now=now,
    )


def _answered(assistant: Assistant, turn: Turn, receipt: Receipt, history: Sequence[Said]) -> Receipt:
    context = CustomerContext(platform=Platform(receipt["platform"]), locale=receipt["locale"])
    message = CustomerMessage(turn.question, tuple(receipt["secrets"]))
    return assistant.reply_to(message, context, history).receipt
