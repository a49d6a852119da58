"""What the vectors of single texts become: a passage's vector out of its sentences', and each sentence's own beside its
title. Pure.

A passage is made of a title and of texts (its heading, its sentences), each encoded by itself. Compared with encoding
passages whole, this costs half as much where sentences are searched too, and an edit encodes one sentence anew.
"""

import numpy as np
from numpy.typing import NDArray

from embeddings.encoded_texts import EncodedTexts
from embeddings.encoders import Vectors
from embeddings.late import Members

TITLE_IN_SENTENCE = 0.5
TITLE_IN_PASSAGE = 1.0
"""The share of the title's vector that is added to a sentence's, and to the mean of a passage's sentences (all of
length 1): a sentence such as "Select it from the list" says little by itself. Decision 11 has how they were chosen."""

COMPOSITION_IDENTITY = f"composed-1(title={TITLE_IN_SENTENCE}/{TITLE_IN_PASSAGE})"
"""Vectors composed of the same vectors are equal under one identity."""


def sentence_owners(members: Members) -> NDArray[np.int64]:
    """The passage of each sentence, shape (sentences,): the sentences of all passages, one passage after the other.

    ValueError for a passage that is made of nothing.
    """
    sentences = np.diff(members.starts) - 1
    if (sentences < 0).any():
        raise ValueError(f"The passage {members.ids[np.argmin(sentences)]} has no title; build the index again.")
    owners: NDArray[np.int64] = np.repeat(members.ids, sentences)
    return owners


def sentence_vectors(texts: EncodedTexts, members: Members) -> Vectors:
    """The unit vector of each sentence with its title, shape (sentences, dimensions), in the order of the owners.

    The first member of each passage is its title.
    """
    vectors = texts.vector_block
    titles = np.repeat(vectors[_titles(members)], np.diff(members.starts) - 1, axis=0)
    return _unit(vectors[_sentences(members)] + TITLE_IN_SENTENCE * titles)


def passage_vectors(texts: EncodedTexts, members: Members) -> Vectors:
    """The unit vector of each passage, shape (passages, dimensions): the mean of its sentences by their number of
    tokens, and its title."""
    rows, sentences = _sentences(members), np.diff(members.starts) - 1
    tokens = np.maximum(np.diff(texts.starts)[rows], 1).astype(np.float32)
    sums = np.zeros((len(members), texts.dimensions), dtype=np.float32)
    np.add.at(sums, np.repeat(np.arange(len(members)), sentences), texts.vector_block[rows] * tokens[:, np.newaxis])
    return _unit(_unit(sums) + TITLE_IN_PASSAGE * texts.vector_block[_titles(members)])


def _titles(members: Members) -> NDArray[np.int32]:
    return members.rows[members.starts[:-1]]


def _sentences(members: Members) -> NDArray[np.int32]:
    is_title = np.zeros(len(members.rows), dtype=np.bool_)
    is_title[members.starts[:-1]] = True
    return members.rows[~is_title]


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return unit
