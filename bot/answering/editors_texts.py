"""The questions that editors wrote, each read once, ready to be compared with those of customers."""

import threading
from collections.abc import Iterable

from bot.answering.question_likeness import ComparedText, Vector, has_meaning
from embeddings.encoders import Encoder
from embeddings.errors import EncoderError

TEXTS_KEPT = 10_000
"""Of more than so many, those are kept that were asked for last."""


class EditorsTexts:
    """Keeps the vectors of texts. Threads may share it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._reading = threading.Lock()
        self._known: dict[str, ComparedText] = {}

    def read(self, texts: Iterable[str]) -> dict[str, ComparedText]:
        """Each text as it is compared; those that are new are encoded together. When the encoder fails these have no
        vectors, and the next call tries again."""
        wanted = dict.fromkeys(texts)
        known = self._known
        if not wanted.keys() <= known.keys():
            with self._reading:
                known = self._with(wanted)
        return {text: known[text] for text in wanted}

    def _with(self, wanted: Iterable[str]) -> dict[str, ComparedText]:
        new = [text for text in wanted if text not in self._known]
        try:
            vectors = self._vectors(new)
        except EncoderError:
            return self._known | {text: ComparedText.of(text) for text in new}
        known = self._known | {text: ComparedText.of(text, vectors.get(text, ())) for text in new}
        self._known = known if len(known) <= TEXTS_KEPT else {text: known[text] for text in wanted}
        return self._known

    def _vectors(self, texts: Iterable[str]) -> dict[str, tuple[Vector, ...]]:
        legible = [text for text in texts if has_meaning(text)]
        found = self._encoder.encode_queries(legible).vectors if legible else ()
        return {text: (vector,) for text, vector in zip(legible, found, strict=True)}
