"""The indexes of a generation, built, kept and read together, and their files against damage."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.indexing.contents import make_contents
from bot.indexing.indexes import (
    CODES_FOLDER,
    DENSE_FILE,
    LEXICAL_FOLDER,
    MEMBERS_FILE,
    NAME_WORDS_FOLDER,
    SENTENCES_FILE,
    TEXTS_FOLDER,
    Indexes,
)
from bot.indexing.progress import SilentProgress
from embeddings.encoders import Encoder
from embeddings.errors import IndexFileError
from embeddings.late import Members
from knowledge.models import Article
from tests.fakes import LetterEncoder, TokenlessEncoder

ARTICLES = (
    Article(id="fees", title="Fees", body="## Coins\n\nThe fee is 1 USDT on TRC20. It is taken now.\n\n- one\n- two"),
    Article(id="email", title="Change my email", body="Open **Profile**.\n\n## On the app\n\nTap your picture."),
    Article(id="error", title="Error 50101", body="Try again later."),
)
QUESTIONS = ("How do I change my email?", "the fee of USDT-TRC20", "error 50101", "zzz", "")
FILES = (
    "belonging/letters.npy",
    "belonging/names.faiss",
    "belonging/names.npz",
    "codes/codes.json",
    "dense.faiss",
    "lexical/postings.npz",
    "lexical/vocabulary.json",
    "members.npz",
    "name_words/words.json",
    "sentences.faiss",
    "texts/encoded.json",
    "texts/keys.npy",
    "texts/starts.npy",
    "texts/tokens.npy",
    "texts/vectors.npy",
    "titles.faiss",
    "words/words.json",
)


def made(articles: Sequence[Article] = ARTICLES, encoder: Encoder | None = None) -> Indexes:
    by_id = {article.id: article for article in articles}
    return make_contents(by_id, None, encoder or LetterEncoder(), SilentProgress()).indexes


@pytest.fixture(scope="module")
def indexes() -> Indexes:
    return made()


@pytest.fixture
def folder(indexes: Indexes, tmp_path: Path) -> Path:
    indexes.save(tmp_path)
    return tmp_path


def answers(indexes: Indexes, question: str) -> list[object]:
    """What every index says to a question."""
    asked, passages = LetterEncoder().encode_queries([question]), indexes.members.ids.tolist()
    vector = asked.vectors[0]
    by_vector = [indexes.dense, indexes.sentences, indexes.titles]
    by_words = [indexes.lexical, indexes.codes]
    late = indexes.late.scores(asked.tokens, passages).tolist() if indexes.late else None
    return [
        *(index.search(vector, 9) for index in by_vector),
        *(index.products(vector, index.ids).tolist() for index in by_vector),
        *(index.scored(question).best(9) for index in by_words),
        *(index.scored(question).of(passages).tolist() for index in by_words),
        [indexes.text_keys(passage) for passage in passages],
        indexes.passages_in(),
        indexes.words,
        indexes.name_words,
        late,
    ]


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_was_saved_gives_the_same_answers(indexes: Indexes, folder: Path, question: str) -> None:
    assert answers(Indexes.load(folder), question) == answers(indexes, question)


def test_every_index_knows_every_passage(indexes: Indexes) -> None:
    assert set(indexes.passages_in()) == {DENSE_FILE, SENTENCES_FILE, LEXICAL_FOLDER, CODES_FOLDER, MEMBERS_FILE}
    assert set(indexes.passages_in().values()) == {frozenset(indexes.members.ids.tolist())}
    assert len(indexes.members) == 4
    assert len(indexes.titles) == 3


def test_a_passage_knows_its_texts(indexes: Indexes) -> None:
    texts = ["Fees", "Coins", "The fee is 1 USDT on TRC20.", "It is taken now.", "one", "two"]
    (passage,) = (match.id for match in indexes.lexical.scored("fee coins").best(1))
    vectors = indexes.texts.vector_block[indexes.texts.rows(indexes.text_keys(passage))]
    np.testing.assert_array_equal(vectors, LetterEncoder().encode_passages(texts).vectors)
    with pytest.raises(ValueError, match="12 is not in the list"):
        indexes.text_keys(12)


def test_the_same_articles_make_the_same_files(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    made().save(again)
    files = sorted(file.relative_to(again).as_posix() for file in again.rglob("*") if file.is_file())
    assert files == list(FILES)
    for name in FILES:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


def test_without_token_vectors_there_is_no_late_interaction(tmp_path: Path) -> None:
    lesser = made(encoder=TokenlessEncoder())
    assert lesser.late is None
    lesser.save(tmp_path)
    loaded = Indexes.load(tmp_path)
    assert loaded.late is None
    assert answers(loaded, QUESTIONS[0]) == answers(lesser, QUESTIONS[0])
    for whole, part in zip(answers(made(), QUESTIONS[1])[6:10], answers(lesser, QUESTIONS[1])[6:10], strict=True):
        assert whole == part  # words and codes need no encoder


def test_an_older_index_knows_no_words_of_customers(indexes: Indexes, folder: Path) -> None:
    assert indexes.name_words["fees"] == 1
    shutil.rmtree(folder / NAME_WORDS_FOLDER)
    assert Indexes.load(folder).name_words == {}


def test_no_passages(tmp_path: Path) -> None:
    made(()).save(tmp_path)
    loaded = Indexes.load(tmp_path)
    assert loaded.late is not None
    assert set(loaded.passages_in().values()) == {frozenset()}
    vector = np.ones(64, dtype=np.float32)
    for index in (loaded.dense, loaded.sentences, loaded.titles):
        assert index.search(vector, 5) == []


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(IndexFileError, match=r"missing|lacks") as refusal:
        Indexes.load(folder)
    assert name.split("/")[-1] in str(refusal.value)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kept", [0.0, 0.4, 0.9])
def test_a_file_cut_short_is_a_sentence(folder: Path, name: str, kept: float) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(IndexFileError, match=r"damaged.*build the index again"):
        Indexes.load(folder)


def test_parts_of_different_help_centers_do_not_fit(folder: Path, indexes: Indexes) -> None:
    more = made((*ARTICLES, Article(id="more", title="More", body="One more sentence. And another.")))
    more.members.save(folder / MEMBERS_FILE)
    with pytest.raises(IndexFileError, match="made of text"):
        Indexes.load(folder)
    more.texts.save(folder / TEXTS_FOLDER)
    with pytest.raises(IndexFileError, match="sentences does not fit"):
        Indexes.load(folder)
    indexes.members.save(folder / MEMBERS_FILE)
    more.sentences.save(folder / SENTENCES_FILE)
    with pytest.raises(IndexFileError, match="sentences does not fit"):
        Indexes.load(folder)


def test_members_of_other_texts_do_not_fit_without_tokens_either(tmp_path: Path) -> None:
    made(encoder=TokenlessEncoder()).save(tmp_path)
    Members.build({1: [0, 99]}).save(tmp_path / MEMBERS_FILE)
    with pytest.raises(IndexFileError, match="made of text 99"):
        Indexes.load(tmp_path)


def test_a_passage_that_is_made_of_nothing_is_a_sentence(folder: Path) -> None:
    Members.build({1: [0, 1], 7: []}).save(folder / MEMBERS_FILE)
    with pytest.raises(IndexFileError, match="passage 7 has no title"):
        Indexes.load(folder)


def test_a_folder_that_cannot_be_written_is_a_sentence(indexes: Indexes, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IndexFileError, match="cannot be written"):
        indexes.save(tmp_path / "file")
