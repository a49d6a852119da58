"""The pages of pins and mutes."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from bot.roles import Role
from bot.staffed import StaffedFootnote
from bot.storage.audit import audit_entries
from bot.storage.passage_rules import PassageRule, RuleKind, passage_rule, rules_in_force
from bot.web.console import rules as rules_page
from knowledge.models import Passage
from tests.bot.web.console.conftest import Seat, seat_of
from tests.bot.web.stage import ShelfIndex, with_index

PASSAGE = Passage(
    id="00000000000000a", article_id="fees", title="Fees", heading="", url=None, text="A <b>fee</b>.", start=0, end=6
)


def day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


MUTE = {"kind": "mute", "passage": PASSAGE.id, "question": "", "reason": "It <i>was</i> raised.", "last_day": day(30)}
PIN = {**MUTE, "kind": "pin", "question": "What does <u>it</u> cost?"}


@pytest.fixture(autouse=True)
def index(footnote: StaffedFootnote) -> ShelfIndex:
    found = cast(Any, footnote.index)
    found.passages, found.passage_keys = {PASSAGE.key: PASSAGE}, {"fees": (PASSAGE.key,)}
    return cast(ShelfIndex, found)


@pytest.fixture
def eda(client: TestClient, footnote: StaffedFootnote) -> Seat:
    return seat_of(client, footnote, "eda", "Eda", Role.EDITOR)


def in_force(footnote: StaffedFootnote) -> tuple[PassageRule, ...]:
    return rules_in_force(footnote.database, datetime.now(UTC).date())


def test_an_empty_store_says_what_will_be_here(ada: Seat) -> None:
    assert "Nothing is pinned or muted." in ada.get("/console/rules").text
    assert "No rule has ended yet." in ada.get("/console/rules?ended=true").text
    empty = {"holding": 0, "ended": 0, "rules": [], "next_before": None}
    assert ada.get("/console/rules", accept="application/json").json() == empty


def test_without_a_passage_the_form_says_where_one_is_chosen(ada: Seat) -> None:
    page = ada.get("/console/rules/new")
    assert page.status_code == 200 and "Choose the passage first" in page.text and "<textarea" not in page.text
    told = ada.get("/console/rules/new", accept="application/json").json()
    assert told == {"kinds": ["pin", "mute"], "most_days": 366}
    assert ada.post("/console/rules", {**MUTE, "passage": ""}).status_code == 400


def test_an_editor_mutes_a_passage_and_ends_it(ada: Seat, eda: Seat, footnote: StaffedFootnote) -> None:
    form = eda.get(f"/console/rules/new?kind=mute&passage={PASSAGE.id}&question=%3Cu%3E")
    assert "Mute a passage" in form.text and "A &lt;b&gt;fee&lt;/b&gt;." in form.text and "&lt;u&gt;" in form.text
    answer = eda.post("/console/rules", MUTE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/rules#rule-1")
    (rule,) = in_force(footnote)
    assert (rule.kind, rule.question, rule.made_by) == (RuleKind.MUTE, None, "eda")
    page = eda.get("/console/rules").text
    assert "Muted:" in page and "For all questions." in page and "It &lt;i&gt;was&lt;/i&gt; raised." in page
    assert "its passage has changed" not in page
    assert eda.post("/console/rules/1/end").headers["location"] == "/console/rules"
    assert in_force(footnote) == ()
    late = ada.post("/console/rules/1/end")
    assert late.status_code == 409 and "ended by eda" in late.text
    assert "by eda" in ada.get("/console/rules?ended=true").text
    assert [entry.action for entry in audit_entries(footnote.database, 2)] == ["rule_ended", "passage_muted"]


def test_the_same_for_a_script(eda: Seat, footnote: StaffedFootnote) -> None:
    told = eda.get(f"/console/rules/new?passage={PASSAGE.id}", accept="application/json").json()
    assert told == {
        "passage_id": PASSAGE.id,
        "article_id": "fees",
        "beginning": "A <b>fee</b>.",
        "kinds": ["pin", "mute"],
        "most_days": 366,
    }
    made = eda.script("/console/rules", PIN)
    assert made.status_code == 201 and made.json()["question"] == "What does <u>it</u> cost?"
    listed = eda.get("/console/rules", accept="application/json").json()
    assert (listed["holding"], listed["rules"]) == (1, [made.json()])
    again = eda.script("/console/rules", PIN)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "rule_conflict")
    assert eda.script("/console/rules/1/end").json()["ended_by"] == "eda"
    assert eda.script("/console/rules/1/end").json()["error"]["code"] == "rule_conflict"
    for number in ("7", "-1", "99999999999999999999"):
        assert eda.script(f"/console/rules/{number}/end").json()["error"]["code"] == "rule_not_found"


def test_a_passage_that_has_changed(eda: Seat, index: ShelfIndex) -> None:
    eda.post("/console/rules", PIN)
    index.passages, index.passage_keys = {}, {}
    page = eda.get("/console/rules").text
    assert "its passage has changed" in page and "A &lt;b&gt;fee&lt;/b&gt;." in page
    assert eda.get("/console/rules", accept="application/json").json()["rules"][0]["passage_changed"] is True
    gone = eda.get(f"/console/rules/new?kind=pin&passage={PASSAGE.id}")
    assert gone.status_code == 404 and "its text has changed since" in gone.text
    told = eda.get("/console/rules/new?passage=x", accept="application/json")
    assert (told.status_code, told.json()["error"]["code"]) == (404, "passage_not_found")
    refused = eda.post("/console/rules", MUTE)
    assert refused.status_code == 400 and "its text has changed since" in refused.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": " "}, "Say why"),
        ({"last_day": ""}, "until which day"),
        ({"last_day": "soon"}, "“soon” is no day"),
        ({"last_day": day(-1)}, "at least through today"),
        ({"last_day": day(367)}, "at the latest until"),
        ({"kind": "pin"}, "A pin is for a question"),
    ],
)
def test_what_is_refused_keeps_what_was_written(
    eda: Seat, footnote: StaffedFootnote, change: dict[str, str], words: str
) -> None:
    page = eda.post("/console/rules", {**MUTE, **change})
    assert page.status_code == 400 and words in page.text and 'role="alert"' in page.text
    assert change.get("reason") == " " or "It &lt;i&gt;was&lt;/i&gt; raised." in page.text
    assert eda.script("/console/rules", {**MUTE, **change}).status_code == 400
    assert in_force(footnote) == ()


def test_pages_follow_one_another(eda: Seat, monkeypatch: pytest.MonkeyPatch, footnote: StaffedFootnote) -> None:
    monkeypatch.setattr(rules_page, "ON_A_PAGE", 2)
    for number in range(3):
        eda.post("/console/rules", {**MUTE, "question": f"Question {number}?"})
    first = eda.get("/console/rules", accept="application/json").json()
    assert ([rule["number"] for rule in first["rules"]], first["next_before"]) == ([3, 2], 2)
    assert "before=2" in eda.get("/console/rules").text
    rest = eda.get("/console/rules?before=2", accept="application/json").json()
    assert ([rule["number"] for rule in rest["rules"]], rest["next_before"]) == ([1], None)
    assert "First page" in eda.get("/console/rules?before=2").text
    assert passage_rule(footnote.database, 3).question == "Question 2?"


def test_agents_do_not_rule_and_read_what_holds(ada: Seat, bo: Seat) -> None:
    ada.post("/console/rules", PIN)
    assert bo.get("/console/rules").status_code == 403
    assert bo.get(f"/console/rules/new?passage={PASSAGE.id}").status_code == 403
    assert bo.script("/console/rules", MUTE).status_code == 403
    assert bo.script("/console/rules/1/end").status_code == 403
    for seat, links in ((bo, False), (ada, True)):
        page = seat.get("/console/knowledge/fees").text
        assert "pinned" in page and "What does &lt;u&gt;it&lt;/u&gt; cost?" in page
        assert (f"/console/rules/new?kind=mute&amp;passage={PASSAGE.id}" in page) is links
    told = ada.get("/console/knowledge/fees", accept="application/json").json()
    assert (told["passage_ids"], told["rules"]) == ([PASSAGE.id], [1])


def test_without_an_index(footnote: StaffedFootnote, eda: Seat, index: ShelfIndex) -> None:
    eda.post("/console/rules", MUTE)
    index.articles = None
    assert with_index(footnote, None).current_generation() is None
    assert eda.get("/console/rules", accept="application/json").json()["rules"][0]["passage_changed"] is None
    refused = eda.post("/console/rules", PIN)
    assert refused.status_code == 503 and "There is no index yet" in refused.text
    assert eda.get(f"/console/rules/new?passage={PASSAGE.id}").status_code == 404
