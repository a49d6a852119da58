"""The pages of proposed cases: what waits, and the decision on it."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.roles import Role
from bot.staffed import StaffedFootnote
from bot.storage.audit import audit_entries
from bot.storage.proposed_cases import CaseState, ProposedCase, proposed_case
from bot.web.console import cases as cases_page
from tests.bot.web.conftest import Talk
from tests.bot.web.console.conftest import Seat, path_of, seat_of

FORM = {"right": "false", "article": "fees", "quote": "A fee."}


@pytest.fixture
def eda(client: TestClient, footnote: StaffedFootnote) -> Seat:
    return seat_of(client, footnote, "eda", "Eda", Role.EDITOR)


def marked(talk: Talk, seat: Seat, name: str = "m1", **form: str) -> dict[str, Any]:
    turn = talk.send(f"What does <i>{name}</i> cost?", name).json()["message_id"]
    return dict(seat.script(path_of(talk, f"/turns/{turn}/mark"), form or FORM).json())


def state_of(footnote: StaffedFootnote, number: int = 1) -> ProposedCase:
    return proposed_case(footnote.database, number)


def test_an_empty_store_says_what_will_be_here(ada: Seat) -> None:
    assert "No case waits for a decision." in ada.get("/console/cases").text
    assert "Nothing has been accepted yet." in ada.get("/console/cases?state=accepted").text
    assert "There is none of these." in ada.get("/console/cases?source=thumb").text
    assert ada.get("/console/cases?state=x&source=y").status_code == 200


def test_one_click_accepts_what_is_suggested(ada: Seat, eda: Seat, talk: Talk, footnote: StaffedFootnote) -> None:
    case = marked(talk, ada)
    page = eda.get("/console/cases?source=correction").text
    assert "What does &lt;i&gt;m1&lt;/i&gt; cost?" in page and "Should be answered" in page and "A fee." in page
    form = {"seen": case["seen"], "on_list": "true", "source": "correction", "after": "0"}
    answer = eda.post("/console/cases/1/accept", form)
    assert answer.headers["location"] == "/console/cases?state=proposed&source=correction"
    assert (state_of(footnote).state, state_of(footnote).decided_by) == (CaseState.ACCEPTED, "eda")
    (entry,) = audit_entries(footnote.database, 1)
    assert (entry.agent, entry.action, entry.object, entry.detail) == (
        "eda",
        "case_accepted",
        "1",
        {"expect": "answer"},
    )
    assert "Decide otherwise" in eda.get("/console/cases?state=accepted").text


def test_the_second_editor_is_told(ada: Seat, eda: Seat, talk: Talk, footnote: StaffedFootnote) -> None:
    case = marked(talk, ada)
    assert eda.script("/console/cases/1/dismiss", {"seen": case["seen"]}).json()["state"] == "dismissed"
    late = ada.post("/console/cases/1/accept", {"seen": case["seen"], "quote": "Kept", "article": "fees"})
    assert late.status_code == 409
    assert "Case 1 is dismissed by eda now, and not as you saw it." in late.text and "Kept" in late.text
    assert ada.script("/console/cases/1/accept", {"seen": case["seen"]}).json()["error"]["code"] == "case_changed"
    assert state_of(footnote).state is CaseState.DISMISSED


@pytest.mark.parametrize(
    ("form", "expect", "articles"),
    [
        ({"expect": "handoff", "article": "fees", "quote": "left over"}, "handoff", []),
        ({"expect": "answer", "article": "fees", "other": "guide/first steps", "quote": "Go."}, "answer", 1),
        ({"expect": "clarify"}, "clarify", []),
    ],
)
def test_an_editor_chooses(ada: Seat, talk: Talk, form: dict[str, str], expect: str, articles: list[str] | int) -> None:
    case = marked(talk, ada, right="false")
    assert case["suggestion"] is None
    assert "Accept as suggested" not in ada.get("/console/cases").text
    told = ada.script("/console/cases/1/accept", {"seen": case["seen"], **form}).json()
    assert told["decision"]["expect"] == expect
    assert told["decision"]["articles"] == (["guide/first steps"] if articles else [])


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Nothing says what case 1 should have been"),
        ({"expect": "answer"}, "no article that gives it is named"),
        ({"expect": "song"}, "cannot be expected"),
        ({"expect": "answer", "article": "fees", "quote": "No fee."}, "does not say"),
        ({"expect": "answer", "quote": "A fee."}, "without its article"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(ada: Seat, talk: Talk, form: dict[str, str], words: str) -> None:
    case = marked(talk, ada, right="false")
    page = ada.post("/console/cases/1/accept", {"seen": case["seen"], **form})
    assert page.status_code == 400 and words in page.text and 'role="alert"' in page.text


def test_pages_follow_one_another(ada: Seat, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases_page, "ON_A_PAGE", 2)
    for name in ("m1", "m2", "m3"):
        marked(talk, ada, name)
    first = ada.get("/console/cases", accept="application/json").json()
    assert ([case["number"] for case in first["cases"]], first["next_after"]) == ([1, 2], 2)
    assert first["states"] == {"proposed": 3, "accepted": 0, "dismissed": 0}
    assert "after=2" in ada.get("/console/cases").text
    rest = ada.get("/console/cases?after=2", accept="application/json").json()
    assert ([case["number"] for case in rest["cases"]], rest["next_after"]) == ([3], None)
    assert "First page" in ada.get("/console/cases?after=2").text


def test_one_case_has_its_page(ada: Seat, talk: Talk) -> None:
    case = marked(talk, ada)
    page = ada.get("/console/cases/1").text
    assert "An agent marked the reply wrong and named this." in page and "Nobody can answer this" in page
    assert ada.get("/console/cases/1", accept="application/json").json() == case


def test_agents_do_not_decide_and_what_is_not_there(ada: Seat, bo: Seat) -> None:
    assert bo.get("/console/cases").status_code == 403
    assert bo.script("/console/cases/1/dismiss", {"seen": "x"}).status_code == 403
    for number in ("7", "-1", "99999999999999999999"):
        assert ada.get(f"/console/cases/{number}").status_code == 404
        assert ada.script(f"/console/cases/{number}/accept", {"seen": "x"}).status_code == 404
    assert ada.script("/console/cases/7/dismiss", {"state": "x"}).status_code == 422
