import numpy as np

from bot.indexing.contents import cut_passages, encode_texts, follows_same_rules, stacked, titles_by_key
from bot.indexing.generations import title_key
from bot.indexing.progress import SilentProgress
from knowledge.models import Article, Audience
from tests.bot.indexing.workshop import RecordingEncoder, Shelf, Workshop

FEES = Article(id="fees", title="Fees", body="The fee is 1 USDT.")
LIMITS = Article(id="limits", title="Limits", body="The limit is 100 USDT.")
SECRET = Article(id="secret", title="Secret", body="Ask the risk desk.", audience=Audience.INTERNAL)
SILENT = SilentProgress()


def test_passages_are_cut_from_public_articles_only() -> None:
    passages = cut_passages({"fees": FEES, "secret": SECRET}, None, RecordingEncoder(), SILENT)
    assert {(key, passage.key, passage.article_id) for key, passage in passages.items()} == {
        (key, key, "fees") for key in passages
    }
    assert titles_by_key({"fees": FEES, "secret": SECRET}) == {title_key("fees"): "Fees"}


def test_passages_of_unchanged_articles_are_the_very_same(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES, LIMITS]))
    present = workshop.generation()
    edited = Article(id="limits", title="Limits", body="The limit is 200 USDT.")
    passages = cut_passages({"fees": FEES, "limits": edited}, present, workshop.encoder, SILENT)
    for passage in passages.values():
        assert (present.passages.get(passage.key) is passage) == (passage.article_id == "fees")


def test_another_identity_follows_other_rules(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES]))
    present = workshop.generation()
    assert follows_same_rules(present, RecordingEncoder("letters"))
    assert not follows_same_rules(present, RecordingEncoder("other"))
    passages = cut_passages({"fees": FEES}, present, RecordingEncoder("other"), SILENT)
    assert [present.passages[key] is passage for key, passage in passages.items()] == [False] * len(present.passages)


def test_known_texts_keep_their_vectors_and_new_ones_are_encoded_once(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES]))
    present, encoder = workshop.generation(), RecordingEncoder("letters")
    vectors = encode_texts(["Fees", "new", "Fees", "new"], present, encoder, SILENT)
    assert encoder.texts == ["new"]
    assert np.array_equal(vectors["Fees"], present.titles.vectors([title_key("fees")])[0])
    assert np.array_equal(vectors["new"], encoder.encode_queries(["new"])[0])
    other = RecordingEncoder("other")
    encode_texts(["Fees", "new"], present, other, SILENT)
    assert other.texts == ["Fees", "new"]


def test_no_rows_still_have_dimensions() -> None:
    assert stacked([], 64).shape == (0, 64)
    assert stacked([np.ones(3, dtype=np.float32)], 3).shape == (1, 3)
