import pytest

from bot.safety.order_marks import is_order_mark, numbers_its_word


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("1st abandon", "st"),
        ("22nd abandon", "nd"),
        ("position 1: abandon", "position"),
        ("no. 1 abandon", "no"),
        ("nr #1 abandon", "nr"),
        ("a) abandon", "a"),
        ("iv. abandon", "iv"),
        ("XII) abandon", "XII"),
        ("<li>abandon", "li"),
        ("abandon</li>", "li"),
    ],
)
def test_marks(text: str, token: str) -> None:
    assert is_order_mark(text, (text.index(token), text.index(token) + len(token)))


@pytest.mark.parametrize(
    ("text", "token"), [("the abandon", "the"), ("my order 123456", "order"), ("live. abandon", "live"), ("a day", "a")]
)
def test_words(text: str, token: str) -> None:
    assert not is_order_mark(text, (text.index(token), text.index(token) + len(token)))


def test_a_list_word_that_numbers_the_next() -> None:
    assert numbers_its_word("word 1: abandon", (0, 4))
    assert numbers_its_word('"word1": "abandon"', (1, 5))
    assert not numbers_its_word("1 word 2 abandon", (2, 6))
