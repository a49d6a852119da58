import json
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from eval.bench import run
from eval.bench.contenders import FOOTNOTE, PEERS, Contender, Peer, Takes
from eval.bench.report import BenchReport
from eval.bench.run import BenchOptions, run_bench
from eval.cases import Dataset, load_dataset
from eval.cli import app
from eval.errors import ContenderError, DatasetError, EvaluationError, NoEnvironment

SCRIPT = Path(__file__).parent / "contender_of_letters.py"


def letters(name: str, takes: Takes, mood: str = "good") -> Contender:
    return Contender(name, name.title(), "letters", takes, (sys.executable, str(SCRIPT), "--mood", mood))


@pytest.fixture
def many_questions(dataset_folder: Path) -> Path:
    """The tiny data set, asked enough questions that each measurement has some."""
    rows = [{"_id": f"m{number}", "text": f"email number {number}"} for number in range(10)]
    with (
        (dataset_folder / "queries.jsonl").open("a") as questions,
        (dataset_folder / "qrels/test.tsv").open("a") as qrels,
    ):
        for row in rows:
            questions.write("\n" + json.dumps(row))
            qrels.write(f"\n{row['_id']}\tEmail/CHANGE (1)\t1")
    return dataset_folder


@pytest.fixture
def moods(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Contenders of letters in place of the real ones, each in the mood named here; "none": no environment."""
    chosen: dict[str, str] = {}

    def no_environment(peer: Peer, folder: Path, torch_index: str | None) -> Path:
        if chosen.get(peer.name) == "none":
            raise NoEnvironment(f"The environment of {peer.title} cannot be made.")
        return folder

    def peer(self: Peer, python: Path, model: Path) -> Contender:
        return letters(self.name, Takes.PASSAGES, chosen.get(self.name, "good"))

    def footnote(model: object, folder: Path) -> Contender:
        return letters(FOOTNOTE, Takes.DOCUMENTS, chosen.get(FOOTNOTE, "good"))

    monkeypatch.setattr(run, "ensure_environment", no_environment)
    monkeypatch.setattr(run, "footnote_contender", footnote)
    monkeypatch.setattr(Peer, "contender", peer)
    monkeypatch.setattr("eval.bench.measuring.BUSY_SETTLES", 0.0)
    return chosen


def bench(settings: Settings, folder: Path, *peers: str, output: Path) -> BenchReport:
    options = BenchOptions(
        datasets=[load_dataset(folder)],
        peers=[PEERS[name] for name in peers],
        floors={"tiny": 0.5},
        limit=None,
        torch_index=None,
        output=output,
    )
    return run_bench(options, settings, SilentProgress(), date(2026, 1, 2))


def test_everything_is_measured_and_written(
    letter_settings: Settings, many_questions: Path, moods: dict[str, str], tmp_path: Path
) -> None:
    moods["haystack"] = "none"
    output = tmp_path / "benchmarks"
    report = bench(letter_settings, many_questions, "txtai", "haystack", output=output)
    written = json.loads((output / "bench.json").read_text())
    tiny = written["quality"]["tiny"]
    assert tiny["contenders"]["txtai"]["metrics"] == tiny["contenders"]["footnote"]["metrics"]
    assert tiny["difference"]["mean"] == 0 and tiny["best_peer"] == "txtai" and tiny["common_passages"] == 3
    assert written["failures"] == {"haystack": "The environment of Haystack cannot be made."}
    assert written["date"] == "2026-01-02" and written["machine"]["cores"] >= 1
    speed = written["speed"]["contenders"]["footnote"]
    assert len(speed["cold_starts_s"]) == 3 and speed["peak_mb"] > 1 and speed["at_once_per_second"] > 0
    assert len(report.speeds["txtai"].alone_ms) == len(report.speeds["txtai"].busy_ms) == written["speed"]["questions"]
    assert written["speed"]["builds"]["footnote"]["tokens_per_passage"] == 10
    page = (output / "README.md").read_text()
    assert "| contender | set-up | versions |" in page and "What could not be measured" in page
    assert str(tmp_path) not in page + json.dumps(written)
    for plot in ("quality.svg", "speed.svg"):
        assert ElementTree.parse(output / plot).getroot().tag.endswith("svg")


def test_a_peer_that_dies_leaves_the_others(
    letter_settings: Settings, many_questions: Path, moods: dict[str, str], tmp_path: Path
) -> None:
    moods["txtai"] = "dies"
    report = bench(letter_settings, many_questions, "txtai", "langchain", output=tmp_path / "out")
    assert "It ran out of letters." in report.failures["txtai"]
    assert set(report.speeds) == {"footnote", "langchain"} and set(report.mean.means) == {"footnote", "langchain"}


def test_footnote_must_not_fail(
    letter_settings: Settings, many_questions: Path, moods: dict[str, str], tmp_path: Path
) -> None:
    moods[FOOTNOTE] = "failing"
    with pytest.raises(ContenderError, match="Footnote failed: ValueError: no letters"):
        bench(letter_settings, many_questions, "txtai", output=tmp_path / "out")


def test_without_matplotlib_nothing_is_measured(
    letter_settings: Settings,
    many_questions: Path,
    moods: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EvaluationError, match="extra `bench`"):
        bench(letter_settings, many_questions, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("choose", "told"),
    [
        (lambda dataset: [], "No data set"),
        (lambda dataset: [dataset, dataset], "Two data sets are called tiny"),
        (lambda dataset: [Dataset(dataset.folder, ())], "No question of the data set"),
    ],
)
def test_data_sets_that_cannot_be_raced_on(
    letter_settings: Settings, many_questions: Path, tmp_path: Path, choose: object, told: str
) -> None:
    datasets = choose(load_dataset(many_questions))  # type: ignore[operator]
    options = BenchOptions(
        datasets=datasets, peers=[], floors={}, limit=None, torch_index=None, output=tmp_path / "out"
    )
    with pytest.raises(DatasetError, match=told):
        run_bench(options, letter_settings, SilentProgress(), date(2026, 1, 2))


def test_the_command(many_questions: Path, moods: dict[str, str], tmp_path: Path) -> None:
    arguments = ["bench", "--dataset", str(many_questions), "--peers", "langchain", "--floor", "tiny=0.1"]
    result = CliRunner().invoke(app, [*arguments, "--output", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "All figures" in result.stdout and (tmp_path / "out" / "README.md").is_file()
