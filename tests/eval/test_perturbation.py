import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.redaction import redact
from eval.perturbation import PERTURBATIONS, Perturbation, slip

BY_NAME = {perturbation.name: perturbation for perturbation in PERTURBATIONS}
QUESTION = "How do I change the e-mail address of my account, please?"
LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCé", min_size=4, max_size=12)


def spoilt(name: str, question: str = QUESTION) -> str:
    return BY_NAME[name].apply(question)


@pytest.mark.parametrize("perturbation", PERTURBATIONS, ids=lambda perturbation: perturbation.name)
def test_the_same_each_time_and_never_empty_handed(perturbation: Perturbation) -> None:
    assert perturbation.apply(QUESTION) == perturbation.apply(QUESTION) != QUESTION
    for odd in ("", "   ", "?", "the", "a", "50101", "如何提现", "{question} {0} %s", "\ud800", "ok ok"):
        assert isinstance(perturbation.apply(odd), str)


@pytest.mark.parametrize("name", ["few slips", "many slips", "joined words", "pasted error", "chatty"])
def test_another_seed_spoils_otherwise(name: str) -> None:
    assert len({BY_NAME[name].apply(QUESTION, seed) for seed in range(20)}) > 1


@given(LETTERS, st.integers(0, 10**6))
def test_a_slip_is_one_slip(word: str, seed: int) -> None:
    wrong = slip(word, random.Random(seed))
    assert abs(len(wrong) - len(word)) <= 1
    if len(wrong) == len(word):
        places = [place for place in range(len(word)) if wrong[place] != word[place]]
        assert len(places) <= 1 or (len(places) == 2 and sorted(wrong) == sorted(word) and places[1] - places[0] == 1)
    else:
        longer, shorter = sorted((word, wrong), key=len, reverse=True)
        assert shorter in {longer[:place] + longer[place + 1 :] for place in range(len(longer))}


def test_all_four_kinds_of_slip_happen() -> None:
    slips = {slip("card", random.Random(seed)) for seed in range(200)}
    assert {"crad", "cad", "carrd", "cardd"} <= slips
    assert any(len(wrong) == 4 and sorted(wrong) != sorted("card") for wrong in slips)
    assert not slips & {"cazd", "mard"}  # not neighbours on the keyboard


def test_few_slips_are_one_for_six_words_and_spare_codes() -> None:
    words, wrong = QUESTION.split(), spoilt("few slips").split()
    assert 1 <= sum(left != right for left, right in zip(words, wrong, strict=True)) <= 2
    assert spoilt("many slips", "50101 USDT-TRC20x a1b2c3d4 the") == "50101 USDT-TRC20x a1b2c3d4 the"


def test_joined_words_lose_spaces_and_nothing_else() -> None:
    assert spoilt("joined words").replace(" ", "") == QUESTION.replace(" ", "")
    assert 1 <= QUESTION.count(" ") - spoilt("joined words").count(" ") <= 2


def test_words_left_out() -> None:
    assert spoilt("no function words") == "change e-mail address account,"
    assert spoilt("no function words", "How do I") == "How do I"
    left = spoilt("missing word", "change the password")
    assert left in {"the password", "change the"}


def test_letters_of_one_size() -> None:
    assert spoilt("capitals") == QUESTION.upper()
    assert spoilt("lower case") == "how do i change the e-mail address of my account please"
    assert spoilt("short forms") == "how do i change da e-mail addr of my acc, pls?"


@pytest.mark.parametrize("name", ["pasted error", "chatty"])
def test_what_stands_around_the_question_leaves_it_whole_and_is_no_secret(name: str) -> None:
    texts = {BY_NAME[name].apply(QUESTION, seed) for seed in range(60)}
    assert len(texts) >= 3
    for text in texts:
        assert QUESTION in text
        assert redact(text).text == text
        assert not re.search(r"[{]question|[{][{]", text)
