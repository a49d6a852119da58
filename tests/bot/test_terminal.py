import pytest

from bot.models import Notice
from bot.terminal import STEPS_WITHOUT_BAR, TerminalProgress, print_reply


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
