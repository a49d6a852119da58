"""What a language model is to Footnote: a prompt in, pieces of text out. It may fail at any time, in a sentence."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Pieces = Generator["str | Usage", None, None]
"""A completion as it comes: text, and at the end how many tokens it took, where the server says so. Close it to stop
the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a completion may take, in seconds. A second attempt before the first token counts in `first_token`."""

    connect: float = 2.0
    first_token: float = 8.0
    between_tokens: float = 10.0
    total: float = 30.0


PATIENCE = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is told: the rules (its system message), the data that they speak of, and how much it may write."""

    rules: str
    data: str
    most_tokens: int
    patience: Patience = PATIENCE


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a prompt and of its completion, as the server counted them."""

    prompt_tokens: int
    completion_tokens: int


class LanguageModelFailed(Exception):
    """The model gave no completion, or not the whole of one; the sentence says why and holds nothing that the server
    wrote. `pause` is how many seconds to wait before another attempt is worth it; None when none is."""

    def __init__(self, sentence: str, pause: float | None = None) -> None:
        super().__init__(sentence)
        self.pause = pause


class LanguageModel(Protocol):
    """Writes text to a prompt."""

    @property
    def name(self) -> str:
        """The model, as its server knows it."""

    def stream(self, prompt: Prompt) -> Pieces:
        """The completion as it is written. Raises LanguageModelFailed, also in the middle of it."""


class RecordedModel:
    """Says again what a turn's account says a model said: calls nobody. `account` is `Composition.account["model"]`."""

    def __init__(self, account: Mapping[str, Any]) -> None:
        self._account = account

    @property
    def name(self) -> str:
        """The model that was recorded."""
        return str(self._account["name"])

    def stream(self, prompt: Prompt) -> Pieces:  # noqa: ARG002 - it was answered before
        """The recorded completion, and the recorded failure after it."""
        if text := self._account["completion"]:
            yield text
        if self._account["error"]:
            raise LanguageModelFailed(self._account["error"])
        tokens = self._account["tokens"]
        if tokens["counted_by"] == "server":
            yield Usage(tokens["prompt"], tokens["completion"])
