"""A tokenizer of words: each is one token, [CLS] and [SEP] are put around a text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.processors import TemplateProcessing

from embeddings.token_batches import SHORT, TOKENISED_AT_ONCE, TokenBatch, TokenisedTexts, alone, encodable

PAD, CLS, SEP, UNKNOWN, LIMIT = 9, 1, 2, 3, 100
WORDS = {"[PAD]": PAD, "[CLS]": CLS, "[SEP]": SEP, "[UNK]": UNKNOWN, "query:": 4, "a": 10, "b": 11, "c": 12}


def tokenizer() -> Tokenizer:
    made = Tokenizer(WordLevel(WORDS, unk_token="[UNK]"))
    made.pre_tokenizer = WhitespaceSplit()
    made.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)])
    made.enable_truncation(LIMIT)
    return made


def tokenised(texts: list[str], prompt: str = "") -> TokenisedTexts:
    return TokenisedTexts(texts, tokenizer(), prompt, PAD)


def batches(texts: TokenisedTexts, budget: int) -> list[TokenBatch]:
    return [texts.batch(group) for group in texts.groups(budget)]


def test_a_batch_is_padded_and_knows_which_tokens_are_the_texts_own() -> None:
    texts = tokenised(["a", "b a c", ""])
    (batch,) = batches(texts, 1000)
    assert batch.texts.tolist() == [1, 0, 2]
    assert batch.ids.tolist() == [[CLS, 11, 10, 12, SEP], [CLS, 10, SEP, PAD, PAD], [CLS, SEP, PAD, PAD, PAD]]
    assert batch.mask.tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 0, 0, 0]]
    assert batch.kept.tolist() == [[False, True, True, True, False], [False, True] + [False] * 3, [False] * 5]
    assert texts.starts.tolist() == [0, 1, 4, 4]
    assert batch.places.tolist() == [1, 2, 3, 0]


def test_the_prompt_is_read_but_not_kept() -> None:
    texts = tokenised(["a b", "query:"], "query: ")
    (batch,) = batches(texts, 1000)
    assert batch.ids.tolist() == [[CLS, 4, 10, 11, SEP], [CLS, 4, 4, SEP, PAD]]
    assert texts.starts.tolist() == [0, 2, 3]


def test_the_name_of_a_special_token_in_a_text_is_text() -> None:
    assert tokenised(["a [SEP] b"]).starts.tolist() == [0, 3]


def test_a_long_text_is_cut_and_fills_a_batch_of_its_own() -> None:
    texts = tokenised(["a " * 500, "b"])
    first, second = batches(texts, 50)
    assert first.ids.shape == (1, LIMIT)
    assert texts.starts.tolist() == [0, LIMIT - 2, LIMIT - 1]
    assert second.places.tolist() == [LIMIT - 2]


def test_no_texts_make_no_batches() -> None:
    texts = tokenised([])
    assert batches(texts, 10) == []
    assert texts.starts.tolist() == [0]


def test_more_texts_than_are_tokenised_at_once() -> None:
    texts = tokenised(["a b"] * (2 * TOKENISED_AT_ONCE + 1))
    assert texts.starts[-1] == 2 * (2 * TOKENISED_AT_ONCE + 1)
    assert sum(len(batch.texts) for batch in batches(texts, 100)) == 2 * TOKENISED_AT_ONCE + 1


@given(
    lengths=st.lists(st.integers(0, LIMIT + 20), max_size=60),
    budget=st.integers(1, 600),
    prompt=st.sampled_from(["", "query: "]),
)
def test_every_token_has_one_place_and_no_batch_breaks_its_bounds(lengths: list[int], budget: int, prompt: str) -> None:
    texts = tokenised(["a " * length for length in lengths], prompt)
    own = len(prompt.split())
    kept = [min(length, LIMIT - 2 - own) for length in lengths]
    assert texts.starts.tolist() == [0, *np.cumsum(kept, dtype=int)]
    rows, places = [], []
    for batch in batches(texts, budget):
        rows += batch.texts.tolist()
        places += batch.places.tolist()
        longest, shortest = batch.mask.sum(axis=1).max(), batch.mask.sum(axis=1).min()
        assert batch.ids.shape[1] == longest
        assert batch.ids.size <= budget or len(batch.texts) == 1
        assert longest <= SHORT or 2 * shortest >= longest
        assert (batch.ids[batch.mask == 0] == PAD).all()
    assert sorted(rows) == list(range(len(lengths)))
    assert sorted(places) == list(range(sum(kept)))


@pytest.mark.parametrize(("text", "read"), [("plain", "plain"), ("lone \ud800 half", "lone ? half"), ("🙂", "🙂")])
def test_what_has_no_utf_8_form_is_a_question_mark(text: str, read: str) -> None:
    assert encodable(text) == read


@pytest.mark.parametrize("text", ["a", "b a c", "", "[CLS] a", "a " * 150, "\ud800"])
def test_a_text_alone_is_the_batch_that_it_is_among_others(text: str) -> None:
    (expected,) = batches(tokenised([text]), 1000)
    batch = alone(text, tokenizer())
    for name in ("texts", "ids", "mask", "kept", "places"):
        assert getattr(batch, name).tolist() == getattr(expected, name).tolist()
