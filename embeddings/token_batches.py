"""Texts as batches of token ids without padding waste: pure but for the tokenizer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

TOKENISED_AT_ONCE = 1000
"""Texts; the tokenizer's own records of them are large and are given up after each such run."""
SHORT = 32
"""Tokens. Among texts so short, a run of its own costs more than padding."""


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """Some of the texts, padded to the longest: `ids` and `mask` of shape (rows, tokens).

    `kept` marks the tokens of the text itself, without padding, special tokens and prompt; `places` says where their
    vectors stand among those of all texts.
    """

    texts: NDArray[np.int64]
    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    kept: NDArray[np.bool_]
    places: NDArray[np.int64]


class TokenisedTexts:
    """Texts tokenised once, each cut at the tokenizer's limit.

    `tokenizer` truncates and does not pad; `prompt` is put before each text.
    """

    def __init__(self, texts: Sequence[str], tokenizer: Tokenizer, prompt: str, pad: int) -> None:
        self._pad = pad
        prompt_tokens = len(tokenizer.encode(prompt, add_special_tokens=False).ids) if prompt else 0
        ids, kept, lengths = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.bool_)], [0]
        remaining = iter(texts)
        while some := [prompt + encodable(text) for text in islice(remaining, TOKENISED_AT_ONCE)]:
            encodings = tokenizer.encode_batch_fast(some)
            ids.append(_flat((encoding.ids for encoding in encodings), np.int32))
            kept.append(_flat((encoding.special_tokens_mask for encoding in encodings), np.int8) == 0)
            lengths += [len(encoding.ids) for encoding in encodings]
        self._ids = np.concatenate(ids)
        self._begins = np.cumsum(lengths)
        own = np.concatenate(kept)
        own_before = np.concatenate([[0], np.cumsum(own)])
        rank = own_before[1:] - np.repeat(own_before[self._begins[:-1]], np.diff(self._begins))
        self._kept = own & (rank > prompt_tokens)
        counts = np.concatenate([[0], np.cumsum(self._kept)])
        self.starts: NDArray[np.int64] = counts[self._begins]
        """Shape (texts + 1,): where each text's kept tokens begin among all."""

    def groups(self, budget: int) -> Iterator[NDArray[np.int64]]:
        """The places of all texts, the longest first: as many together as fit into `budget` tokens with the padding, at
        least one.

        Where padding counts, a text is never padded to more than twice its length.
        """
        lengths = np.diff(self._begins)
        order = np.argsort(-lengths, kind="stable")
        start = 0
        while start < len(order):
            longest = max(1, int(lengths[order[start]]))
            fitting = order[start : start + max(1, budget // longest)]
            if longest > SHORT:
                fitting = fitting[2 * lengths[fitting] >= longest]
            yield fitting
            start += len(fitting)

    def batch(self, texts: NDArray[np.int64]) -> TokenBatch:
        """The texts at these places, padded."""
        lengths = self._begins[texts + 1] - self._begins[texts]
        columns = np.arange(lengths.max())
        filled = columns < lengths[:, None]
        sources = np.where(filled, self._begins[texts, None] + columns, 0)
        kept = filled & self._kept[sources]
        return TokenBatch(
            texts=texts,
            ids=np.where(filled, self._ids[sources], self._pad).astype(np.int64),
            mask=filled.astype(np.int64),
            kept=kept,
            places=(self.starts[texts, None] + np.cumsum(kept, axis=1) - 1)[kept],
        )


def alone(text: str, tokenizer: Tokenizer) -> TokenBatch:
    """The batch of one text without a prompt."""
    encoding = tokenizer.encode_batch_fast([encodable(text)])[0]
    ids = np.array([encoding.ids], dtype=np.int64)
    kept = np.array([encoding.special_tokens_mask], dtype=np.int8) == 0
    places = np.arange(np.count_nonzero(kept))
    return TokenBatch(np.zeros(1, dtype=np.int64), ids, np.ones_like(ids), kept, places)


def encodable(text: str) -> str:
    """The text with lone surrogates, which have no UTF-8 form and which the tokenizer refuses, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _flat(rows: Iterator[list[int]], kind: type[np.integer]) -> NDArray[Any]:
    return np.fromiter(chain.from_iterable(rows), dtype=kind)
