import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.wording import wording_of, words_of

WORDING = wording_of(
    ["a", "the", "person", "شخص", "人", "工"],
    slips_of=["human", "speak", "talk", "representative", "somebody"],
    kept=["steak"],
)


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("Talk to a HUMAN", " talk to a human"),
        ("speek to humna", " speak to human"),
        ("tlak to repersentative", " talk to representative"),
        ("a steak", " a steak"),  # a real word
        ("steak wok", " steak wok"),  # a real word, and one that is no slip
        ("speak tosomebody, theperson", " speak to somebody , theperson"),  # `person` is no word whose slips are mended
        ("humaaaan", " human"),
        ("I don't, I don’t, I do not", " i dont , i dont , i dont"),
        ("we cannot; no one can not", " we cant"),
        ("u r gr8 pls", " you r gr8 please"),
        ("ｈｕｍａｎ 𝗵𝘂𝗺𝗮𝗻", " human human"),
        ("0.8 btc, 1,000", " 0 8 btc , 1 000"),
        ("找人工usdt被", " 找 人 工 usdt 被"),
        ("轉人工", " 转 人 工"),
        ("الشخص وشخص شخصا", " شخص شخص شخص"),
    ],
)
def test_one_spelling(text: str, spelt: str) -> None:
    assert WORDING.sentences(text)[0] == spelt


def test_sentences() -> None:
    assert WORDING.sentences("One. Two? Three\nfour！五。") == (" one", " two", " three", " four", " 五")
    assert WORDING.sentences(" ?! … ") == ()


def test_words_have_no_punctuation_and_are_not_mended() -> None:
    assert words_of("Speek, to: humna!") == ("speek", "to", "humna")


@given(st.text(max_size=300))
def test_any_text_can_be_spelt(text: str) -> None:
    for sentence in WORDING.sentences(text):
        assert sentence == "".join(f" {word}" for word in sentence.split(" ")[1:])


@given(st.sampled_from(["representative", "somebody", "human"]), st.data())
def test_one_slip_is_mended(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    assert WORDING.sentences(word[:place] + word[place + 1 :]) == (f" {word}",)


def test_long_words_and_texts_take_no_time() -> None:
    start = time.process_time()
    WORDING.sentences("x" * 8000)
    WORDING.sentences("humna " * 1300)
    assert time.process_time() - start < 2
