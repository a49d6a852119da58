import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.surface_words import folded, is_alphabetic, is_prose, surface_words


@pytest.mark.parametrize("token", ["email", "(email),", "don't", "“Konto”", "e-Mail"[2:], "wait...", "why?!", "确认"])
def test_prose(token: str) -> None:
    assert is_prose(token)


@pytest.mark.parametrize(
    "token",
    ["50101", "USDT-TRC20", "BTC-USDT", "a@b.com", "okx.com/help", "www.okx", "--force", "main.js", "render(x", "{x}"],
)
def test_no_prose(token: str) -> None:
    assert not is_prose(token)


def test_counts_are_folded_sorted_and_leave_codes_out() -> None:
    texts = ["Café, cafe; the FEE of USDT-TRC20", "fee 50101 don't https://x.com/fees 税金"]
    assert surface_words(texts) == {"cafe": 2, "fee": 2, "of": 1, "the": 1}


@given(st.text())
def test_what_is_counted_is_its_own_folding_in_every_case(text: str) -> None:
    for word in surface_words([text]):
        assert is_alphabetic(word) and folded(word) == word == folded(word.upper())
