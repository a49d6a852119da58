"""Small corpora over letters instead of a model: what counts as a hit and what as a false match."""

from pathlib import Path

import pytest

from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from eval.curated_command import matching_line
from eval.curated_matching import FROM_ARTICLES, MatchingFigures, measure_matching
from eval.suite.cases import Kind, SuiteCase
from knowledge.sources import open_source
from tests.fakes import LetterEncoder

ARTICLE = "---\nid: {id}\ntitle: {title}\nquestions:\n{questions}---\n{body}\n"
CENTER = {
    "fees": ("Withdrawal fees", "A withdrawal costs a fee.", ["withdrawal fee please", "the withdrawal fee please"]),
    "email": ("Email", "Change your email in the security center.", ["change my email", "zebra crossing at noon"]),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    for id_, (title, body, questions) in CENTER.items():
        lines = "".join(f"  - {question}\n" for question in questions)
        (made / f"{id_}.md").write_text(ARTICLE.format(id=id_, title=title, questions=lines, body=body))
    return made


def case(text: str, *articles: str, kind: Kind = Kind.ANSWERABLE) -> SuiteCase:
    return SuiteCase(id=text, kind=kind, topic="t", text=text, expect=frozenset({"answer"}), articles=articles)


def test_hits_and_false_matches_are_counted(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda _: LetterEncoder())
    cases = [
        case("Withdrawal fee, please!", "fees"),
        case("Change my email", "fees"),
        case("change my email?", kind=Kind.NEAR),
        case("hello", kind=Kind.FAR),
    ]
    found = measure_matching(
        open_source(folder), cases, Settings.model_construct(data_dir=tmp_path / "data"), SilentProgress()
    )
    figures = {each.name: each for each in found}
    assert figures[FROM_ARTICLES] == MatchingFigures(FROM_ARTICLES, 4, 4, hits=2, false=0)
    assert figures["answerable"] == MatchingFigures("answerable", 2, 2, hits=1, false=1)
    assert figures["near"] == MatchingFigures("near", 1, 0, hits=0, false=1)
    assert figures["far"].false == 0


def test_figures_as_words_and_as_json() -> None:
    figures = MatchingFigures("typo", 50, 40, 10, 1)
    assert matching_line(figures) == "typo: 50 questions, 10 of 40 recognised, 1 given an answer from another article"
    assert figures.to_json()["hit_rate"] == 0.25 and figures.to_json()["false_rate"] == 0.02
    assert matching_line(MatchingFigures("near", 5, 0, 0, 0)).startswith("near: 5 questions, 0 given")
    assert MatchingFigures("near", 5, 0, 0, 0).to_json()["hit_rate"] is None
