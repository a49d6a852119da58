from mnemonic import Mnemonic

from bot.safety.speech import SPEECH


def test_speech_is_a_small_part_of_the_english_list() -> None:
    assert set(Mnemonic("english").wordlist) >= SPEECH
    assert len(SPEECH) < 0.065 * 2048
