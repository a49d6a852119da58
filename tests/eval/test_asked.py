from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bot.answering.confidence import confidence_signals
from bot.answering.ranking import SIGNALS, load_ranking_model
from bot.assembly import Footnote, open_footnote
from bot.indexing.progress import SilentProgress
from bot.models import CustomerContext, Hit
from bot.settings import Settings
from eval.asked import ask_dataset, asked_question, may_be_first
from eval.cases import load_dataset
from eval.confidence_fit import signals_of
from eval.errors import DatasetError
from eval.retrieval import index_corpus, own_settings
from tests.eval.conftest import QUESTIONS

WEIGHTS = np.array([load_ranking_model().weights[name] for name in SIGNALS])


@pytest.fixture
def footnote(dataset_folder: Path, letter_settings: Settings) -> Iterator[Footnote]:
    dataset = load_dataset(dataset_folder)
    opened = open_footnote(own_settings(dataset, letter_settings))
    index_corpus(opened, dataset, SilentProgress())
    yield opened
    opened.close()


def test_a_data_set_is_asked_once(dataset_folder: Path, letter_settings: Settings) -> None:
    asked = ask_dataset(dataset_folder, letter_settings, SilentProgress(), None, unanswerable=True)
    assert (asked.name, len(asked.questions), len(asked.answerable)) == ("tiny", 5, 4)
    for question in asked.questions:
        n = len(question.keys)
        assert question.signals.shape == (n, len(SIGNALS)) and question.signals.dtype == np.float32
        assert {len(question.penalties), len(question.articles), len(question.grades), len(question.coverage)} == {n}
        assert (np.diff(question.keys) > 0).all()
        assert ((question.signals >= 0) & (question.signals <= 1.0001)).all()
    assert asked.questions[0].relevant == (1,) and asked.questions[0].grades.sum() == 1
    assert asked.questions[4].relevant == () and not asked.questions[4].grades.any()


def test_unanswerable_questions_only_where_they_are_wanted(dataset_folder: Path, letter_settings: Settings) -> None:
    asked = ask_dataset(dataset_folder, letter_settings, SilentProgress(), 2, unanswerable=False)
    assert len(asked.questions) == 2


def test_no_question_is_a_sentence(dataset_folder: Path, letter_settings: Settings) -> None:
    (dataset_folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n")
    with pytest.raises(DatasetError, match="No question"):
        ask_dataset(dataset_folder, letter_settings, SilentProgress(), None, unanswerable=True)


def test_a_blank_question_finds_nothing(dataset_folder: Path, letter_settings: Settings) -> None:
    (dataset_folder / "unanswerable.jsonl").write_text('{"_id": "u1", "text": "  "}\n')
    blank = ask_dataset(dataset_folder, letter_settings, SilentProgress(), None, unanswerable=True).questions[-1]
    assert len(blank.keys) == 0 and blank.signals.shape == (0, len(SIGNALS))


@pytest.mark.parametrize("text", [*(text for text, _ in QUESTIONS.values()), "Is there a mortgage?", "USDT TRC20 fee"])
def test_arrays_rank_and_tell_as_the_search_does(footnote: Footnote, text: str) -> None:
    hits = footnote.assistant.search(text, CustomerContext())
    index = footnote.index.current()
    asked = asked_question(hits, {hits[0].passage.article_id: 2}, text, index)
    order = np.lexsort((asked.keys, -asked.scores(WEIGHTS)))
    assert asked.keys[order].tolist() == [hit.passage.key for hit in hits]
    assert asked.scores(WEIGHTS)[order] == pytest.approx([hit.score for hit in hits], abs=1e-6)
    signals, right = signals_of(asked, WEIGHTS)
    assert signals == pytest.approx(confidence_signals(hits, text, index), abs=1e-6)
    assert right


def test_a_search_without_a_signal_cannot_teach(footnote: Footnote) -> None:
    hits = footnote.assistant.search("email", CustomerContext())
    without = [
        Hit(hit.passage, hit.score, {name: value for name, value in hit.signals.items() if name != "late"})
        for hit in hits
    ]
    with pytest.raises(DatasetError, match="no signal late"):
        asked_question(without, {}, "email", footnote.index.current())


def test_what_is_no_signal_is_a_penalty(footnote: Footnote) -> None:
    first, *others = footnote.assistant.search("email", CustomerContext())
    hits = [Hit(first.passage, first.score - 0.1, {**first.signals, "superseded": 0.1}), *others]
    asked = asked_question(hits, {}, "email", footnote.index.current())
    place = asked.keys.tolist().index(first.passage.key)
    assert asked.penalties[place] == np.float32(0.1) and asked.penalties.sum() == np.float32(0.1)


def test_only_what_some_weights_rank_first_may_be_first() -> None:
    signals = np.array([[0.9, 0.1], [0.1, 0.9], [0.5, 0.5], [0.05, 0.9], [0.9, 0.1]], dtype=np.float32)
    none = np.zeros(5, dtype=np.float32)
    assert may_be_first(signals, none).tolist() == [True, True, True, False, False]
    penalties = np.array([0.5, 0.0, 0.0, 0.0, 0.0], dtype=np.float32)
    assert may_be_first(signals, penalties).tolist() == [False, True, True, False, True]
    assert may_be_first(np.zeros((0, 2), dtype=np.float32), np.zeros(0, dtype=np.float32)).tolist() == []


@pytest.mark.parametrize("seed", range(20))
def test_the_first_under_any_weights_may_be_first(seed: int) -> None:
    rng = np.random.default_rng(seed)
    signals = np.round(rng.random((30, 4)), 1).astype(np.float32)
    penalties = rng.choice([0.0, 0.1], size=30).astype(np.float32)
    may = may_be_first(signals, penalties)
    for weights in (*rng.random((50, 4)), *np.eye(4)):
        scores = signals @ weights - penalties
        assert scores[may].max() == pytest.approx(scores.max())
