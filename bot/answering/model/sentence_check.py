"""The check of a model's sentences with an encoder inside: what `ModelComposer` calls for each sentence."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress

from bot.answering.checking.support import Nearness, SupportModel, nearness, parts_of
from bot.answering.verification import Verdict, objection_to, stands_verbatim, verify
from embeddings.encoders import Encoder, Encoding
from embeddings.errors import EncoderError
from knowledge.rendering import plain_text

KEPT = 512
"""Encodings of passages and sentences; a completion asks for the same few again and again."""


class EncodedSentenceCheck:
    """(sentence, passage, about) to a Verdict. Encodes only what passes the check of claims, and each text once while
    it is kept. Threads may share it.

    When the encoder fails, words alone decide.
    """

    def __init__(self, encoder: Encoder, model: SupportModel) -> None:
        self._encoder, self._model = encoder, model
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], Encoding] = OrderedDict()

    def __call__(self, sentence: str, passage: str, about: str = "") -> Verdict:
        """What `verify` says, with the encoder's nearness."""
        near = None
        if not self._is_decided(sentence, passage, about):
            with suppress(EncoderError):
                near = self._nearness(sentence, passage, about)
        return verify(sentence, passage, about, model=self._model, nearness=near)

    def _is_decided(self, sentence: str, passage: str, about: str) -> bool:
        return stands_verbatim(sentence, passage) or objection_to(sentence, passage, about) is not None

    def _nearness(self, sentence: str, passage: str, about: str) -> Nearness:
        return nearness(self._encoded((plain_text(sentence),)), self._encoded(parts_of(passage, about)))

    def _encoded(self, texts: Sequence[str]) -> Encoding:
        key = tuple(texts)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        encoding = self._encoder.encode_passages(key)
        with self._lock:
            self._kept[key] = encoding
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return encoding
