import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bot.errors import IndexUnavailable
from bot.indexing.contents import Contents, follows_same_rules, make_contents
from bot.indexing.generations import Generation, title_key
from bot.indexing.progress import SilentProgress
from embeddings.encoded_texts import text_key
from embeddings.encoders import Encoding, Progress
from knowledge.models import Article, Audience
from tests.bot.indexing.workshop import RecordingEncoder, Shelf, Workshop
from tests.fakes import LetterEncoder

FEES = Article(id="fees", title="Fees", body="The fee is 1 USDT. It is taken at once.")
LIMITS = Article(id="limits", title="Limits", body="## Daily\n\nThe limit is 100 USDT.")
SECRET = Article(id="secret", title="Secret", body="Ask the risk desk.", audience=Audience.INTERNAL)


class ShortEncoder(RecordingEncoder):
    """Reads 14 words and no more."""

    max_tokens = 16


def made(*articles: Article, present: Generation | None = None, encoder: LetterEncoder | None = None) -> Contents:
    by_id = {article.id: article for article in articles}
    return make_contents(by_id, present, encoder or RecordingEncoder(), SilentProgress())


def texts_of(contents: Contents, article_id: str) -> list[list[int]]:
    """The keys of the texts of each passage of an article."""
    own = [key for key, passage in contents.passages.items() if passage.article_id == article_id]
    return [contents.indexes.text_keys(key) for key in own]


def test_only_public_articles_are_cut_and_encoded() -> None:
    encoder = RecordingEncoder()
    contents = made(FEES, SECRET, encoder=encoder)
    assert {(key, passage.key, passage.article_id) for key, passage in contents.passages.items()} == {
        (key, key, "fees") for key in contents.passages
    }
    assert contents.indexes.titles.ids == [title_key("fees")]
    assert encoder.texts == ["Fees", "The fee is 1 USDT.", "It is taken at once."]


def test_a_passage_is_made_of_title_heading_and_sentences() -> None:
    contents = made(LIMITS)
    keys = contents.indexes.texts.rows(texts_of(contents, "limits")[0])
    stored = contents.indexes.texts.vector_block[keys]
    expected = LetterEncoder().encode_passages(["Limits", "Daily", "The limit is 100 USDT."]).vectors
    np.testing.assert_array_equal(stored, expected)


@pytest.mark.parametrize(
    "body", ["## Only\n\n## headings", "| head | only |\n|---|---|", "## Deep\n\nText.\n\n### End"]
)
def test_what_has_no_sentence_can_be_found_all_the_same(body: str) -> None:
    contents = made(Article(id="a", title="T", body=body))
    assert contents.passages
    assert set(contents.indexes.sentences.ids) == set(contents.passages)


def test_a_passage_below_a_heading_and_without_a_sentence_keeps_its_text() -> None:
    head = "| " + " | ".join(f"column{place}" for place in range(8)) + " |\n" + "|---" * 8 + "|"
    row = "\n| " + " | ".join(f"cell{place}" for place in range(8)) + " |"
    encoder = ShortEncoder()
    contents = made(Article(id="a", title="T", body=f"## Prices\n\n{head}{row * 3}"), encoder=encoder)
    first, *_ = contents.passages.values()
    assert "cell" not in first.text and first.heading == "Prices"
    assert first.text in encoder.texts
    assert all(len(keys) >= 3 for keys in texts_of(contents, "a"))


def test_unchanged_articles_are_neither_cut_nor_encoded(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.index(Shelf("docs", [FEES, LIMITS]))
    present, encoder = workshop.generation(), RecordingEncoder()
    cut: list[str] = []
    monkeypatch.setattr("bot.indexing.contents.outline", lambda body: cut.append(body) or ())
    contents = made(*present.articles.values(), present=present, encoder=encoder)
    assert (cut, encoder.texts) == ([], [])
    assert all(present.passages[key] is passage for key, passage in contents.passages.items())
    assert set(contents.passages) == set(present.passages)
    for key in contents.passages:
        assert contents.indexes.text_keys(key) == present.indexes.text_keys(key)
    question = encoder.encode_queries(["How much is it?"])
    found, before = (index.dense.search(question.vectors[0], 9) for index in (contents.indexes, present.indexes))
    assert found == before


def test_an_edited_sentence_is_the_only_text_encoded(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES, LIMITS]))
    present, encoder = workshop.generation(), RecordingEncoder()
    edited = replace(present.articles["fees"], body=FEES.body.replace("at once", "later"))
    contents = made(edited, present.articles["limits"], present=present, encoder=encoder)
    assert encoder.texts == ["It is taken later."]
    assert "It is taken at once." not in contents.indexes.texts
    for passage in contents.passages.values():
        assert (present.passages.get(passage.key) is passage) == (passage.article_id == "limits")


def test_what_is_said_no_more_is_forgotten(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES, LIMITS]))
    present = workshop.generation()
    texts = made(present.articles["limits"], present=present).indexes.texts
    assert "Fees" not in texts and "It is taken at once." not in texts
    assert texts.keys.tolist() == [text_key(text) for text in ("Limits", "Daily", "The limit is 100 USDT.")]


def test_another_identity_follows_other_rules(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES]))
    present, other = workshop.generation(), RecordingEncoder("other")
    assert follows_same_rules(present, RecordingEncoder("letters"))
    assert not follows_same_rules(present, other)
    contents = made(*present.articles.values(), present=present, encoder=other)
    assert [present.passages[key] is passage for key, passage in contents.passages.items()] == [False]
    assert other.texts == workshop.encoder.texts


@pytest.mark.parametrize("width", [0, 16])
def test_another_width_of_token_vectors_follows_other_rules(workshop: Workshop, width: int) -> None:
    class Other(RecordingEncoder):
        token_dimensions = width

        def encode_queries(self, texts: Sequence[str]) -> Encoding:
            whole = LetterEncoder().encode_queries(texts)
            starts = whole.starts if width else np.zeros_like(whole.starts)
            return Encoding(whole.vectors, whole.tokens[: starts[-1], :width], starts)

    workshop.index(Shelf("docs", [FEES]))
    present, other = workshop.generation(), Other()
    assert present.manifest.encoder == other.identity
    assert not follows_same_rules(present, other)
    contents = made(*present.articles.values(), present=present, encoder=other)
    assert other.texts == workshop.encoder.texts
    assert contents.indexes.texts.token_dimensions == width
    assert (contents.indexes.late is None) == (width == 0)


def test_other_rules_cut_anew_and_encode_nothing_again(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.index(Shelf("docs", [FEES]))
    present, encoder = workshop.generation(), RecordingEncoder()
    monkeypatch.setattr("bot.indexing.contents.RULES", "others")
    assert not follows_same_rules(present, encoder)
    contents = made(*present.articles.values(), present=present, encoder=encoder)
    assert encoder.texts == []
    assert [present.passages[key] is passage for key, passage in contents.passages.items()] == [False]


def test_known_texts_keep_their_vectors_and_new_ones_are_encoded_once(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES]))
    present, encoder = workshop.generation(), RecordingEncoder()
    twins = [Article(id=id_, title="Fees", body="New. The fee is 1 USDT.") for id_ in ("x", "y")]
    texts = made(*twins, present=present, encoder=encoder).indexes.texts
    assert encoder.texts == ["New."]
    for text in ("Fees", "The fee is 1 USDT."):
        np.testing.assert_array_equal(texts.vectors([text]), present.indexes.texts.vectors([text]))
        np.testing.assert_array_equal(texts.tokens(text), present.indexes.texts.tokens(text))
    np.testing.assert_array_equal(texts.vectors(["New."]), encoder.encode_queries(["New."]).vectors)
    assert len(texts) == 3


def test_what_is_longer_than_the_encoder_reads_is_encoded_in_pieces() -> None:
    head = "| " + " ".join(f"column{place}" for place in range(9)) + " |\n|---|"
    row = "| " + " ".join(f"cell{place}" for place in range(9)) + " |"
    encoder = ShortEncoder()
    contents = made(Article(id="a", title="T", body=f"{head}\n{row}\n\nA few words."), encoder=encoder)
    assert all(encoder.count_tokens(text) <= 14 for text in encoder.texts)
    words = {word for text in encoder.texts for word in text.split()}
    assert {f"{name}{place}" for name in ("column", "cell") for place in range(9)} <= words
    assert set(contents.indexes.sentences.ids) == set(contents.passages)


def test_a_vector_that_is_not_finite_is_a_sentence_and_makes_no_index() -> None:
    class Spoilt(RecordingEncoder):
        def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
            whole = super().encode_passages(texts, progress)
            whole.vectors[-1, 3] = np.nan
            return whole

    with pytest.raises(IndexUnavailable, match=r"the old one stays: .*'It is taken at once.' holds a number that is"):
        made(FEES, encoder=Spoilt())


@pytest.mark.parametrize(
    "body",
    ["This is one sentence of some words. " * 1_500, "| a | b |\n|---|---|\n" + "| some row | of it |\n" * 2_500],
)
def test_a_long_block_takes_linear_time(body: str) -> None:
    begun = time.process_time()
    contents = made(Article(id="a", title="T", body=body))
    assert time.process_time() - begun < 20
    assert len(contents.passages) > 40


def test_nothing_at_all() -> None:
    contents = made()
    assert (contents.passages, len(contents.indexes.texts), contents.indexes.dense.dimensions) == ({}, 0, 64)


def test_names_are_titles_questions_and_the_items_of_cards() -> None:
    asked = replace(FEES, questions=("what does it cost", "any charges?"))
    card = Article(id="card", title="Card", body="- my card is late\n- track my card")
    contents = made(asked, card)
    owner = contents.indexes.belonging
    assert owner is not None and owner.ids == sorted({title_key("fees"), title_key("card")}) and not owner.withholds
    encoder = LetterEncoder()
    for name, article in (("any charges?", "fees"), ("track my card", "card"), ("Card", "card")):
        share = owner.belonging(encoder.encode_queries([name]).vectors[0], name)
        assert share.of([title_key(article)]) > 0.5 > share.of([title_key("fees" if article == "card" else "card")])


def test_what_only_internal_articles_answer_is_withheld() -> None:
    secret = replace(SECRET, questions=("who decides on a risk", "any charges?"))
    asked = replace(FEES, questions=("any charges?",))
    owner = made(asked, secret).indexes.belonging
    assert owner is not None and owner.withholds and owner.ids == [title_key("fees")]
    encoder = LetterEncoder()
    only, both = (
        owner.belonging(encoder.encode_queries([name]).vectors[0], name)
        for name in ("who decides on a risk", "any charges?")
    )
    assert only.withheld > 0.5 and both.of([title_key("fees")]) > 0.5, "what a public article answers is its own"
    again = made(asked, secret, present=None).indexes
    assert made(asked, replace(secret, questions=())).indexes.texts.keys.size == again.texts.keys.size - 1
