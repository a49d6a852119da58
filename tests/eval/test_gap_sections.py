from pathlib import Path

from bot.indexing.progress import SilentProgress
from bot.models import Hit
from bot.settings import Settings
from eval.cases import load_dataset
from eval.gap_sections import NearSections, nearness
from knowledge.models import Passage


def hit(article: str, near: float, heading: str = "") -> Hit:
    passage = Passage(id="1", article_id=article, title="A", heading=heading, url=None, text="A", start=0, end=1)
    return Hit(passage=passage, score=9.0, signals={"sentence": near})


def test_the_nearest_of_several_indexes_are_kept() -> None:
    hits = {"shop": [hit("a", 0.5), hit("b", 0.4), hit("c", 0.1), hit("d", 0.9)], "bank": [hit("a", 0.7)]}
    assert nearness(hits) == {"bank a › ": 0.7, "shop a › ": 0.5, "shop b › ": 0.4}


def test_passages_of_one_section_are_one() -> None:
    hits = {"shop": [hit("a", 0.5, "Fees"), hit("a", 0.6, "Fees"), hit("a", 0.4, "Limits")]}
    assert nearness(hits) == {"shop a › Fees": 0.6, "shop a › Limits": 0.4}


def test_a_nearness_is_a_share() -> None:
    assert nearness({"shop": [hit("a", -0.2), hit("b", 1.0000001)]}) == {"shop a › ": 0.0, "shop b › ": 1.0}
    assert nearness({"shop": [], "bank": [Hit(hit("a", 0).passage, 1.0, {})]}) == {"bank a › ": 0.0}
    assert nearness({}) == {}


def test_a_folder_without_articles_has_no_sections(tmp_path: Path) -> None:
    near = NearSections(Settings(data_dir=tmp_path / "data"), SilentProgress())
    assert near.of([tmp_path], ["one", "two"]) == [{}, {}]
    near.close()


def test_questions_are_asked_of_an_index_of_the_corpus(dataset_folder: Path, letter_settings: Settings) -> None:
    near = NearSections(letter_settings, SilentProgress())
    case = load_dataset(dataset_folder).cases[0]
    try:
        (found,) = near.of([dataset_folder], [case.text])
    finally:
        near.close()
    assert 1 <= len(found) <= 3 and all(0 <= each <= 1 for each in found.values())
    assert any(name.startswith(f"{dataset_folder.name} {id_} ") for name in found for id_ in case.relevant)
