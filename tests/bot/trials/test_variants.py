from pathlib import Path

import pytest

from bot.answering.composing import ExtractiveComposer
from bot.assembly import open_footnote
from bot.errors import IndexUnavailable, RequestRefused
from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from bot.trials.variants import HeldGenerations, Variant, assistant_as
from bot.updating import update_index
from knowledge.models import Platform
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, Shelf
from tests.bot.test_assistant import assistant_of
from tests.fakes import LetterEncoder


class Serving(Shelf):
    number = 9


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Serving((CHANGE_EMAIL, FEES))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with the generations 1 and 2."""
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: LetterEncoder())
    articles = tmp_path / "articles"
    articles.mkdir()
    footnote = open_footnote(Settings(data_dir=tmp_path / "data"))
    for number in (1, 2):
        (articles / f"{number}.md").write_text(f"# Article {number}\n\nIt says {number}.\n")
        update_index(footnote, (str(articles),), SilentProgress())
    footnote.close()
    return tmp_path / "data" / "index"


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        (Variant(), "as it is set"),
        (Variant(threshold=0.0), "threshold 0"),
        (
            Variant(generation=3, threshold=0.6, candidates=50, platform=Platform.APP, quotes_only=True),
            "generation 3, threshold 0.6, 50 candidates, platform app, quotes only",
        ),
    ],
)
def test_a_variant_in_words(variant: Variant, words: str) -> None:
    assert variant.words == words
    assert variant.to_json()["threshold"] == variant.threshold


def test_only_what_is_given_is_otherwise(shelf: Shelf, tmp_path: Path) -> None:
    assistant = assistant_of(shelf)
    held = HeldGenerations(tmp_path, shelf.encoder.identity, lambda: shelf)
    assert assistant_as(assistant, Variant(), held) == assistant
    made = assistant_as(assistant, Variant(threshold=0.1, candidates=30, quotes_only=True, generation=9), held)
    assert (made.answer_threshold, made.candidates) == (0.1, 30)
    assert made.generation() is shelf and isinstance(made.composer, ExtractiveComposer)
    assert made.spellings is not assistant.spellings, "two generations in turn would make it anew each time"
    assert assistant.answer_threshold == 0.9


def test_generations_on_disk_are_loaded_once(data: Path, shelf: Shelf) -> None:
    held = HeldGenerations(data, shelf.encoder.identity, lambda: shelf)
    assert held.numbers() == (2, 1)
    first = held.of(1)
    assert first.number == 1 and len(first.articles) == 1
    assert held.of(1) is first and len(held.of(2).articles) == 2


def test_what_is_not_there_or_of_another_encoder_is_refused(data: Path, shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(RequestRefused, match="Generation 7 is not on disk"):
        HeldGenerations(data, shelf.encoder.identity, lambda: shelf).of(7)
    with pytest.raises(RequestRefused, match="another encoder"):
        HeldGenerations(data, "another", lambda: shelf).of(1)
    assert HeldGenerations(tmp_path / "nowhere", "x", lambda: shelf).numbers() == ()


def test_a_damaged_generation_says_so(data: Path, shelf: Shelf) -> None:
    (data / "gen-000001" / "articles.jsonl").write_text("{}")
    with pytest.raises(IndexUnavailable):
        HeldGenerations(data, shelf.encoder.identity, lambda: shelf).of(1)
