from pathlib import Path

import pytest

from bot.answering.calibration import calibration_file, write_calibration
from bot.answering.llm import LanguageModelFailed, Pieces, Prompt
from bot.answering.model.model_summarising import Spoken
from bot.answering.model_composing import ModelComposer
from bot.assembly import calibrated_hash, config_hash, open_encoder, open_footnote, open_wording
from bot.errors import ConfigurationError, IndexUnavailable
from bot.indexing.progress import SilentProgress
from bot.models import CustomerContext
from bot.settings import Settings, load_settings
from bot.updating import update_index
from prompts.budget import ranks_are_unpacked
from tests.fakes import LetterEncoder, calibration


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


def test_a_calibration_outlives_a_change_of_the_threshold_and_nothing_else(settings: Settings) -> None:
    encoder = LetterEncoder()
    same = calibrated_hash(settings, encoder)
    assert calibrated_hash(settings.model_copy(update={"answer_threshold": 0.9}), encoder) == same
    assert calibrated_hash(settings.model_copy(update={"candidates": 30}), encoder) != same


def test_a_calibration_serves_until_the_index_changes_and_then_is_stale(settings: Settings, tmp_path: Path) -> None:
    article = tmp_path / "a.md"
    article.write_text("# A\n\nText.\n")
    footnote = open_footnote(settings.model_copy(update={"index_poll_seconds": 0.0}))
    assert (footnote.threshold().value, footnote.threshold().state) == (0.5, "none")
    update_index(footnote, [str(article)], SilentProgress())
    fits = {
        "index_sha256": footnote.index.current().sha256,
        "config_hash": calibrated_hash(settings, footnote.encoder),
    }
    write_calibration(calibration_file(settings.index_folder), calibration(threshold=0.31, **fits))
    assert (footnote.threshold().value, footnote.threshold().state) == (0.31, "valid")
    update_index(footnote, [str(article)], SilentProgress(), rebuild=True)
    assert footnote.threshold().state == "valid", "the same articles make the same index"
    article.write_text("# A\n\nAnother text.\n")
    update_index(footnote, [str(article)], SilentProgress())
    assert (footnote.threshold().value, footnote.threshold().state) == (0.5, "stale")
    footnote.close()


def test_a_summary_takes_no_place_from_an_answer_and_they_share_a_circuit(settings: Settings) -> None:
    class Failing:
        name = "failing"
        asked = 0

        def stream(self, prompt: Prompt) -> Pieces:
            self.asked += 1
            if "Say what" not in prompt.data:
                yield "On it."
                yield "On it."
            raise LanguageModelFailed("It fails.")

    model = Failing()
    open_footnote(settings).close()
    wording = open_wording(settings.model_copy(update={"llm_at_once": 1}), model, LetterEncoder())
    assert isinstance(wording.composer, ModelComposer) and wording.summariser is not None
    answering = wording.composer.llm.stream(Prompt(rules="", data="A question.", most_tokens=9))
    assert next(answering) == "On it."
    for number in range(9):
        assert wording.summariser.summarise([Spoken("customer", "My withdrawal is stuck.")]) is None
        assert model.asked == 1 + min(number + 1, 5), (
            "it is asked beside the answer, and left alone after five failures"
        )
    answering.close()
    with pytest.raises(LanguageModelFailed, match="left alone"):
        next(wording.composer.llm.stream(Prompt(rules="", data="A question.", most_tokens=9)))


def test_no_answer_depends_on_how_summaries_are_asked_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings.model_copy(update={"llm_base_url": "http://127.0.0.1:9/v1", "llm_model": "m"})
    same = config_hash(settings, LetterEncoder())
    for changed, decides in (("summary.md", False), ("transcript.md", False), ("answer.md", True)):
        with monkeypatch.context() as patch:
            patch.setattr("bot.assembly.source", lambda name, changed=changed: name + "!" * (name == changed))
            patched = config_hash(settings, LetterEncoder())
            patch.setattr("bot.assembly.source", lambda name: name)
            assert (config_hash(settings, LetterEncoder()) != patched) is decides
    assert config_hash(settings, LetterEncoder()) == same
