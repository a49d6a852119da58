import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eval.errors import EvaluationError
from eval.suite.asking import CaseOutcome
from eval.suite.gate import Failure
from eval.suite.page import page, write_report
from eval.suite.running import RunHead, SuiteRun, outcome_of, read_run
from tests.eval.suite.outcomes import outcome, unanswerable, withheld, wrong

HEAD = RunHead(
    suite="corvane_suite", suite_sha256="5a" * 32, index_sha256="1d" * 32, config_hash="c0ffee", threshold=0.5
)


def a_run(*outcomes: CaseOutcome) -> SuiteRun:
    return SuiteRun(
        head=HEAD,
        started_at=datetime(2026, 11, 21, 22, 0, tzinfo=UTC),
        outcomes=outcomes or (outcome(), withheld(), wrong(), unanswerable()),
    )


def test_a_report_is_one_page_and_one_json(tmp_path: Path) -> None:
    run = a_run()
    write_report(run, tmp_path / "new" / "folder")
    read = read_run(tmp_path / "new" / "folder")
    assert read["metrics"]["coverage"] == 0.6667 and read["n"]["coverage"] == 3
    assert read["metrics"]["attacks_withstood"] is None
    assert tuple(outcome_of(row) for row in read["cases"]) == run.outcomes
    text = (tmp_path / "new" / "folder" / "report.html").read_text()
    assert text.count("<figure>") == 4 and text.count("<svg") == 4
    assert "http://" not in text.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )


def test_what_is_shown_of_a_case_is_text(tmp_path: Path) -> None:
    attack = wrong("attack-001", kind="attack", text="<script>alert(1)</script>", leaked=("<b>x</b>",))
    text = page(a_run(attack))
    assert "<script>" not in text and "&lt;script&gt;alert(1)" in text and "<b>x</b>" not in text


def test_a_shut_gate_stands_on_top() -> None:
    text = page(a_run(), [Failure("right", "right is 0.3; at least 0.9 is demanded.")])
    assert text.index("The gate is shut") < text.index("Figures")
    assert "The gate is shut" not in page(a_run())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EvaluationError, match=r"cannot be written to .*Choose another folder"):
        write_report(a_run(), tmp_path / "file")


@pytest.mark.parametrize(
    ("text", "words"), [("{", "is not JSON"), ("[]", "no cases"), (json.dumps({"cases": 1}), "no cases")]
)
def test_what_is_no_report_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(EvaluationError, match=words):
        read_run(tmp_path)
    with pytest.raises(EvaluationError, match="no report to read"):
        read_run(tmp_path / "nothing")
