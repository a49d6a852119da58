"""Articles into passages that fit an encoder, each an exact piece of its article's body."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from knowledge.models import Article, Passage, passage_id
from knowledge.sentences import sentence_spans
from knowledge.structure import Block, BlockKind, outline

Counter = Callable[[str], int]
"""Tokens of a text, special ones left out."""

TARGET_TOKENS = 200
"""Tokens of text that a passage is filled to (about 160 English words measured best)."""

SMALL_TOKENS = 50
"""A last passage of a section that is smaller goes to the one before where the encoder allows it."""

SPECIAL_TOKENS = 2
LEAST_TOKENS = 16

SPLITTING_IDENTITY = f"headings-1(target={TARGET_TOKENS},small={SMALL_TOKENS})"
"""Changes with whatever changes where articles are cut."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A piece of the body that stays in one passage, with its tokens."""

    start: int
    end: int
    tokens: int


@dataclass(frozen=True, slots=True)
class _Context:
    """What stands in front of a passage's text for the encoder, and the tokens left for the text."""

    title: str
    heading: str
    room: int


def split(article: Article, count_tokens: Counter, max_tokens: int) -> tuple[Passage, ...]:
    """The passages of an article, in order and apart: `passage.text == article.body[passage.start:passage.end]`.

    `count_tokens` leaves special tokens out; `max_tokens` is what the encoder reads, its two special tokens included. No
    `passage.embedded_text` is longer. Raises ValueError when `max_tokens` is below 16. The rules:

    - Blocks below one heading are packed up to `TARGET_TOKENS`; never do blocks of two sections share a passage. Heading
      lines belong to the passage of the text that follows them, those at the very end to the passage before.
    - A list or a table that fits into a passage is kept whole, together with a paragraph before it that ends in a colon;
      a longer one is cut between its items or rows.
    - A paragraph that is too long is cut between sentences. A single step, bullet, table row, callout or piece of code is
      cut only when it is longer than the encoder reads (the rest would be lost): at line ends, then between sentences.
      What is still too long is cut between words, and a word between characters.
    - Title and headings get half of the room at most: where they need more, the title is cut to a quarter, and of the
      headings the outermost are left out.

    Every character of every block but white space is in exactly one passage. Time is linear in the body.
    """
    if max_tokens < LEAST_TOKENS:
        raise ValueError(
            f"An encoder that reads {max_tokens} tokens is too small to split articles for; use one of {LEAST_TOKENS} or more."
        )
    splitter = _Splitter(article, count_tokens, max_tokens - SPECIAL_TOKENS)
    return tuple(splitter.passages())
