"""From what happened in production to a suite that runs, by commands, over letters instead of a model."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.indexing.progress import SilentProgress
from bot.models import CustomerContext
from bot.settings import load_settings
from bot.staffed import StaffedFootnote, open_staffed
from bot.storage.conversations import start_conversation
from bot.storage.turns import turns_of
from bot.turns import take_turn
from bot.updating import build
from eval.cli import app
from eval.suite.cases import Side, load_suite
from knowledge.sources import open_source

FEES = "---\nid: fees\ntitle: What does a withdrawal cost?\n---\n\nA withdrawal of USDT costs 1.5 USDT.\n"
EMAIL = "---\nid: email\ntitle: How do I change my email?\n---\n\n1. Open **Email**.\n"
QUESTIONS = ("What does a withdrawal cost?", "How do I change my email?", "can I pay by carrier pigeon")


@pytest.fixture
def footnote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StaffedFootnote]:
    monkeypatch.setenv("FOOTNOTE_ANSWER_THRESHOLD", "0.05")
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "fees.md").write_text(FEES)
    (tmp_path / "articles" / "email.md").write_text(EMAIL)
    opened = open_staffed(load_settings())
    build(opened, [open_source(tmp_path / "articles")], SilentProgress())
    for text in QUESTIONS:
        conversation, _ = start_conversation(opened.database, "site", CustomerContext(), datetime.now(UTC))
        take_turn(opened.assistant, opened.switchboard, opened.database, conversation, text, "m1")
        (turn,) = turns_of(opened.database, conversation.id)
        opened.switchboard.rate(conversation.id, turn.id, False, "Wrong!")
    yield opened
    opened.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["cases", *arguments])


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def test_from_thumbs_down_to_a_suite_that_runs(
    footnote: StaffedFootnote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "3 turns, 3 new cases; 3 wait" in done("propose", "--days", "2")
    told = json.loads(done("propose", "--json"))
    assert told == {"turns": 3, "new": [], "states": {"proposed": 3, "accepted": 0, "dismissed": 0}}
    listed = json.loads(done("list", "--json"))["cases"]
    assert [(each["number"], each["question"], each["comment"]) for each in listed] == [
        (number, text, "Wrong!") for number, text in enumerate(QUESTIONS, start=1)
    ]
    assert "carrier" in done("list") and "? (found:" in done("list")
    done("accept", "1", "--article", "fees", "--quote", "A withdrawal of USDT costs 1.5 USDT.")
    done("accept", "2", "--article", "email")
    done("accept", "3", "--expect", "handoff")
    assert "No case is proposed." in done("list")
    told = json.loads(done("export", str(tmp_path / "suite"), "--json"))
    assert (told["cases"], told["left_out"]) == (3, []) and told["tune"] and told["test"], "both sides have cases"
    cases = load_suite(tmp_path / "suite")
    assert [case.id for case in cases] == ["answerable-100001", "answerable-100002", "near-100003"]
    monkeypatch.setattr("eval.suite.page.can_draw", lambda: False)
    ran = CliRunner().invoke(app, ["run", "--suite", "suite", "--generation", "1", "--json"])
    assert ran.exit_code == 0, (ran.output, ran.exception)
    outcomes = {each["id"]: each for each in json.loads(ran.stdout)["cases"]}
    assert outcomes["answerable-100001"]["cited"] == ["fees"]
    assert outcomes["answerable-100001"]["quotes_held"] == 1.0
    assert outcomes["answerable-100002"]["as_expected"] is True
    assert outcomes["near-100003"]["expect"] == ["handoff"]


def test_a_suite_of_one_side_is_told(footnote: StaffedFootnote, tmp_path: Path) -> None:
    done("propose")
    done("accept", "3", "--expect", "handoff")
    done("dismiss", "1", "2", "1")
    shown = done("export", str(tmp_path / "suite"))
    (case,) = load_suite(tmp_path / "suite")
    other = next(side for side in Side if side is not case.side)
    assert f"0 on the side {other.value}" in shown and "some to tune on and some to measure" in shown
    assert json.loads(done("list", "--state", "dismissed", "--json"))["cases"][1]["number"] == 2


def test_all_or_none_are_accepted(footnote: StaffedFootnote) -> None:
    done("propose")
    for arguments, words in (
        (("accept", "1", "2"), "Nothing says what case 1"),
        (("accept", "1", "9", "--expect", "handoff"), "no proposed case 9"),
        (("accept", "1", "--article", "none"), "no article 'none'"),
        (("accept", "1", "--article", "fees", "--quote", "It is free."), "does not say"),
        (("accept", "1", "--quote", "It is free."), "add --article"),
        (("dismiss", "1", "9"), "no proposed case 9"),
        (("export", "suite"), "no accepted case"),
    ):
        result = run(*arguments)
        assert result.exit_code == 1 and words in str(result.exception)
    assert len(json.loads(done("list", "--json"))["cases"]) == 3
