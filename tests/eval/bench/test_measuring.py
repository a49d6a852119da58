import sys
from pathlib import Path

import pytest

from bot.indexing.progress import SilentProgress
from eval.bench.contenders import Contender, Takes
from eval.bench.corpora import Corpus, read_documents, write_corpus
from eval.bench.measuring import (
    WARM_UP,
    Build,
    Speed,
    Workplace,
    as_documents,
    ask_everything,
    build_anew,
    load_once,
    serve_once,
)
from eval.cases import load_dataset

SCRIPT = Path(__file__).parent / "contender_of_letters.py"


def letters(takes: Takes) -> Contender:
    return Contender("letters", "Letters", "", takes, (sys.executable, str(SCRIPT)))


@pytest.fixture
def corpus(dataset_folder: Path, tmp_path: Path) -> Corpus:
    return write_corpus("tiny", read_documents(load_dataset(dataset_folder)), tmp_path / "corpora", len)


@pytest.mark.parametrize("takes", Takes)
def test_passages_and_documents_give_the_same_documents(
    takes: Takes, corpus: Corpus, dataset_folder: Path, tmp_path: Path
) -> None:
    cases = load_dataset(dataset_folder).cases
    answers = ask_everything(letters(takes), corpus, cases, Workplace(tmp_path / "place"), SilentProgress())
    assert set(answers.found) == {case.id for case in cases} and len(answers.latencies_ms) == len(cases)
    assert all(set(found) == {"Email/CHANGE (1)", "fees", "freeze"} for found in answers.found.values())
    assert answers.build.passages == 3


def test_a_document_ranks_where_its_best_passage_ranks(tmp_path: Path) -> None:
    corpus = Corpus("c", tmp_path, tmp_path, {"p0": "a", "p1": "b", "p2": "a"}, 2, 0)
    assert as_documents(["p2", "p1", "p0"], letters(Takes.PASSAGES), corpus) == ["a", "b"]
    assert as_documents(["b", "a"], letters(Takes.DOCUMENTS), corpus) == ["b", "a"]


def test_an_index_is_made_from_nothing(corpus: Corpus, tmp_path: Path) -> None:
    place = Workplace(tmp_path / "place")
    left = tmp_path / "place" / "indexes" / "letters" / "tiny" / "left-over"
    left.parent.mkdir(parents=True)
    left.touch()
    assert build_anew(letters(Takes.DOCUMENTS), corpus, place).tokens == 30
    assert not left.exists()


def test_the_first_start_names_versions(corpus: Corpus, tmp_path: Path) -> None:
    versions, seconds = load_once(letters(Takes.PASSAGES), corpus, Workplace(tmp_path / "place"))
    assert versions == {"letters": "1"} and seconds > 0


def test_over_three_turns_each_measurement_sees_every_question(corpus: Corpus, tmp_path: Path) -> None:
    place, speed = Workplace(tmp_path / "place"), Speed()
    build_anew(letters(Takes.PASSAGES), corpus, place)
    questions = [f"question {number}" for number in range(WARM_UP + 7)]
    for turn in range(3):
        serve_once(letters(Takes.PASSAGES), corpus, questions, turn, place, {"letters": speed})
    assert len(speed.alone_ms) == len(speed.together_ms) == len(speed.busy_ms) == 7
    assert len(speed.cold_starts_s) == len(speed.peaks_mb) == 3 and not speed.torch
    assert speed.peak_mb == max(speed.peaks_mb) and speed.together_per_second > 0


def test_figures_of_a_build() -> None:
    build = Build(seconds=2.0, passages=10, tokens=500)
    assert (build.passages_per_second, build.tokens_per_second, build.tokens_per_passage) == (5, 250, 50)
