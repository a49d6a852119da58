import sqlite3
from pathlib import Path

import pytest

from bot.assembly import open_footnote
from bot.doctor import Severity, examine
from bot.indexing.progress import SilentProgress
from bot.settings import DatabaseUrl, Settings, load_settings
from embeddings.errors import EncoderError
from tests.fakes import LetterEncoder
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
    footnote.update_index([str(folder)], SilentProgress())
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
