"""What counts as a term."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.terms import MAX_TERM_CHARACTERS, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("How do I", []),
        ("Withdrawals were DELAYED", ["withdraw", "delay"]),
        ("error 50101", ["error", "50101"]),
        ("USDT-TRC20", ["usdt-trc20", "usdt", "trc20"]),
        ("2FA and 2-FA", ["2fa", "2-fa", "fa"]),
        ("P2P/C2C", ["p2p", "c2c"]),
        ("API_KEY", ["apikey", "api", "key"]),
        ("e-mail email E-Mail", ["email", "mail", "email", "email", "mail"]),
        ("v2.1.3", ["v2.1.3", "v2"]),
        ("1,234.50 or 10,000", ["1234.50", "10000"]),
        ("2026-02-09", ["2026-02-09"]),
        ("user's users’ don't", ["user", "user"]),
        ("O'Brien", ["obrien"]),
        ("café CAFE\u0301 cafe", ["cafe", "cafe", "cafe"]),
        ("ﬁle ①", ["file", "1"]),
        ("ＯＫＸ", ["okx"]),
        ("税", ["税"]),
        ("修改email地址", ["修改", "修", "改", "email", "地址", "地", "址"]),
        ("ログイン", ["ログ", "グイ", "イン"]),
        ("비밀번호", ["비밀", "밀번", "번호"]),
        ("मेरा खाता।", ["मेरा", "खाता"]),
        ("مَرْحَبًا", ["مرحبا"]),
        ("🙂👍🏽 §$%&/()=", []),
        ('AND OR " * NEAR(x', ["near", "x"]),
        ("'; DROP TABLE users; --", ["drop", "tabl", "user"]),
        ("lone \ud800 surrogate", ["lone", "surrog"]),
        ("\x00a\x00cat", ["cat"]),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@given(st.text())
def test_any_text_gives_clean_terms(text: str) -> None:
    found = terms(text)
    assert found == terms(text)
    for term in found:
        assert 0 < len(term) <= MAX_TERM_CHARACTERS
        assert not any(character.isspace() for character in term)
        term.encode("utf-8")


@given(st.lists(st.sampled_from(["deposit", "50101", "usdt-trc20", "税金", "café", "🙂"]), max_size=8))
def test_case_does_not_matter_and_words_do_not_mix(words: list[str]) -> None:
    assert terms(" ".join(words).upper()) == [term for word in words for term in terms(word)]


@pytest.mark.parametrize("unit", ["a", "a-", "1,", "1,111", "如", "word ", "'", "\u0301", "🙂", ".a", "ก"])
def test_a_long_text_takes_no_long_time(unit: str) -> None:
    started = time.process_time()
    terms((unit * 100_000)[:100_000])
    assert time.process_time() - started < 2


def test_threads_do_not_disturb_each_other() -> None:
    text = "withdrawals deposited verification changing " * 50
    expected = terms(text)
    found: list[bool] = []

    def work() -> None:
        found.append(all(terms(text) == expected for _ in range(20)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 4
