from pathlib import Path

import pytest

from bot.assembly import config_hash, open_encoder, open_footnote
from bot.errors import ConfigurationError, IndexUnavailable
from bot.indexing.progress import SilentProgress
from bot.models import CustomerContext
from bot.settings import Settings, load_settings
from bot.updating import update_index
from prompts.budget import ranks_are_unpacked
from tests.fakes import LetterEncoder


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: LetterEncoder())
    return load_settings(data_dir=tmp_path / "data")


def test_the_token_ranks_are_unpacked_before_anything_counts(settings: Settings) -> None:
    open_footnote(settings).close()
    assert ranks_are_unpacked(settings.ranks_folder)


def test_an_index_of_another_encoder_answers_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    footnote = open_footnote(settings)
    update_index(footnote, [str(tmp_path / "a.md")], SilentProgress())
    footnote.close()

    class Other(LetterEncoder):
        identity = "other-64"

    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: Other())
    other = open_footnote(settings)
    with pytest.raises(IndexUnavailable, match="encoder"):
        other.assistant.answer("Text?", CustomerContext())
    update_index(other, [], SilentProgress())
    assert other.index.current().manifest.encoder == "other-64"
    other.close()


def test_a_refused_encoder_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        open_encoder(load_settings(encoder=str(tmp_path / "nowhere"), data_dir=tmp_path))


def test_the_config_hash_follows_what_decides_an_answer(settings: Settings) -> None:
    encoder = LetterEncoder()
    same = config_hash(settings, encoder)
    assert config_hash(settings.model_copy(update={"port": 9}), encoder) == same
    assert config_hash(settings.model_copy(update={"answer_threshold": 0.9}), encoder) != same
