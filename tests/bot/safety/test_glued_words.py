import pytest
from mnemonic import Mnemonic

from bot.safety.glued_words import glued_mnemonic

ENTROPY = bytes(range(7, 23))


@pytest.mark.parametrize("language", ["english", "spanish", "chinese_simplified", "chinese_traditional"])
def test_glued(language: str) -> None:
    words = Mnemonic(language).to_mnemonic(ENTROPY).split()
    if language == "spanish":
        words = ["abaco" if word == "ábaco" else word for word in words]
    plain = "".join(words)
    if plain.isascii() or language.startswith("chinese"):
        assert glued_mnemonic(plain)


@pytest.mark.parametrize(
    "word",
    [
        "",
        "abandon",
        "a" * 40,
        "a" * 100_000,
        "我" * 12,
        "什么时候可以收到我的充值款",
        "donaudampfschifffahrtsgesellschaftskapitaen",
    ],
)
def test_not_glued(word: str) -> None:
    assert not glued_mnemonic(word)
