"""The pages of gaps over scripted answers, and over a store without a turn."""

import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.models import Handoff, HandoffReason
from bot.roles import Role
from bot.staffed import StaffedFootnote
from bot.storage.audit import audit_entries
from tests.bot.web.console.conftest import Seat, SuggestingAssistant, seat_of
from tests.seeded_turn import handed_over

UNSURE = Handoff(text="A person replies.", reason=HandoffReason.LOW_CONFIDENCE, confidence=0.1)
FORMULA = '=HYPERLINK("x") stolen card <b>now</b>'
STOLEN = ("My card was stolen", "the card is stolen", "stolen card", FORMULA)
PATIENCE = 20.0


def looked(seat: Seat) -> dict[str, Any]:
    """The gaps once nobody looks any more."""
    until = time.monotonic() + PATIENCE
    while True:
        answer = seat.get("/console/gaps", accept="application/json").json()
        if not answer["looking"]:
            return dict(answer)
        assert time.monotonic() < until, "the look does not end"
        time.sleep(0.02)


@pytest.fixture
def gap(ada: Seat, footnote: StaffedFootnote, assistant: SuggestingAssistant) -> dict[str, Any]:
    handed_over(footnote.database, STOLEN)
    assistant.enqueue(*[UNSURE] * len(STOLEN))
    (found,) = looked(ada)["gaps"]
    return dict(found)


def test_a_store_without_turns_says_what_will_be_here(ada: Seat) -> None:
    looked(ada)
    page = ada.get("/console/gaps")
    assert page.status_code == 200
    assert "No gap is open." in page.text and "Looked through" in page.text
    assert "No gap has closed yet" in ada.get("/console/gaps?state=closed").text
    assert "No gap is muted" in ada.get("/console/gaps?state=muted").text


def test_a_gap_is_listed_with_what_json_says_of_it(ada: Seat, gap: dict[str, Any]) -> None:
    page = ada.get("/console/gaps").text
    assert gap["size"] == gap["unanswered"] == 4
    assert f"{gap['unanswered']} of {gap['size']} not answered" in page
    assert gap["name"] in page and 'aria-current="page">Gaps' in page
    assert "<b>" not in page


def test_one_gap_with_its_questions(ada: Seat, gap: dict[str, Any]) -> None:
    page, told = ada.get(gap["path"]), ada.get(gap["path"], accept="application/json").json()
    assert [question["answered"] for question in told["questions"]] == [False] * 4
    assert page.text.count("not sure enough") == 4
    assert "<b>now</b>" not in page.text and "&lt;b&gt;now&lt;/b&gt;" in page.text


def test_no_export_has_a_formula_or_a_mark(ada: Seat, gap: dict[str, Any]) -> None:
    table, stubs = ada.get("/console/gaps.csv"), ada.get("/console/gaps.md")
    assert table.headers["content-disposition"] == 'attachment; filename="gaps.csv"'
    assert gap["name"] in table.text
    assert "'=HYPERLINK" in table.text
    assert r"\<b\>now\</b\>" in stubs.text and "## Answer" in stubs.text


def test_an_editor_mutes_and_an_agent_does_not(
    client: TestClient, footnote: StaffedFootnote, ada: Seat, bo: Seat, gap: dict[str, Any]
) -> None:
    assert bo.script(gap["path"], {"state": "muted"}).status_code == 403
    eda = seat_of(client, footnote, "eda", "Eda", Role.EDITOR)
    assert eda.post(gap["path"], {"state": "muted"}).headers["location"] == gap["path"]
    assert looked(ada)["gaps"] == []
    page = ada.get(gap["path"]).text
    assert "Muted by eda" in page and "Open again" in page
    (entry,) = audit_entries(footnote.database, 1)
    assert (entry.action, entry.object, entry.detail) == ("gap_changed", str(gap["number"]), {"state": "muted"})
    assert eda.script(gap["path"], {"state": "gone"}).status_code == 422


def test_editors_may_write_a_curated_answer_for_a_question(ada: Seat, bo: Seat, gap: dict[str, Any]) -> None:
    link = "/console/curated/new?question=%3DHYPERLINK%28%22x%22%29%20stolen%20card%20%3Cb%3Enow%3C/b%3E"
    assert link in ada.get(gap["path"]).text
    assert "/console/curated" not in bo.get(gap["path"]).text


def test_looking_again_closes_what_is_answered_now(
    ada: Seat, gap: dict[str, Any], assistant: SuggestingAssistant
) -> None:
    assistant.config_hash = "d1" * 8
    assert ada.post("/console/gaps/look").status_code == 303
    assert looked(ada)["gaps"] == []
    assert "Closed" in ada.get(gap["path"]).text


def test_a_gap_that_is_not_there(ada: Seat) -> None:
    for path in ("/console/gaps/77", "/console/gaps/99999999999999999999", "/console/gaps/-4"):
        assert ada.get(path).status_code == 404
    assert ada.get("/console/gaps/77", accept="application/json").json()["error"]["code"] == "gap_not_found"
    assert ada.script("/console/gaps/77", {"state": "closed"}).status_code == 404
    assert ada.get("/console/gaps/abc").status_code == 422
    assert ada.get("/console/gaps?state=none&page=0").status_code == 200
