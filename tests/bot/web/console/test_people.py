import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import SignInFailed
from bot.roles import Role
from bot.signing_in import SigningIn, Visitor
from bot.staffed import StaffedFootnote
from bot.storage.agents import agent_account
from bot.storage.audit import audit_entries
from tests.bot.web.console.conftest import HOST, Seat

PEOPLE = "/console/people"


def login_in(page: str) -> str:
    found = re.search(r'id="login" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def role_of(footnote: StaffedFootnote, name: str) -> Role:
    account = agent_account(footnote.database, name)
    assert account is not None
    return account.agent.role


def test_somebody_is_invited_with_a_login_that_is_shown_once(ada: Seat, footnote: StaffedFootnote) -> None:
    invited = ada.post(PEOPLE, {"name": " Maria", "display_name": "María López", "role": "editor"})
    assert invited.status_code == 200
    login = login_in(invited.text)
    assert login.startswith(f"{HOST}/console/login/") and "for 3 days" in invited.text
    again = ada.get(PEOPLE)
    assert "/console/login/" not in again.text and "María López" in again.text
    token = login.rpartition("/")[2]
    late = SigningIn(footnote.database, now=lambda: datetime.now(UTC) + timedelta(days=3, minutes=1))
    with pytest.raises(SignInFailed):
        late.with_link(token, Visitor("127.0.0.1"))
    entered = SigningIn(footnote.database).with_link(token, Visitor("127.0.0.1"))
    assert (entered.agent.name, entered.agent.role) == ("maria", Role.EDITOR)
    assert "for 15 minutes" in ada.post(f"{PEOPLE}/login", {"name": "maria"}).text
    assert token not in str(audit_entries(footnote.database, 99))


def test_an_invitation_that_cannot_be_keeps_what_was_written(ada: Seat) -> None:
    taken = ada.post(PEOPLE, {"name": "ada", "display_name": "Ada <b>", "role": "editor"})
    assert taken.status_code == 422
    assert "There is an agent" in taken.text and 'role="alert"' in taken.text
    assert 'value="Ada &lt;b&gt;"' in taken.text
    assert re.search(r'value="editor" checked', taken.text)
    assert ada.post(PEOPLE, {"name": "bot"}).status_code == 422
    assert ada.post(PEOPLE, {"name": "x", "role": "owner"}).status_code == 422
    assert ada.post(PEOPLE, {"name": "x", "is_admin": "1"}).status_code == 422


def test_a_role_is_changed(ada: Seat, bo: Seat, footnote: StaffedFootnote) -> None:
    changed = ada.post(f"{PEOPLE}/role", {"name": "bo", "role": "admin"})
    assert "The role of bo is admin now." in changed.text
    assert role_of(footnote, "bo") is Role.ADMIN
    assert bo.post(f"{PEOPLE}/role", {"name": "ada", "role": "agent"}).status_code == 200
    assert ada.get(PEOPLE).status_code == 403


def test_an_admin_may_step_down_when_there_is_another(ada: Seat, bo: Seat, footnote: StaffedFootnote) -> None:
    ada.post(f"{PEOPLE}/role", {"name": "bo", "role": "admin"})
    assert ada.post(f"{PEOPLE}/role", {"name": "ada", "role": "agent"}).headers["location"] == "/console/"
    assert role_of(footnote, "ada") is Role.AGENT
    assert bo.get(PEOPLE).status_code == 200


@pytest.mark.parametrize(("path", "fields"), [("role", {"role": "editor"}), ("disable", {})])
def test_the_last_admin_stays(
    ada: Seat, bo: Seat, footnote: StaffedFootnote, path: str, fields: dict[str, str]
) -> None:
    assert bo.agent.role is Role.AGENT
    refused = ada.post(f"{PEOPLE}/{path}", {"name": "ada", **fields})
    assert refused.status_code == 422
    assert "ada is the only admin. Make somebody else an admin first." in refused.text
    assert role_of(footnote, "ada") is Role.ADMIN
    assert ada.get(PEOPLE).status_code == 200


def test_somebody_is_shut_out_and_let_in_again(ada: Seat, bo: Seat, footnote: StaffedFootnote) -> None:
    assert bo.get("/console").status_code == 200
    shut = ada.post(f"{PEOPLE}/disable", {"name": "bo"})
    assert "bo is disabled" in shut.text and '<span class="pill bad">disabled</span>' in shut.text
    assert "/console/sign-in" in str(bo.get("/console").url)
    assert "is disabled" in ada.post(f"{PEOPLE}/login", {"name": "bo"}).text
    assert "bo is enabled" in ada.post(f"{PEOPLE}/enable", {"name": "bo"}).text
    token = login_in(ada.post(f"{PEOPLE}/login", {"name": "bo"}).text).rpartition("/")[2]
    assert SigningIn(footnote.database).with_link(token, Visitor("127.0.0.1")).agent.name == "bo"


def test_somebody_is_signed_out_everywhere(ada: Seat, bo: Seat) -> None:
    assert "bo is signed out everywhere." in ada.post(f"{PEOPLE}/sign-out", {"name": "bo"}).text
    assert "/console/sign-in" in str(bo.get("/console").url)
    assert ada.get("/console").status_code == 200


@pytest.mark.parametrize("path", ["/role", "/disable", "/enable", "/login", "/sign-out"])
def test_nobody_of_that_name_is_a_sentence(ada: Seat, path: str) -> None:
    fields = {"name": "nobody"} | ({"role": "agent"} if path == "/role" else {})
    told = ada.post(PEOPLE + path, fields)
    assert (told.status_code, "There is no agent" in told.text) == (422, True)


def test_scripts_get_the_list(ada: Seat, bo: Seat) -> None:
    listed = ada.get(PEOPLE, accept="application/json").json()["agents"]
    assert [(each["name"], each["role"]) for each in listed] == [("ada", "admin"), ("bo", "agent")]
    assert set(listed[0]) == {
        "name",
        "display_name",
        "role",
        "has_password",
        "by_provider",
        "created_at",
        "signed_in_at",
        "disabled_at",
    }
    assert bo.agent.name == "bo"


def test_another_site_changes_nothing(ada: Seat, bo: Seat, footnote: StaffedFootnote) -> None:
    foreign = ada.post(f"{PEOPLE}/role", {"name": "bo", "role": "admin"}, origin="https://evil.example")
    assert foreign.status_code == 403
    assert role_of(footnote, "bo") is Role.AGENT
    assert bo.get(PEOPLE).status_code == 403
