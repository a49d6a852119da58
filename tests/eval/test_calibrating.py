"""Questions asked and a threshold found, over letters instead of a model."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.answering.calibration import Calibration, calibration_file, read_calibration
from bot.assembly import open_footnote
from bot.errors import IndexUnavailable
from bot.indexing.progress import SilentProgress
from bot.models import CustomerContext, Said
from bot.settings import Settings
from bot.updating import update_index
from eval import cli
from eval.calibrating import (
    NEVER,
    CalibrationOptions,
    LabelledQuestion,
    ask_labelled,
    calibrate_folder,
    cases_sha256,
    of_dataset,
    of_suite,
    rows_of,
)
from eval.calibration import Calibrated, NotEnough
from eval.cli import app
from eval.errors import CalibrationError, DatasetError
from eval.suite.cases import Side, load_suite, side

NOW = datetime(2026, 11, 21, 23, tzinfo=UTC)
FEES = "What does a withdrawal of USDT cost?"


@pytest.fixture
def indexed(letter_settings: Settings, tmp_path: Path) -> Settings:
    """An index of two articles."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "fees.md").write_text("# Withdrawal fees\n\nA withdrawal of USDT costs 1.5 USDT.\n")
    (articles / "email.md").write_text("# Change email\n\nOpen the security page and change the email address.\n")
    footnote = open_footnote(letter_settings)
    update_index(footnote, [str(articles)], SilentProgress())
    footnote.close()
    return letter_settings


def topics(wanted: Side, count: int) -> list[str]:
    found = (f"topic-{number}" for number in range(10 * count))
    return [topic for topic in found if side(topic) is wanted][:count]


def write_suite(folder: Path, answerable: int = 60, near: int = 4, wrong: int = 0) -> Path:
    """Cases on the side `tune`, `wrong` of the answerable ones with another gold article, and one on the other side."""
    folder.mkdir()
    tune = topics(Side.TUNE, answerable + near)
    rows = [
        {
            "id": f"answerable-{number:03}",
            "kind": "answerable",
            "topic": tune[number],
            "text": f"What does a withdrawal of USDT cost {number}?",
            "expect": "answer",
            "articles": ["email" if number < wrong else "fees"],
        }
        for number in range(answerable)
    ]
    rows += [
        {
            "id": f"near-{number:03}",
            "kind": "near",
            "topic": tune[answerable + number],
            "text": f"qqq jjj {number}",
            "expect": "handoff",
        }
        for number in range(near)
    ]
    text = {"id": "far-999", "kind": "far", "topic": topics(Side.TEST, 1)[0], "text": "zzz", "expect": "handoff"}
    (folder / "cases.jsonl").write_text("\n".join(map(json.dumps, [*rows, text])))
    return folder


def options(folder: Path, alpha: float = 0.2, write: bool = False) -> CalibrationOptions:
    return CalibrationOptions(folder=folder, alpha=alpha, delta=0.05, write=write)


def test_each_question_is_asked_once_as_if_no_confidence_were_needed(indexed: Settings) -> None:
    footnote = open_footnote(indexed)
    questions = [
        LabelledQuestion(text=FEES, articles=frozenset({"fees"})),
        LabelledQuestion(text=FEES, articles=frozenset({"email", "another"})),
        LabelledQuestion(text=FEES, articles=frozenset()),
        LabelledQuestion(text=FEES, articles=frozenset(), any_answer=True),
        LabelledQuestion(text="Connect me with an agent", articles=frozenset({"fees"})),
        LabelledQuestion(text="hello", articles=frozenset()),
    ]
    stored = indexed.database_file.read_bytes()
    confidence, wrong = ask_labelled(questions, footnote.assistant, SilentProgress())
    assert indexed.database_file.read_bytes() == stored, "evaluation leaves no trace"
    assert wrong.tolist() == [False, True, True, False, True, True]
    assert len(set(confidence[:4])) == 1 and confidence[0] > 0 and confidence[4:].tolist() == [NEVER, NEVER]
    footnote.close()


def test_a_data_set_is_asked_on_its_own_index(dataset_folder: Path, letter_settings: Settings) -> None:
    report = calibrate_folder(options(dataset_folder), letter_settings, SilentProgress(), NOW)
    assert (report.dataset, report.answerable, report.unanswerable) == ("tiny", 4, 1)
    assert isinstance(report.found, NotEnough) and report.found.n == 5 and report.written is None
    assert not calibration_file(letter_settings.index_folder).exists()


def test_what_is_found_on_another_index_is_not_written(dataset_folder: Path, letter_settings: Settings) -> None:
    with pytest.raises(CalibrationError, match="an index of their own"):
        calibrate_folder(options(dataset_folder, write=True), letter_settings, SilentProgress(), NOW)


def test_a_suite_is_asked_on_the_products_index_and_written(indexed: Settings, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "own")
    report = calibrate_folder(options(suite), indexed, SilentProgress(), NOW)
    assert isinstance(report.found, Calibrated) and report.written is None
    assert (report.answerable, report.unanswerable, report.found.n) == (60, 4, 64), "the other side is left alone"
    assert report.answerable_answered == 60 and report.found.alpha == 0.2
    assert read_calibration(calibration_file(indexed.index_folder)) is None
    written = calibrate_folder(options(suite, write=True), indexed, SilentProgress(), NOW).written
    assert isinstance(written, Calibration) and read_calibration(calibration_file(indexed.index_folder)) == written
    assert (written.threshold, written.made_at) == (report.found.threshold, NOW)
    assert [point.threshold for point in written.curve] == [row.threshold for row in report.rows]
    assert written.curve[-1].coverage == report.rows[-1].answered / report.found.n
    assert written.cases_sha256 == cases_sha256(of_suite(load_suite(suite), Side.TUNE))
    footnote = open_footnote(indexed)
    assert (footnote.threshold().value, footnote.threshold().state) == (report.found.threshold, "valid")
    outcome = footnote.assistant.answer(FEES, CustomerContext())
    assert outcome.trace["decision"]["threshold"] == report.found.threshold
    footnote.close()


def test_when_too_many_are_wrong_nothing_is_written(indexed: Settings, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "own", wrong=40)
    report = calibrate_folder(options(suite, write=True), indexed, SilentProgress(), NOW)
    assert isinstance(report.found, NotEnough) and report.found.labels_needed is None and report.written is None
    assert not calibration_file(indexed.index_folder).exists()


def test_a_suite_without_unanswerable_questions_promises_too_little(indexed: Settings, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "own", near=0)
    with pytest.raises(CalibrationError, match="promises nothing about customers"):
        calibrate_folder(options(suite, write=True), indexed, SilentProgress(), NOW)
    assert calibrate_folder(options(suite), indexed, SilentProgress(), NOW).unanswerable == 0


def test_a_suite_about_other_articles_is_refused(indexed: Settings, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "own")
    (suite / "more.jsonl").write_text(
        '{"id": "answerable-900", "kind": "answerable", "topic": "x", "text": "x", "expect": "answer",'
        ' "articles": ["elsewhere"]}'
    )
    with pytest.raises(DatasetError, match="elsewhere"):
        calibrate_folder(options(suite), indexed, SilentProgress(), NOW)


def test_there_must_be_an_index(letter_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="footnote index"):
        calibrate_folder(options(write_suite(tmp_path / "own")), letter_settings, SilentProgress(), NOW)


def test_a_senseless_promise_is_refused_before_anything_is_asked(letter_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="The alpha is 1"):
        calibrate_folder(options(tmp_path / "nowhere", alpha=1.0), letter_settings, SilentProgress(), NOW)


def test_the_hash_follows_questions_and_labels(dataset_folder: Path) -> None:
    questions = of_dataset(dataset_folder)
    same, first = cases_sha256(questions), questions[0]
    assert cases_sha256(of_dataset(dataset_folder)) == same
    for changed in (
        LabelledQuestion(text=first.text, articles=frozenset()),
        LabelledQuestion(text="another", articles=first.articles),
        LabelledQuestion(text=first.text, articles=first.articles, context=CustomerContext(locale="es")),
        LabelledQuestion(text=first.text, articles=first.articles, history=(Said(role="user", text="x"),)),
    ):
        assert cases_sha256((changed, *questions[1:])) != same


def test_rows_by_hand() -> None:
    confidence = np.array([0.9, 0.9, 0.8, NEVER])
    rows = rows_of(confidence, np.array([False, True, True, True]), 0.05)
    assert [(row.threshold, row.answered, row.wrong) for row in rows] == [(0.9, 2, 1), (0.8, 3, 2)]
    assert rows_of(np.array([NEVER]), np.array([True]), 0.05) == ()


def test_the_command_for_a_person(indexed: Settings, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "own")
    arguments = ["calibrate", "--dataset", str(suite), "--alpha", "0.2", "--data-dir", str(indexed.data_dir)]
    result = CliRunner().invoke(app, [*arguments, "--write", "--trials", "20"])
    assert result.exit_code == 0, result.output
    assert "own: 60 questions and 4 that nothing answers" in result.stdout
    assert "at most 20 % of the answers are wrong, with probability 0.95" in result.stdout
    assert "On 20 random halves a threshold was found 20 times" in result.stdout
    assert "The product answers by it from now on" in result.stdout
    told = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    assert told["calibrated"]["n"] == 64 and told["not_enough"] is None and told["written"] is None


def test_the_command_refuses_with_how_many_more(
    dataset_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["footnote-eval", "calibrate", "--dataset", str(dataset_folder)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    told = capsys.readouterr()
    assert end.value.code == 1 and "5 labelled questions cannot support a risk of at most 0.05" in told.err
    assert "at the least" in told.err and "threshold" in told.out
