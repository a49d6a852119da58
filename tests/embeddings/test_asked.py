"""The index of names against what it is made of, and its files against damage."""

from pathlib import Path

import numpy as np
import pytest

from embeddings.asked import NAMES_FILE, VECTORS_FILE, WORDS_FOLDER, AskedIndex
from embeddings.encoded_texts import EncodedTexts
from embeddings.errors import IndexFileError
from tests.fakes import LetterEncoder

NAMES = {
    7: ["How do I change my email?", "wrong inbox", "new address please"],
    3: ["Withdrawal fees"],
    9: ["Freeze my account", "stolen phone"],
}
TEXTS = [text for names in NAMES.values() for text in names]


@pytest.fixture
def texts() -> EncodedTexts:
    return EncodedTexts.build(TEXTS, LetterEncoder().encode_passages(TEXTS))


@pytest.fixture
def index(texts: EncodedTexts) -> AskedIndex:
    return AskedIndex.build(NAMES, texts)


def vector(text: str) -> np.ndarray:
    return LetterEncoder().encode_queries([text]).vectors[0]


def test_an_article_is_as_near_as_its_nearest_name(index: AskedIndex, texts: EncodedTexts) -> None:
    question = vector("which inbox is it")
    best = {id_: float((texts.vectors(names) @ question).max()) for id_, names in NAMES.items()}
    assert index.ids == sorted(NAMES)
    assert dict(zip(NAMES, index.products(question, list(NAMES)).tolist(), strict=True)) == pytest.approx(best)
    ids, scores = index.nearest(question, 2)
    assert ids.tolist() == sorted(best, key=lambda id_: -best[id_])[:2]
    assert scores.tolist() == pytest.approx(sorted(best.values(), reverse=True)[:2])


@pytest.mark.parametrize(("question", "first"), [("wrong inbox", 7), ("stolen", 9), ("withdrawal", 3)])
def test_words_of_all_names_count(index: AskedIndex, question: str, first: int) -> None:
    assert index.scored(question).best(1)[0].id == first
    assert index.coverage(question, first) == 1.0


def test_what_is_saved_is_loaded(index: AskedIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "asked")
    again, question = AskedIndex.load(tmp_path / "asked"), vector("stolen phone")
    assert again.ids == index.ids
    assert again.products(question, [9, 3]).tolist() == index.products(question, [9, 3]).tolist()
    assert again.scored("stolen").best(3) == index.scored("stolen").best(3)


@pytest.mark.parametrize("name", [NAMES_FILE, VECTORS_FILE])
def test_a_missing_or_damaged_file_is_a_sentence(index: AskedIndex, tmp_path: Path, name: str) -> None:
    index.save(tmp_path)
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(IndexFileError, match="build the index again"):
        AskedIndex.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(IndexFileError, match="build the index again"):
        AskedIndex.load(tmp_path)


def test_parts_of_different_articles_are_refused(index: AskedIndex, texts: EncodedTexts, tmp_path: Path) -> None:
    index.save(tmp_path / "one")
    AskedIndex.build({7: NAMES[7]}, texts).save(tmp_path / "other")
    (tmp_path / "other" / WORDS_FOLDER).rename(tmp_path / "words")
    for file in (tmp_path / "words").iterdir():
        file.replace(tmp_path / "one" / WORDS_FOLDER / file.name)
    with pytest.raises(IndexFileError, match="different articles"):
        AskedIndex.load(tmp_path / "one")


def test_a_name_that_was_not_encoded_is_refused(texts: EncodedTexts) -> None:
    with pytest.raises(ValueError, match="not"):
        AskedIndex.build({1: ["Never encoded"]}, texts)
