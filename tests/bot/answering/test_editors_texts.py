from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.answering.editors_texts import EditorsTexts
from tests.bot.answering.counting import CountingEncoder
from tests.fakes import LetterEncoder


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


def test_each_text_is_encoded_once_and_new_ones_together(encoder: CountingEncoder) -> None:
    texts = EditorsTexts(encoder)
    read = texts.read(["fees", "limits", "fees"])
    assert list(read) == ["fees", "limits"] and [each.text for each in read.values()] == ["fees", "limits"]
    (expected,) = LetterEncoder().encode_queries(["limits"]).vectors
    assert read["limits"].vectors[0].tolist() == expected.tolist()
    assert texts.read(["limits", "email"])["limits"] is read["limits"]
    assert texts.read(()) == {}
    assert encoder.encoded == ["fees", "limits", "email"] and encoder.calls == 2


def test_what_the_encoder_cannot_read_is_not_encoded(encoder: CountingEncoder) -> None:
    read = EditorsTexts(encoder).read(["提币", "?!"])
    assert [each.vectors for each in read.values()] == [(), ()] and encoder.calls == 0


def test_an_encoder_that_fails_leaves_the_words_and_is_asked_again(encoder: CountingEncoder) -> None:
    texts = EditorsTexts(encoder)
    texts.read(["fees"])
    encoder.fails = True
    read = texts.read(["fees", "limits"])
    assert len(read["fees"].vectors) == 1 and read["limits"].vectors == () and read["limits"].words == "limits"
    encoder.fails = False
    assert len(texts.read(["limits"])["limits"].vectors) == 1


def test_of_too_many_the_last_are_kept(encoder: CountingEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.answering.editors_texts.TEXTS_KEPT", 2)
    texts = EditorsTexts(encoder)
    assert len(texts.read(["one", "two", "three"])) == 3
    texts.read(["one", "two", "three"])
    texts.read(["four"])
    texts.read(["four"])
    texts.read(["one"])
    assert encoder.encoded == ["one", "two", "three", "four", "one"] and encoder.calls == 3


def test_threads_that_ask_at_once_encode_once(encoder: CountingEncoder) -> None:
    texts = EditorsTexts(encoder)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: texts.read(["fees", "limits"]), range(16)))
    assert encoder.encoded == ["fees", "limits"] and encoder.calls == 1
    assert all(each == found[0] for each in found)
