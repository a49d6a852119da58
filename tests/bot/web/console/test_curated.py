"""The pages of curated answers: which there are, one with its versions, and what becomes of it."""

from typing import Any

import pytest

from bot.assembly import now
from bot.curating import withdraw_changed
from bot.staffed import StaffedFootnote
from bot.storage.audit import audit_entries
from bot.storage.curated_answers import CuratedState, curated_answer
from bot.web.console import curated as pages
from tests.bot.web.console.conftest import Seat
from tests.bot.web.console.curated_pages import PATH, eda, form, written

__all__ = ["eda", "written"]


def test_an_empty_store_says_what_will_be_here(eda: Seat) -> None:
    assert "No curated answer is active." in eda.get(PATH).text
    assert "No curated answer is withdrawn." in eda.get(f"{PATH}?state=withdrawn").text
    assert "There are no more." in eda.get(f"{PATH}?before=5").text
    told = eda.get(f"{PATH}?state=nonsense", accept="application/json").json()
    assert told == {
        "states": {"active": 0, "withdrawn": 0, "expired": 0, "deleted": 0},
        "curated_answers": [],
        "next_before": None,
    }


def test_an_answer_has_its_place_in_the_list_and_its_page(eda: Seat, written: dict[str, Any]) -> None:
    assert (written["number"], written["state"], written["given_in_30_days"]) == (1, "active", 0)
    listed = eda.get(PATH).text
    assert "How do I &lt;b&gt;switch&lt;/b&gt; inbox?" in listed and "<b>switch" not in listed
    assert "owner <bdi>Eda</bdi>" in listed and "given 0× in 30 days" in listed and "2 wordings" in listed
    page = eda.get(f"{PATH}/1").text
    assert "In short:" in page and "<strong>Change email address</strong>" in page, "as a customer sees it"
    assert "Still right" not in page and "Version 1" in page
    told = eda.get(f"{PATH}/1", accept="application/json").json()
    assert told == {**written, "versions": [{"version": 1, "state": "active", "told": "written"}]}


def test_a_withdrawn_answer_says_why_and_is_confirmed_with_one_click(
    eda: Seat, written: dict[str, Any], footnote: StaffedFootnote
) -> None:
    withdraw_changed(footnote.database, {}, now())
    listed = eda.get(f"{PATH}?state=withdrawn").text
    assert "The article “change-email” is not in the index any more." in listed
    assert "Withdrawn" in eda.get(f"{PATH}/1").text
    assert eda.post(f"{PATH}/1/confirm", {"seen": "2"}).headers["location"] == f"{PATH}/1"
    assert curated_answer(footnote.database, 1).state is CuratedState.ACTIVE
    (entry,) = audit_entries(footnote.database, 1)
    assert (entry.agent, entry.action, entry.object) == ("eda", "curated_answer_confirmed", "1")
    late = eda.post(f"{PATH}/1/confirm", {"seen": "2"})
    assert late.status_code == 409 and "eda has made version 3" in late.text
    assert eda.script(f"{PATH}/1/confirm", {"seen": "2"}).json()["error"]["code"] == "curated_answer_changed"


def test_what_does_not_stand_is_shown_as_not_given(
    eda: Seat, written: dict[str, Any], footnote: StaffedFootnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between another index and the withdrawal; no customer gets it."""
    monkeypatch.setattr(pages, "articles_now", lambda _: {})
    assert "not given" in eda.get(PATH).text
    page = eda.get(f"{PATH}/1").text
    assert "No customer gets it:" in page and "This is what it quoted:" in page and "Change email address" in page
    assert eda.get(f"{PATH}/1", accept="application/json").json()["problem"]


def test_an_answer_is_deleted_with_a_reason(eda: Seat, written: dict[str, Any], footnote: StaffedFootnote) -> None:
    refused = eda.post(f"{PATH}/1/delete", {"seen": "1", "reason": " "})
    assert refused.status_code == 400 and "Say why the answer is deleted" in refused.text
    assert eda.script(f"{PATH}/1/delete", {"seen": "1", "reason": "<i>Old</i>"}).json()["state"] == "deleted"
    page = eda.get(f"{PATH}/1").text
    assert "&lt;i&gt;Old&lt;/i&gt;" in page and f"{PATH}/1/edit" not in page
    assert "&lt;i&gt;Old&lt;/i&gt;" in eda.get(f"{PATH}?state=deleted").text


def test_pages_follow_one_another(eda: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ON_A_PAGE", 2)
    for number in range(3):
        eda.script(PATH, form(wordings=f"question {number}"))
    first = eda.get(PATH, accept="application/json").json()
    assert ([each["number"] for each in first["curated_answers"]], first["next_before"]) == ([3, 2], 2)
    assert "before=2" in eda.get(PATH).text
    rest = eda.get(f"{PATH}?before=2", accept="application/json").json()
    assert ([each["number"] for each in rest["curated_answers"]], rest["next_before"]) == ([1], None)


@pytest.mark.parametrize("number", ["7", str(2**40)])
def test_an_answer_that_is_not_there(eda: Seat, number: str) -> None:
    page = eda.get(f"{PATH}/{number}")
    assert page.status_code == 404 and "There is no curated answer" in page.text
    for script in (
        eda.get(f"{PATH}/{number}", accept="application/json"),
        eda.script(f"{PATH}/{number}/confirm", {"seen": "1"}),
        eda.script(f"{PATH}/{number}/delete", {"seen": "1", "reason": "No."}),
        eda.script(f"{PATH}/{number}", form()),
        eda.get(f"{PATH}/{number}/edit", accept="application/json"),
    ):
        assert script.status_code == 404 and script.json()["error"]["code"] == "curated_answer_not_found"


def test_only_editors_come_here(eda: Seat, bo: Seat) -> None:
    assert "Curated answers" in eda.get("/console/gaps").text
    assert "Curated answers" not in bo.get("/console/gaps").text
    assert bo.get(PATH).status_code == 403
