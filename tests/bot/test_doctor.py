import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.answering.calibration import calibration_file, write_calibration
from bot.assembly import open_footnote
from bot.doctor import Severity, examine
from bot.indexing.progress import SilentProgress
from bot.models import CustomerContext
from bot.settings import DatabaseUrl, Settings, load_settings
from bot.storage.conversations import start_conversation
from bot.storage.database import open_database
from bot.storage.outbox import OutgoingEvent, claim, enqueue, new_event_id, settle_failed
from bot.updating import update_index
from embeddings.errors import EncoderError
from tests.fakes import LetterEncoder, calibration
from tests.postgresql import running_postgresql


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: LetterEncoder())
    monkeypatch.chdir(tmp_path)
    return load_settings(data_dir=tmp_path / "data")


@pytest.fixture
def indexed(settings: Settings, tmp_path: Path) -> Settings:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.md").write_text("# A\n\nText of A.\n")
    (folder / "broken.md").write_bytes(b"\x00\x01")
    footnote = open_footnote(settings)
    update_index(footnote, [str(folder)], SilentProgress())
    footnote.close()
    return settings


def sentences(settings: Settings, severity: Severity) -> str:
    return "\n".join(f"{f.sentence} | {f.mend}" for f in examine(settings) if f.severity is severity)


def test_no_index_yet(settings: Settings) -> None:
    assert "There is no index yet. | footnote index" in sentences(settings, Severity.FAILURE)


def test_a_sound_installation_lists_what_was_quarantined(indexed: Settings) -> None:
    assert sentences(indexed, Severity.FAILURE) == ""
    assert "broken.md" in sentences(indexed, Severity.WARNING)
    assert "1 articles in 1 passages" in sentences(indexed, Severity.GOOD)


def test_it_says_what_answers_promise(indexed: Settings) -> None:
    assert "Answered from the setting 0.50 on, which promises no risk." in sentences(indexed, Severity.GOOD)
    write_calibration(calibration_file(indexed.index_folder), calibration())
    stale = sentences(indexed, Severity.WARNING)
    assert "was made for another index and another configuration" in stale and "answers need 0.70" in stale
    assert "| footnote-eval calibrate --write" in stale
    calibration_file(indexed.index_folder).write_text("{")
    assert "is damaged" in sentences(indexed, Severity.WARNING)
    assert sentences(indexed, Severity.FAILURE) == ""


def test_a_flipped_byte_is_found(indexed: Settings) -> None:
    file = indexed.index_folder / "gen-000001" / "passages.jsonl"
    file.write_bytes(file.read_bytes().replace(b"Text", b"Test"))
    assert "passages.jsonl" in sentences(indexed, Severity.FAILURE)
    assert "footnote index --rebuild" in sentences(indexed, Severity.FAILURE)


def test_another_encoder_is_found(indexed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(LetterEncoder):
        identity = "other-64"

    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: Other())
    assert "other-64" in sentences(indexed, Severity.FAILURE)


def test_wrong_weights_are_found(indexed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(LetterEncoder):
        def verify(self) -> None:
            raise EncoderError("The weights are not the promised ones.")

    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: Wrong())
    assert "The weights are not the promised ones. | make install" in sentences(indexed, Severity.FAILURE)


def test_a_misspelt_variable_is_found(indexed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_PROT", "1")
    assert "FOOTNOTE_PROT" in sentences(indexed, Severity.WARNING)


def test_damaged_ranks_are_a_finding(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ranks.xz").write_bytes(b"")
    monkeypatch.setattr("prompts.budget.PACKED_RANKS", tmp_path / "ranks.xz")
    assert "are not the published ones; install Footnote again. | make install" in sentences(settings, Severity.FAILURE)


def test_it_says_which_database_and_which_version(indexed: Settings) -> None:
    said = f"Conversations are kept by SQLite {sqlite3.sqlite_version} in {indexed.database_file.absolute()}."
    assert said in sentences(indexed, Severity.GOOD)


def test_it_says_which_postgresql_without_the_password(settings: Settings) -> None:
    server = running_postgresql()
    with server.database() as url:
        secret = DatabaseUrl(url.get_secret_value().replace("postgres@", "postgres:sim-sala-bim@"))
        found = settings.model_copy(update={"database_url": secret})
        assert "kept by PostgreSQL 18" in sentences(found, Severity.GOOD)
        assert "postgresql://postgres:***@/test_" in sentences(found, Severity.GOOD)
        assert "fsync = off" in sentences(found, Severity.WARNING)
        assert "sim-sala-bim" not in repr(examine(found))


def test_a_database_that_is_down_is_a_finding(settings: Settings) -> None:
    down = settings.model_copy(update={"database_url": DatabaseUrl("postgresql://me:sim-sala-bim@/f?host=/nowhere")})
    assert "postgresql://me:***@/f?host=/nowhere cannot be reached" in sentences(down, Severity.FAILURE)
    assert "sim-sala-bim" not in repr(examine(down))


NOTED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
DESK = {"zendesk_url": "https://corvane.zendesk.com", "zendesk_email": "a@corvane.example"}


def to_zendesk(settings: Settings, outcome: str, at: datetime = NOTED) -> None:
    """An event in the outbox: dead, failing or waiting."""
    with open_database(settings.database) as database:
        conversation = start_conversation(database, "site", CustomerContext(), at)[0].id
        event = OutgoingEvent(
            id=new_event_id(), type="handoff.ended", conversation_id=conversation, data={}, occurred_at=at
        )
        with database.write() as connection:
            enqueue(connection, event, ["zendesk"], at)
            taken = None if outcome == "waiting" else claim(connection, "zendesk", at, at + timedelta(seconds=30))
            if taken is not None:
                retry_at = None if outcome == "dead" else at + timedelta(hours=1)
                why = "corvane.zendesk.com answered with status 503."
                settle_failed(connection, taken, why, retry_at, at, down=True)


@pytest.fixture
def with_desk(indexed: Settings) -> Settings:
    return indexed.model_copy(update={**DESK, "zendesk_api_token": SecretStr("sim-sala-bim")})


def test_it_says_where_handoffs_go(indexed: Settings, with_desk: Settings) -> None:
    assert "Handoffs go to: console. |" in sentences(indexed, Severity.GOOD)
    assert "Handoffs go to: console, zendesk. |" in sentences(with_desk, Severity.GOOD)
    assert "sim-sala-bim" not in repr(examine(with_desk))


def test_a_desk_that_is_half_given_is_a_finding(indexed: Settings) -> None:
    half = indexed.model_copy(update=DESK)
    assert "FOOTNOTE_ZENDESK_API_TOKEN is not" in sentences(half, Severity.FAILURE)


def test_what_a_desk_never_got_is_found(with_desk: Settings) -> None:
    to_zendesk(with_desk, "dead")
    assert "zendesk never got 1 event" in sentences(with_desk, Severity.FAILURE)
    assert "| footnote deliveries --dead" in sentences(with_desk, Severity.FAILURE)


def test_a_desk_that_has_failed_for_long_is_found(with_desk: Settings) -> None:
    to_zendesk(with_desk, "failing")
    found = sentences(with_desk, Severity.WARNING)
    assert "1 event waits for zendesk, the oldest since 2026-03-04 05:06 UTC. " in found
    assert "It failed last with: corvane.zendesk.com answered with status 503. | footnote deliveries" in found
    assert sentences(with_desk, Severity.FAILURE) == ""


@pytest.mark.parametrize(("outcome", "minutes"), [("failing", 5), ("waiting", 60)])
def test_a_desk_that_has_not_failed_for_long_is_none(with_desk: Settings, outcome: str, minutes: int) -> None:
    to_zendesk(with_desk, outcome, datetime.now(UTC) - timedelta(minutes=minutes))
    assert "zendesk" not in sentences(with_desk, Severity.WARNING)


def test_what_waits_for_a_desk_that_is_no_more_is_found(indexed: Settings) -> None:
    to_zendesk(indexed, "waiting")
    found = sentences(indexed, Severity.WARNING)
    assert "1 event waits for zendesk, which is not set up any more." in found
    assert "| set it up again, or: footnote deliveries --give-up-all zendesk" in found
