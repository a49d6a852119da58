import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.settings import Settings, load_settings
from bot.staffed import open_staffed, says_nothing
from bot.storage.database import Database
from tests.fakes import LetterEncoder


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: LetterEncoder())
    return load_settings(data_dir=tmp_path / "data")


def test_a_model_sums_handoffs_up_where_there_is_one(settings: Settings) -> None:
    with_model = {"llm_base_url": "http://127.0.0.1:9/v1", "llm_model": "m"}
    for changes, has_one in (({}, False), (with_model, True)):
        footnote = open_staffed(settings.model_copy(update=changes))
        footnote.close()
        assert (footnote.summariser is not None) is has_one


def test_desks_are_opened_and_told_of(settings: Settings) -> None:
    hook = {"webhook_url": "https://hooks.corvane.example/x", "webhook_secrets": "whsec_" + "QUJD" * 8}
    footnote = open_staffed(load_settings(data_dir=settings.data_dir, **hook))
    footnote.close()
    assert [desk.name for desk in footnote.desks] == ["webhook"]
    assert not footnote.presence.is_watching("anything")


def test_a_desk_that_is_half_given_closes_what_was_opened(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Database] = []
    monkeypatch.setattr(Database, "close", lambda database: closed.append(database))
    with pytest.raises(ConfigurationError, match="FOOTNOTE_WEBHOOK_SECRETS is not"):
        open_staffed(settings.model_copy(update={"webhook_url": "https://hooks.corvane.example/x"}))
    assert len(closed) == 1


def test_small_talk_and_a_wish_for_a_person_say_nothing_of_a_need() -> None:
    assert says_nothing("thanks") and says_nothing("talk to a human please")
    assert not says_nothing("my withdrawal is stuck")


def test_who_only_asks_needs_nobody() -> None:
    """`footnote ask` and an index run start without what hands conversations to people."""
    code = "import sys, bot.assembly; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"bot.handoff.switchboard", "bot.handoff.delivery", "smtplib", "httpx2", "bs4"} & set(loaded)
