import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.errors import RequestRefused
from bot.models import CustomerContext
from bot.storage.conversations import start_conversation
from bot.storage.database import Database, open_database
from bot.storage.outbox import NoSuchDelivery, OutgoingEvent, claim, enqueue, next_due, settle_delivered, settle_failed
from tests.fakes import LetterEncoder

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
WHY = "desk.example refused the request with status 422 ([red]no[/red])."


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: LetterEncoder())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def database(place: Path) -> Iterator[Database]:
    with open_database(place / "footnote.db") as opened:
        yield opened


@pytest.fixture
def conversation(database: Database) -> str:
    return start_conversation(database, "site", CustomerContext(), NOW)[0].id


def add(database: Database, conversation: str, number: int, desk: str, outcome: str = "pending") -> str:
    """An event in the outbox, delivered, dead or pending; the id of its delivery."""
    event = OutgoingEvent(
        id=f"evt_{number}", type="handoff.message", conversation_id=conversation, data={}, occurred_at=NOW
    )
    with database.write() as connection:
        enqueue(connection, event, [desk], NOW)
        due = next_due(connection, desk, NOW)
        if outcome == "pending":
            return due or ""
        taken = claim(connection, desk, NOW, NOW + timedelta(seconds=30))
        assert taken is not None
        if outcome == "delivered":
            settle_delivered(connection, taken, NOW)
        else:
            settle_failed(connection, taken, WHY, None, NOW, down=False)
        return taken.id


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["deliveries", *arguments])


def json_of(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def desk(name: str) -> dict[str, Any]:
    (found,) = [each for each in json_of()["desks"] if each["desk"] == name]
    return found


def test_nothing_was_ever_sent() -> None:
    assert run().stdout == "Nothing was ever sent to a help desk.\n"
    assert run("--dead").stdout == "No event was given up.\n"
    assert (json_of(), json_of("--dead")) == ({"desks": []}, {"dead": []})


def test_each_desk_with_what_it_has_and_has_not(database: Database, conversation: str) -> None:
    add(database, conversation, 1, "zendesk", "delivered")
    add(database, conversation, 2, "zendesk", "dead")
    add(database, conversation, 3, "zendesk")
    add(database, conversation, 1, "webhook", "delivered")
    assert json_of() == {
        "desks": [
            {
                "desk": "webhook",
                "pending": 0,
                "delivered": 1,
                "dead": 0,
                "waiting_since": None,
                "last_error": None,
            },
            {
                "desk": "zendesk",
                "pending": 1,
                "delivered": 1,
                "dead": 1,
                "waiting_since": NOW.isoformat(),
                "last_error": None,
            },
        ]
    }
    lines = run().stdout.splitlines()
    assert lines[0].split() == ["desk", "waiting", "since", "dead", "delivered", "what", "failed", "last"]
    assert lines[2].split() == ["zendesk", "1", "2026-03-04", "05:06", "UTC", "1", "1"]


def test_dead_letters_are_listed_with_why_and_what_waits_behind(database: Database, conversation: str) -> None:
    letter = add(database, conversation, 1, "zendesk", "dead")
    add(database, conversation, 2, "zendesk")
    assert json_of("--dead") == {
        "dead": [
            {
                "id": letter,
                "desk": "zendesk",
                "event_id": "evt_1",
                "type": "handoff.message",
                "conversation_id": conversation,
                "occurred_at": NOW.isoformat(),
                "attempts": 1,
                "waiting_behind": 1,
                "last_error": WHY,
            }
        ]
    }
    shown = run("--dead").stdout
    assert letter in shown
    assert "[red]no[/red]" in shown


def test_a_dead_letter_is_sent_again(database: Database, conversation: str) -> None:
    letter = add(database, conversation, 1, "zendesk", "dead")
    assert run("--replay", letter).stdout == "1 event is sent again, as soon as a server runs.\n"
    assert (desk("zendesk")["pending"], desk("zendesk")["dead"]) == (1, 0)


def test_all_of_a_desk_are_sent_again(database: Database, conversation: str) -> None:
    for name, number in (("zendesk", 1), ("webhook", 2)):
        add(database, conversation, number, name, "dead")
    other = start_conversation(database, "site", CustomerContext(), NOW)[0].id
    add(database, other, 3, "zendesk", "dead")
    assert json_of("--replay-all", "zendesk") == {"sent_again": 2}
    assert json_of("--replay-all", "zendesk") == {"sent_again": 0}
    assert (desk("zendesk")["dead"], desk("webhook")["dead"]) == (0, 1)


def test_a_dead_letter_is_dropped_and_what_waits_behind_it_goes_on(database: Database, conversation: str) -> None:
    letter = add(database, conversation, 1, "zendesk", "dead")
    add(database, conversation, 2, "zendesk")
    with database.read() as connection:
        assert next_due(connection, "zendesk", datetime.now(UTC)) is None
    assert run("--give-up", letter).stdout == "1 event is dropped for good; what waited behind is sent next.\n"
    assert json_of("--dead") == {"dead": []}
    with database.read() as connection:
        assert next_due(connection, "zendesk", datetime.now(UTC)) is not None


def test_a_desk_that_is_no_more_is_cleared(database: Database, conversation: str) -> None:
    add(database, conversation, 1, "zendesk", "delivered")
    add(database, conversation, 2, "zendesk", "dead")
    add(database, conversation, 3, "zendesk")
    add(database, conversation, 4, "webhook")
    assert json_of("--give-up-all", "zendesk") == {"given_up": 2}
    assert (desk("zendesk")["pending"], desk("zendesk")["dead"], desk("zendesk")["delivered"]) == (0, 0, 1)
    assert desk("webhook")["pending"] == 1


@pytest.mark.parametrize("option", ["--replay", "--give-up"])
def test_only_what_was_given_up_can_be_named(option: str, database: Database, conversation: str) -> None:
    waiting = add(database, conversation, 1, "zendesk")
    for wrong in (waiting, "out_unknown", ""):
        result = run(option, wrong)
        assert isinstance(result.exception, NoSuchDelivery)
    assert desk("zendesk")["pending"] == 1


@pytest.mark.parametrize("option", ["--replay-all", "--give-up-all"])
def test_a_desk_that_was_never_told_anything_is_named(option: str, database: Database, conversation: str) -> None:
    result = run(option, "zendesk")
    assert isinstance(result.exception, RequestRefused)
    assert str(result.exception) == "Nothing was ever sent to a desk 'zendesk'; desks are: none yet."
    add(database, conversation, 1, "webhook")
    assert "desks are: webhook." in str(run(option, "zendesk").exception)


def test_one_wish_at_a_time() -> None:
    assert run("--dead", "--replay", "out_1").exit_code == 2
    assert run("--replay", "", "--give-up", "").exit_code == 2
