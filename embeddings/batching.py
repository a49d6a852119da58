"""Questions that come at the same time, encoded together."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import numpy as np

from embeddings.encoders import Encoder, Encoding, Progress


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    """One caller's texts. `turn` is set when there is a result, or when the caller shall run the next batch."""

    texts: Sequence[str]
    turn: threading.Event = field(default_factory=threading.Event)
    result: "Future[Encoding]" = field(default_factory=Future)


class BatchingEncoder:
    """An `Encoder` that merges the questions of several threads: while `runs` runs are on, others queue for the next.

    A question that finds a run free is encoded at once; nobody waits for a timer. A run takes whole callers, at most
    `most` texts, or one caller with more. When it fails, each caller's texts are tried by themselves, so that an error
    reaches only whom it concerns. The encoder within must give a text the same vectors alone and among others.
    """

    def __init__(self, encoder: Encoder, most: int, runs: int) -> None:
        if most < 1 or runs < 1:
            raise ValueError(f"{runs} runs of {most} questions encode nothing; give 1 or more of each.")
        self._encoder = encoder
        self._most = most
        self._free = runs
        self._lock = threading.Lock()
        self._waiting: list[_Request] = []

    @property
    def identity(self) -> str:
        """The identity of the encoder within."""
        return self._encoder.identity

    @property
    def dimensions(self) -> int:
        """The length of a text's vector."""
        return self._encoder.dimensions

    @property
    def token_dimensions(self) -> int:
        """The length of a token's vector; 0 when there are none."""
        return self._encoder.token_dimensions

    @property
    def max_tokens(self) -> int:
        """How many of its own tokens the encoder reads, the two special ones included."""
        return self._encoder.max_tokens

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, special ones left out."""
        return self._encoder.count_tokens(text)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        """Passages as vectors, unmerged."""
        return self._encoder.encode_passages(texts, progress)

    def verify(self) -> None:
        """As the encoder within."""
        self._encoder.verify()

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        """Questions as vectors, merged with those of other threads. Raises what the encoder raises for these texts."""
        with self._lock:
            alone = self._free > 0
            if alone:
                self._free -= 1
            else:
                own = _Request(texts)
                self._waiting.append(own)
        if alone:
            try:
                return self._encoder.encode_queries(texts)
            finally:
                with self._lock:
                    self._hand_over()
        own.turn.wait()
        if not own.result.done():
            self._lead(own)
        return own.result.result()

    def _lead(self, own: _Request) -> None:
        """Run one batch, with `own` in it, and hand the run to whoever waits longest."""
        with self._lock:
            batch = [own, *self._taken(len(own.texts))]
        try:
            self._run(batch)
        finally:
            with self._lock:
                undone = [
                    request for request in batch[1:] if not request.result.done()
                ]  # if this thread is interrupted
                self._waiting = undone + self._waiting
                for request in batch:
                    if request.result.done():
                        request.turn.set()
                self._hand_over()

    def _hand_over(self) -> None:
        """Give the run that has ended to whoever waits longest. Only while the lock is held."""
        if self._waiting:
            self._waiting.pop(0).turn.set()
        else:
            self._free += 1

    def _taken(self, texts: int) -> list[_Request]:
        """Those who wait, in their order, as many as fit into a run beside `texts` others."""
        totals = accumulate((len(request.texts) for request in self._waiting), initial=texts)
        count = sum(total <= self._most for total in list(totals)[1:])
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    def _run(self, batch: list[_Request]) -> None:
        try:
            whole = self._encoder.encode_queries([text for request in batch for text in request.texts])
        except Exception as error:  # noqa: BLE001 - it is raised in the thread of the caller whom it concerns
            if len(batch) == 1:
                batch[0].result.set_exception(error)
            else:
                for request in batch:
                    self._run([request])
            return
        ends = accumulate((len(request.texts) for request in batch), initial=0)
        for request, (start, end) in zip(batch, pairwise(ends), strict=True):
            request.result.set_result(_part(whole, start, end))


def _part(whole: Encoding, start: int, end: int) -> Encoding:
    """The encoding of the texts start:end alone."""
    starts = whole.starts[start : end + 1]
    tokens = whole.tokens[starts[0] : starts[-1]]
    return Encoding(np.array(whole.vectors[start:end]), np.array(tokens), starts - starts[0])
