import pytest

from bot.models import Notice
from bot.terminal import STEPS_WITHOUT_BAR, TerminalProgress, print_reply, print_trace


def test_without_a_terminal_progress_is_a_few_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with TerminalProgress() as progress:
        progress.stage("Reading", 0)
        progress.advance(3)
        progress.stage("Encoding", 1000)
        for _ in range(1000):
            progress.advance(1)
    shown = capsys.readouterr()
    lines = shown.err.splitlines()
    assert shown.out == ""
    assert lines[0] == "Encoding: 0 of 1,000" and lines[-1] == "Encoding: 1,000 of 1,000"
    assert len(lines) == STEPS_WITHOUT_BAR + 1


def test_text_is_never_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_reply(Notice(text="[bold]not bold[/bold] [1]", confidence=0.0))
    assert capsys.readouterr().out == "[bold]not bold[/bold] [1]\n"


def test_a_trace_is_a_table_of_signals_under_their_weights(capsys: pytest.CaptureFixture[str]) -> None:
    candidate = {
        "rank": 1,
        "article_id": "fees",
        "title": "[red]Fees[/red]",
        "heading": "",
        "score": 0.61234,
        "signals": {"late": 0.9, "lexical": 1.0, "superseded": 0.1},
    }
    print_trace(
        {
            "question": "wat are the feees",
            "rewritten_question": "wat are the fees",
            "corrections": {"feees": "fees"},
            "weights": {"late": 0.426, "lexical": 0.136},
            "candidates": [candidate],
            "lesser_modes": ["There are no token vectors."],
            "decision": {"kind": "handoff", "reason": "low_confidence", "confidence": 0.31, "threshold": 0.5},
            "index_generation": 3,
            "config_hash": "abc",
        }
    )
    shown = " ".join(capsys.readouterr().out.split())
    assert "handoff: confidence 0.31, answered from 0.50; index generation 3, configuration abc." in shown
    assert "'feees' was read as 'fees'." in shown and "Searched for: wat are the fees" in shown
    assert "There are no token vectors." in shown
    assert "× 0.426 × 0.136" in shown
    assert "1. 0.612 0.900 1.000 [red]Fees[/red] [fees] −0.10 superseded" in shown
