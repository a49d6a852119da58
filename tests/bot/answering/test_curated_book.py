from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.answering.curated import Asked
from bot.answering.curated_book import CuratedBook
from bot.storage.curated_answers import CuratedAnswer
from knowledge.models import Platform
from tests.bot.answering.conftest import CHANGE_EMAIL, Shelf
from tests.bot.answering.counting import CountingEncoder
from tests.curated import TODAY, content, curated, quotes_in

FIRST, SECOND = (content(quote, wordings=("new inbox",)) for quote in quotes_in(CHANGE_EMAIL, "**Menu**", "face check"))


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


def asked(shelf: Shelf, text: str = "new inbox", **more: Any) -> Asked:
    usual = Asked(
        question=shelf.question(text),
        hits=shelf.find(text),
        articles=shelf.articles,
        platform=Platform.ANY,
        locale="en",
        confidence=0.2,
        links_start_with="http://h",
    )
    return replace(usual, **more)


def book(encoder: CountingEncoder, *active: CuratedAnswer, today: date = TODAY) -> CuratedBook:
    return CuratedBook(lambda: active, encoder, lambda: today)


def test_a_question_gets_its_answer(shelf: Shelf, encoder: CountingEncoder) -> None:
    found = book(encoder, curated(FIRST, 4, version=2))(asked(shelf))
    assert found is not None and "**Menu**" in found.answer.text and found.answer.confidence == 0.2
    assert found.account["curated"] == {"number": 4, "version": 2, "wording": "new inbox", "score": 1.0}
    assert book(encoder, curated(FIRST))(asked(shelf, "What does a withdrawal cost?")) is None


def test_without_an_active_answer_nothing_is_computed(encoder: CountingEncoder) -> None:
    none: Any = object()
    assert CuratedBook(tuple, encoder, lambda: none)(none) is None
    assert encoder.encoded == []


def test_what_does_not_stand_gives_way_to_the_next_best(shelf: Shelf, encoder: CountingEncoder) -> None:
    changed = {**shelf.articles, "change-email": replace(CHANGE_EMAIL, body="1. Complete the face check.")}
    one, two = curated(FIRST, 1), curated(replace(SECOND, quotes=quotes_in(changed["change-email"], "face")), 2)
    found = book(encoder, one, two)(asked(shelf, articles=changed))
    assert found is not None and found.account["curated"]["number"] == 2
    assert book(encoder, one)(asked(shelf, articles=changed)) is None
    assert book(encoder, one)(asked(shelf, articles={})) is None


def test_the_last_day_is_the_last(shelf: Shelf, encoder: CountingEncoder) -> None:
    answer = curated(replace(FIRST, expires_on=TODAY))
    assert book(encoder, answer)(asked(shelf))
    assert book(encoder, answer, today=date(2026, 11, 23))(asked(shelf)) is None


def test_only_new_wordings_are_encoded(shelf: Shelf, encoder: CountingEncoder) -> None:
    active = [curated(FIRST)]
    own = CuratedBook(lambda: tuple(active), encoder, lambda: TODAY)
    own(asked(shelf))
    own(asked(shelf))
    assert encoder.encoded == ["new inbox"]
    active.append(curated(replace(SECOND, wordings=("new inbox", "another inbox", "新邮箱")), 2))
    own(asked(shelf))
    assert encoder.encoded == ["new inbox", "another inbox"]


def test_an_encoder_that_fails_leaves_the_words_and_is_asked_again(shelf: Shelf, encoder: CountingEncoder) -> None:
    own = book(encoder, curated(FIRST))
    encoder.fails = True
    assert own(asked(shelf))
    encoder.fails = False
    assert own(asked(shelf)) and encoder.encoded == ["new inbox"]
