import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.signing_in import SigningIn, Visitor
from bot.storage.database import open_database


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["agents", *arguments])


def json_of(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def lets_in(url: str) -> str:
    """The agent whom a printed login lets in."""
    with open_database(Path("data/footnote.db")) as database:
        return SigningIn(database).with_link(url.rpartition("/")[2], Visitor("")).agent.name


def test_an_agent_is_added_with_a_login_that_works_once() -> None:
    result = run("add", "Maria", "--display-name", "María López")
    told, url = result.stdout.splitlines()
    assert "--port" in result.stderr
    assert "maria, valid for 15 minutes" in told
    assert url.startswith("http://127.0.0.1:8000/console/login/")
    assert lets_in(url) == "maria"
    (listed,) = json_of()["agents"]
    assert (listed["name"], listed["display_name"], listed["has_password"]) == ("maria", "María López", False)
    assert listed["signed_in_at"] and listed["created_at"] and listed["disabled_at"] is None


def test_a_new_login_voids_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_PUBLIC_URL", "https://help.example.com/")
    first = json_of("add", "maria")["login"]
    second = json_of("login", " MARIA")
    assert second["login"].startswith("https://help.example.com/console/login/")
    assert (second["name"], second["expires_at"][-6:]) == ("maria", "+00:00")
    with pytest.raises(Exception, match="opens nothing"):
        lets_in(first)
    assert lets_in(second["login"]) == "maria"


def test_the_list_reads_well() -> None:
    assert "no agents yet" in run().stdout
    run("add", "maria", "--display-name", "[bold]María")
    run("add", "bea")
    run("disable", "bea")
    bea, maria = run().stdout.splitlines()[1:]
    assert bea.split() == ["bea", "bea", "agent", "no", "never", "disabled"]
    assert maria.split() == ["maria", "[bold]María", "admin", "no", "never", "active"]


def test_disabling_and_enabling() -> None:
    url = json_of("add", "maria")["login"]
    assert json_of("disable", "maria") == {"name": "maria", "state": "disabled", "changed": True}
    assert "was already disabled" in run("disable", "Maria").stdout
    with pytest.raises(Exception, match="opens nothing"):
        lets_in(url)
    assert "footnote agents enable maria" in str(run("login", "maria").exception)
    assert "is enabled" in run("enable", "maria").stdout
    assert json_of("enable", "maria")["changed"] is False
    assert lets_in(json_of("login", "maria")["login"]) == "maria"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "zendesk"), "stands for something else"),
        (("add", "no name"), "letters a-z"),
        (("add", "maria", "--display-name", "x" * 61), "customers read"),
        (("login", "nobody"), "There is no agent 'nobody'"),
        (("disable", "nobody"), "There is no agent 'nobody'"),
        (("enable", "nobody"), "There is no agent 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1 and sentence in str(result.exception)


def test_a_name_is_given_once() -> None:
    run("add", "maria")
    assert "There is an agent 'maria' already" in str(run("add", "MARIA").exception)


def test_wrong_usage() -> None:
    assert run("add").exit_code == 2
    misplaced = run("--data-dir", "elsewhere", "add", "maria")
    assert misplaced.exit_code == 2 and not Path("elsewhere").exists()
    assert run("--json", "login", "maria").exit_code == 2


def test_the_database_of_the_data_directory_is_used_and_no_token_is_in_it(tmp_path: Path) -> None:
    url = json_of("add", "maria", "--data-dir", str(tmp_path / "there"))["login"]
    assert not Path("data").exists()
    dump = "\n".join(sqlite3.connect(tmp_path / "there" / "footnote.db").iterdump())
    assert "maria" in dump and url.rpartition("/")[2] not in dump


def test_the_first_agent_is_an_admin_and_others_are_what_is_said() -> None:
    run("add", "maria")
    run("add", "bea")
    run("add", "cy", "--role", "editor")
    assert {each["name"]: each["role"] for each in json_of()["agents"]} == {
        "maria": "admin",
        "bea": "agent",
        "cy": "editor",
    }
    assert "owner" in run("add", "di", "--role", "owner").output


def test_a_role_is_changed() -> None:
    run("add", "maria")
    assert json_of("role", " Maria", "editor") == {"name": "maria", "role": "editor", "changed": True}
    assert "The role of maria was already editor." in run("role", "maria", "editor").stdout
    assert "The role of maria is admin." in run("role", "maria", "admin").stdout
    assert "'nobody'" in str(run("role", "nobody", "admin").exception)
    assert run("role", "maria", "owner").exit_code == 2
