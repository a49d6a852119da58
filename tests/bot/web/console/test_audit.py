import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.roles import Role
from bot.staffed import StaffedFootnote
from bot.storage.audit import note
from bot.web.console.audit import AT_ONCE
from tests.bot.web.console.conftest import Seat

AUDIT = "/console/audit"
JSON = "application/json"


@pytest.fixture
def log(ada: Seat, footnote: StaffedFootnote) -> Seat:
    """More than a page of entries, the newest of them by bo."""
    now = datetime.now(UTC)
    with footnote.database.write() as connection:
        for number in range(AT_ONCE + 5):
            note(connection, now + timedelta(seconds=number), "ada", "article_pinned", f"article-{number}")
        note(connection, now, "bo", "article_muted", "<b>", reason="it is old")
    return ada


def test_entries_come_newest_first_in_pages(log: Seat) -> None:
    first = log.get(AUDIT, accept=JSON).json()
    assert len(first["entries"]) == AT_ONCE
    assert first["entries"][0]["action"] == "article_muted"
    rest = log.get(f"{AUDIT}?before={first['older_before']}", accept=JSON).json()
    assert rest["older_before"] is None
    numbers = [entry["number"] for entry in (*first["entries"], *rest["entries"])]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == AT_ONCE + 5 + 1 + len(("agent_added", "login_made", "signed_in"))


def test_a_page_shows_what_scripts_get(log: Seat) -> None:
    told, page = log.get(AUDIT, accept=JSON).json(), log.get(AUDIT).text
    shown = [int(number) for number in re.findall(r'id="entry-(\d+)"', page)]
    assert shown == [entry["number"] for entry in told["entries"]]
    assert "&lt;b&gt;" in page and "<b>" not in page
    assert "reason: <bdi>it is old</bdi>" in page
    assert f'href="{AUDIT}?before={told["older_before"]}"' in page


def test_entries_are_chosen(log: Seat) -> None:
    only = log.get(f"{AUDIT}?agent=ada&action=article_pinned", accept=JSON).json()
    assert {(entry["agent"], entry["action"]) for entry in only["entries"]} == {("ada", "article_pinned")}
    page = log.get(f"{AUDIT}?agent=ada&action=article_pinned").text
    assert '<option value="ada" selected>' in page and '<option value="article_pinned" selected>' in page
    assert f"{AUDIT}?agent=ada&amp;action=article_pinned&amp;before=" in page
    server = log.get(f"{AUDIT}?agent=-", accept=JSON).json()["entries"]
    assert {entry["agent"] for entry in server} == {None}
    assert "Nothing of this kind" in log.get(f"{AUDIT}?action=unheard_of").text


def test_what_looks_like_a_secret_is_masked(ada: Seat, footnote: StaffedFootnote) -> None:
    secret = "4111 1111 1111 1111"
    with footnote.database.write() as connection:
        note(connection, datetime.now(UTC), "ada", "article_muted", f"card {secret}", reason=f"paid with {secret}")
    assert secret not in ada.get(AUDIT).text
    assert secret not in ada.get(AUDIT, accept=JSON).text


def test_only_admins_read_it(ada: Seat, bo: Seat) -> None:
    assert (ada.agent.role, bo.agent.role) == (Role.ADMIN, Role.AGENT)
    assert (ada.get(AUDIT).status_code, bo.get(AUDIT).status_code) == (200, 403)


@pytest.mark.parametrize("query", ["before=0", "before=x", f"before={2**40}", "agent=" + "x" * 300])
def test_a_wrong_address_is_refused(ada: Seat, query: str) -> None:
    assert ada.get(f"{AUDIT}?{query}").status_code == 422
