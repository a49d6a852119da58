import sys
from pathlib import Path

import pytest

from eval.bench import driver
from eval.bench.contenders import Contender, Takes
from eval.bench.driver import Runner
from eval.errors import ContenderError

SCRIPT = Path(__file__).parent / "contender_of_letters.py"


def contender(mood: str = "good") -> Contender:
    return Contender("letters", "Letters", "", Takes.PASSAGES, (sys.executable, str(SCRIPT), "--mood", mood))


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    file = tmp_path / "corpus.jsonl"
    file.write_text('{"id": "p0", "title": "xyz", "text": ""}\n{"id": "p1", "title": "email", "text": ""}\n')
    return str(file)


def indexed(tmp_path: Path, corpus: str, mood: str = "good") -> Runner:
    runner = Runner(contender(mood), tmp_path / "index", tmp_path / "logs" / "letters.log")
    (tmp_path / "index").mkdir(exist_ok=True)
    (tmp_path / "index" / "rows.jsonl").write_text(Path(corpus).read_text())
    return runner


def test_a_contender_is_asked_and_ends(tmp_path: Path, corpus: str) -> None:
    with Runner(contender(), tmp_path / "index", tmp_path / "logs" / "letters.log") as runner:
        assert runner.ask("load", 30)["versions"] == {"letters": "1"}
        runner.ask("index", 30, corpus=corpus)
        milliseconds, found = runner.search("email", 10)
        assert found == ["p1", "p0"] and milliseconds > 0
        assert runner.peak_mb() > 1
    assert runner._process.returncode == 0


def test_eight_at_once_are_all_answered(tmp_path: Path, corpus: str) -> None:
    with indexed(tmp_path, corpus) as runner:
        latencies, seconds = runner.search_together([f"question {number}" for number in range(20)], 10, at_once=8)
    assert len(latencies) == 20 and max(latencies) <= seconds * 1000


def test_memory_is_asked_where_the_system_does_not_tell(
    tmp_path: Path, corpus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with indexed(tmp_path, corpus) as runner:
        assert runner.peak_mb() == 12.5


@pytest.mark.parametrize(
    ("mood", "told"),
    [
        ("dies", r"ended without an answer \(exit code 3\); the last it said: It ran out of letters\."),
        ("silent", "did not answer within 1 s"),
        ("nonsense", "answered no JSON object: 'hello"),
        ("failing", "failed: ValueError: no letters"),
        ("strange", "another question"),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    tmp_path: Path, corpus: str, monkeypatch: pytest.MonkeyPatch, mood: str, told: str
) -> None:
    monkeypatch.setattr(driver, "SEARCH_SECONDS", 1.0 if mood == "silent" else 30.0)
    with pytest.raises(ContenderError, match=told), indexed(tmp_path, corpus, mood) as runner:
        runner.search("email", 10)
    assert runner._process.returncode is not None


def test_a_strange_answer_among_eight(tmp_path: Path, corpus: str) -> None:
    with pytest.raises(ContenderError, match="was not asked"), indexed(tmp_path, corpus, "strange") as runner:
        runner.search_together(["one", "two"], 10, at_once=2)


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    nobody = Contender("nobody", "Nobody", "", Takes.PASSAGES, (str(tmp_path / "nobody"),))
    with pytest.raises(ContenderError, match="Nobody cannot be started"), Runner(nobody, tmp_path, tmp_path / "log"):
        pass
