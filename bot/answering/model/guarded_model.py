"""A language model that is asked only while it is worth it: so many calls at once, none while its circuit is open."""

import threading
from contextlib import closing

from bot.answering.llm import LanguageModel, LanguageModelFailed, Pieces, Prompt
from bot.answering.model.circuit_breaker import CircuitBreaker


class GuardedModel:
    """Refuses at once, by LanguageModelFailed, what would have to wait or would most likely fail."""

    def __init__(self, model: LanguageModel, breaker: CircuitBreaker, at_once: int) -> None:
        self._model = model
        self._breaker = breaker
        self._at_once = at_once
        self._places = threading.BoundedSemaphore(at_once)

    @property
    def name(self) -> str:
        """The model that is guarded."""
        return self._model.name

    def stream(self, prompt: Prompt) -> Pieces:
        """The model's completion. A refusal for want of a place says nothing about the model, so it is not counted."""
        if not self._places.acquire(blocking=False):
            raise LanguageModelFailed(f"The language model is busy with {self._at_once} answers, as many as it may be.")
        try:
            ticket = self._breaker.admit()
            if ticket is None:
                raise LanguageModelFailed("The language model failed often just now and is left alone for a while.")
            yield from self._reported(prompt, ticket)
        finally:
            self._places.release()

    def _reported(self, prompt: Prompt, ticket: int) -> Pieces:
        failed = False
        try:
            with closing(self._model.stream(prompt)) as pieces:
                yield from pieces
        except Exception:
            failed = True
            raise
        finally:
            self._breaker.report(ticket, failed=failed)
