"""A stored turn answered again, from its receipt: the same question with the same history, on the present index."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.answering.history import said_in
from bot.answering.llm import RecordedModel
from bot.answering.model.model_rewriting import RecordedRewriter
from bot.answering.model_composing import ModelComposer
from bot.answering.receipts import Receipt, differences, same_reply
from bot.assistant import Assistant, CustomerMessage, Outcome
from bot.errors import RequestRefused
from bot.models import CustomerContext, Turn
from bot.storage.database import Database
from bot.storage.turns import turn_of
from knowledge.models import Platform


@dataclass(frozen=True, slots=True)
class Replay:
    """A turn, what became of it this time, whether the reply is the same byte for byte, and what is otherwise now."""

    turn: Turn
    outcome: Outcome
    same: bool
    differences: tuple[str, ...]


def replay(assistant: Assistant, database: Database, turn_id: str) -> Replay:
    """Answers a stored turn again. RequestRefused when there is no such turn, or the assistant did not answer it."""
    turn = turn_of(database, turn_id)
    if turn is None:
        raise RequestRefused(f"There is no turn with the id {turn_id!r}; it is the message_id of a reply.")
    receipt = turn.receipt
    if receipt is None:
        raise RequestRefused(f"The turn {turn_id} has no receipt: a person owned it, or it is older than receipts are.")
    before = [found for id_ in receipt["history"]["turns"] if (found := turn_of(database, id_))]
    outcome = as_then(assistant, receipt).reply_to(
        CustomerMessage(turn.question, tuple(receipt["secrets"])),
        CustomerContext(platform=Platform(receipt["platform"]), locale=receipt["locale"]),
        said_in(before),
        [found.id for found in before],
    )
    return Replay(turn, outcome, same_reply(receipt, outcome.receipt), differences(receipt, outcome.receipt))


def as_then(assistant: Assistant, receipt: Receipt) -> Assistant:
    """The assistant with its links where they were; a language model that was asked then says what it said."""
    account = receipt["account"] or {}
    composer, rewriter = assistant.composer, None
    if "model" in account and isinstance(composer, ModelComposer):
        composer = replace(composer, llm=RecordedModel(account["model"]))
    if account.get("rewriting"):
        rewriter = RecordedRewriter(account["rewriting"])
    links = receipt["links_start_with"]
    return replace(assistant, links_start_with=links, composer=composer, rewriter=rewriter)


def replay_to_json(replayed: Replay, explain: bool) -> dict[str, Any]:
    """In the form of `footnote ask --json`. What was measured when it was asked is no part of a replay: no timings."""
    trace: Mapping[str, Any] | None = replayed.outcome.trace if explain else None
    return {"reply": replayed.outcome.receipt["reply"], "timings_ms": {}, "trace": trace}
