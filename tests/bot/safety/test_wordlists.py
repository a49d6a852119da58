import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnemonic import Mnemonic

from bot.safety.wordlists import LENGTHS, languages_of, plain_word, valid_windows, word_lists

ENGLISH = next(words for words in word_lists() if words.language == "english")


def test_all_languages_of_the_package_with_every_word_apart() -> None:
    assert {words.language for words in word_lists()} == set(Mnemonic.list_languages())
    for words in word_lists():
        assert set(words.numbers.values()) == set(range(2048)), words.language


def test_four_letters_stand_for_a_word() -> None:
    assert ENGLISH.numbers["aban"] == ENGLISH.numbers["abandon"] == 0
    assert "aba" not in ENGLISH.numbers


def test_languages_of_a_word() -> None:
    place = word_lists().index(ENGLISH)
    assert languages_of()["zebra"] >> place & 1
    assert "xyzzy" not in languages_of()


@pytest.mark.parametrize("slip", ["abanon", "abandoon", "abamdon", "abadnon", "abandno"])
def test_near_after_one_slip(slip: str) -> None:
    assert ENGLISH.near(slip)


@pytest.mark.parametrize("word", ["xyzzy", "the", "bnd", "deposits12"])
def test_not_near(word: str) -> None:
    assert not ENGLISH.near(word)


@given(st.sampled_from(LENGTHS).flatmap(lambda words: st.binary(min_size=words * 4 // 3, max_size=words * 4 // 3)))
def test_a_mnemonic_is_a_valid_window(entropy: bytes) -> None:
    words = Mnemonic("english").to_mnemonic(entropy).split()
    numbers = [ENGLISH.numbers[plain_word(word)] for word in words]
    assert (0, len(words)) in valid_windows(numbers)
    assert (3, len(words) + 3) in valid_windows([5, 6, 7, *numbers])


def test_windows_that_the_package_refuses_are_not_valid() -> None:
    mnemonic = Mnemonic("english")
    for last in range(0, 2048, 37):
        words = ["abandon"] * 11 + [mnemonic.wordlist[last]]
        assert ((0, 12) in valid_windows([0] * 11 + [last])) == mnemonic.check(" ".join(words))
    assert valid_windows([0] * 11) == []
