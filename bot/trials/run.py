"""A question tried once: the reply that a customer would get, and everything it came about by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.answering.history import said_by_assistant
from bot.answering.llm import LanguageModel, Prompt
from bot.answering.model.model_rewriting import ModelRewriter
from bot.answering.model.overheard_model import OverheardModel
from bot.answering.model_composing import ModelComposer
from bot.answering.receipts import Receipt, sha256_of
from bot.answering.search_index import SearchIndex
from bot.assistant import Assistant
from bot.models import Said
from bot.trials.question import TrialQuestion
from bot.wire import reply_to_json

FORMAT = 1
ID_DIGITS = 32
"""Of a receipt's hash. All 64 would be masked as a private key wherever somebody writes down where a run is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A question, its reply in the public JSON, and why: JSON values all of them.

    `earlier` are the messages before it as they were read, the bot's own included; `prompts` what a language model was
    asked, each with what for; `families` the articles that were considered for others of their family.
    """

    question: TrialQuestion
    asked_at: datetime
    reply: Mapping[str, Any]
    trace: Mapping[str, Any]
    receipt: Receipt
    timings_ms: Mapping[str, float]
    earlier: Sequence[Mapping[str, Any]] = ()
    prompts: Sequence[Mapping[str, Any]] = ()
    families: Sequence[Mapping[str, Any]] = ()

    @property
    def id(self) -> str:
        """The beginning of the receipt's hash: the same question on the same index and settings gives the same."""
        return sha256_of(self.receipt)[:ID_DIGITS]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "format": FORMAT,
            "receipt_sha256": sha256_of(self.receipt),
            "question": self.question.to_json(),
            "asked_at": self.asked_at.isoformat(),
            "reply": dict(self.reply),
            "trace": dict(self.trace),
            "receipt": dict(self.receipt),
            "timings_ms": dict(self.timings_ms),
            "earlier": [dict(said) for said in self.earlier],
            "prompts": [dict(prompt) for prompt in self.prompts],
            "families": [dict(family) for family in self.families],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Run":
        """The run that `to_json` wrote. KeyError, ValueError or TypeError for anything else."""
        if row["format"] != FORMAT:
            raise ValueError(f"The run has the format {row['format']!r}, not {FORMAT}.")
        return cls(
            question=TrialQuestion.from_json(row["question"]),
            asked_at=datetime.fromisoformat(row["asked_at"]),
            **{
                name: row[name]
                for name in ("reply", "trace", "receipt", "timings_ms", "earlier", "prompts", "families")
            },
        )


def try_question(assistant: Assistant, question: TrialQuestion, at: datetime) -> Run:
    """Asks as a customer would. Nothing is stored: the assistant remembers nothing. EmptyMessage, MessageTooLong,
    IndexUnavailable."""
    message = assistant.read(question.text)
    history = history_of(assistant, question)
    listening, heard = _overheard(assistant)
    outcome = listening.reply_to(message, question.context, history)
    return Run(
        question=replace(question, text=outcome.question),
        asked_at=at,
        reply=reply_to_json(outcome.reply),
        trace=outcome.trace,
        receipt=outcome.receipt,
        timings_ms=outcome.timings_ms,
        earlier=[{"role": said.role, "text": said.text, "kind": said.kind} for said in history],
        prompts=[_prompt(purpose, prompt) for purpose, model in heard.items() for prompt in model.prompts],
        families=families_of(outcome.trace, assistant.generation()) if outcome.trace["candidates"] else [],
    )


def history_of(assistant: Assistant, question: TrialQuestion) -> tuple[Said, ...]:
    """The earlier messages; where the bot's reply to one of the customer's was not given, the one that it gives now."""
    history: list[Said] = []
    for number, said in enumerate(question.earlier, start=1):
        before = tuple(history)
        history.append(said)
        is_answered = any(after.role == "assistant" for after in question.earlier[number : number + 1])
        if said.role == "user" and not is_answered:
            outcome = assistant.reply_to(assistant.read(said.text), question.context, before)
            history.append(said_by_assistant(reply_to_json(outcome.reply)))
    return tuple(history)


def families_of(trace: Mapping[str, Any], index: SearchIndex) -> list[dict[str, Any]]:
    """The considered articles that stand for others of their family, in the order of the candidates, with those."""
    considered = dict.fromkeys(candidate["article_id"] for candidate in trace["candidates"])
    return [
        {
            **_named(id_, index),
            "others": [_named(other, index) for other in kin if other != id_ and _known(other, index)],
        }
        for id_ in considered
        if _known(id_, index) and len(kin := index.kin.get(id_, ())) > 1
    ]


def _overheard(assistant: Assistant) -> tuple[Assistant, dict[str, OverheardModel]]:
    """The assistant with an ear at its language model, by what the model is asked for."""
    heard: dict[str, OverheardModel] = {}

    def listen(purpose: str, model: LanguageModel) -> OverheardModel:
        heard[purpose] = OverheardModel(model)
        return heard[purpose]

    rewriter, composer = getattr(assistant, "rewriter", None), getattr(assistant, "composer", None)
    if isinstance(rewriter, ModelRewriter):
        assistant = replace(assistant, rewriter=replace(rewriter, llm=listen("rewriting", rewriter.llm)))
    if isinstance(composer, ModelComposer):
        assistant = replace(assistant, composer=replace(composer, llm=listen("answer", composer.llm)))
    return assistant, heard


def _prompt(purpose: str, prompt: Prompt) -> dict[str, Any]:
    return {"for": purpose, "rules": prompt.rules, "data": prompt.data}


def _known(id_: str, index: SearchIndex) -> bool:
    return id_ in index.articles


def _named(id_: str, index: SearchIndex) -> dict[str, Any]:
    article = index.articles[id_]
    return {"id": id_, "title": article.title, "platform": article.platform.value}
