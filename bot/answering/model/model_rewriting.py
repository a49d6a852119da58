"""A follow-up as a language model would put it, standing alone. Whether it may be used is decided elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

from bot.answering.llm import LanguageModel, LanguageModelFailed, Patience, Prompt
from bot.models import Said
from prompts.marked_data import mark_for, marked
from prompts.templates import render

MOST_MESSAGES = 10
MOST_CHARACTERS = 600
"""Of one message of the history, and of the rewritten question."""
ANSWER_TOKENS = 120
QUICKLY = Patience(first_token=3.0, between_tokens=2.0, total=5.0)
"""The customer waits for this and for the answer after it."""

_QUOTES = "\"'“”‘’`*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """The rewritten question (None when the model gave none), and how it came about, for the trace."""

    text: str | None
    account: Mapping[str, Any]


class Rewriter(Protocol):
    """Writes a follow-up as one question that stands alone."""

    def rewrite(self, message: str, history: Sequence[Said]) -> Rewriting:
        """`message` after `history`, oldest first."""


@dataclass(frozen=True, slots=True)
class RecordedRewriter:
    """Writes again what a turn's account says a model wrote: calls nobody."""

    account: Mapping[str, Any]

    def rewrite(self, message: str, history: Sequence[Said]) -> Rewriting:  # noqa: ARG002 - it was written before
        """What was written then."""
        text = None if self.account["failed"] else _one_question(self.account["completion"])
        return Rewriting(text=text, account=self.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRewriter:
    """Asks a language model to write a follow-up as one question that stands alone."""

    llm: LanguageModel
    count_tokens: Callable[[str], int]
    prompt_tokens: int
    patience: Patience = QUICKLY

    def rewrite(self, message: str, history: Sequence[Said]) -> Rewriting:
        """The model's wording of `message` after `history` (oldest first; its latest messages that fit are used)."""
        prompt = self._prompt(message, history)
        completion, failed = "", None
        try:
            with closing(self.llm.stream(prompt)) as pieces:
                for piece in pieces:
                    completion += piece if isinstance(piece, str) else ""
                    if len(completion) > MOST_CHARACTERS or "\n" in completion.strip():
                        break
        except LanguageModelFailed as failure:
            failed = str(failure)
        completion = completion[: MOST_CHARACTERS + 1]
        if failed is None and not (text := _one_question(completion)):
            failed = "The language model did not write one question."
        account = {"name": self.llm.name, "completion": completion, "failed": failed}
        return Rewriting(text=None if failed else text, account=account)

    def _prompt(self, message: str, history: Sequence[Said]) -> Prompt:
        rules = render("rewrite.md")
        said = [f"{each.role}: {each.text[:MOST_CHARACTERS]}" for each in history[-MOST_MESSAGES:]]
        room = self.prompt_tokens - self.count_tokens(rules) - self.count_tokens(_data([], message))
        kept: list[str] = []
        for line in reversed(said):
            room -= self.count_tokens(line)
            if room < 0:
                break
            kept.insert(0, line)
        return Prompt(rules=rules, data=_data(kept, message), most_tokens=ANSWER_TOKENS, patience=self.patience)


def _data(said: Sequence[str], message: str) -> str:
    mark = mark_for([*said, message])
    return render(
        "dialogue.md",
        mark=mark,
        conversation=marked("conversation", "\n".join(said), mark),
        message=marked("last message", message, mark),
    )


def _one_question(completion: str) -> str:
    """The first line that was written, without quotation marks; empty when it is none or too long for a question."""
    line = next(iter(completion.strip().splitlines()), "").strip().strip(_QUOTES).strip()
    return line if len(line) <= MOST_CHARACTERS else ""
