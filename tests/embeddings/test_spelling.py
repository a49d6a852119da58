"""What is mended, and above all what is not."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from embeddings.spelling import FOREIGN_WORDS, MAX_UNKNOWN, Spelling
from embeddings.surface_words import folded

COUNTS = {
    "account": 40, "address": 9, "card": 12, "change": 20, "deposit": 30, "email": 15, "how": 50, "my": 60, "do": 40,
    "forward": 2, "order": 14, "password": 18, "received": 5, "reward": 3, "screen": 8, "shot": 2, "the": 90, "to": 80,
    "transfer": 22, "transfers": 3, "verify": 7, "wallet": 10, "withdrawal": 25, "done": 4, "have": 9, "mastercard": 2,
    "uberweisung": 2, "счет": 3, "перевод": 4,
}  # fmt: skip
ELSEWHERE = {"hidden", "friend", "gold", "plumber", "from", "for", "me", "tell", "wait", "please", "order"}
SPELLING = Spelling(COUNTS, ELSEWHERE.__contains__)

KEPT_TOKENS = (
    "USDT-TRC20", "50101", "BTC", "ETHW", "doge", "aave", "0xAcount9f", "https://acount.com/pasword", "a@pasword.com",
    "pasword.js", "/acount/pasword", "$TRANSFR", "#transfr", "@pasword", "iPasword", "YouTubbe", "v2passwrd",
    "acount_id", "pass-wrod", "E-1042", "--pasword", "{pasword}", "确认密码", "บัญชี", "حساب",
)  # fmt: skip
WRONG = st.sampled_from(
    ["pasword", "Acount", "chnage", "thedeposit", "withdrawl", "transfre", "ordr", "WITHDRAWLA", "zzzzq"]
)
KNOWN_TOKENS = (*COUNTS, *sorted(ELSEWHERE), "Account", "EMAIL", "don't", "unfriend", "verifying", "which")
KEPT, KNOWN = st.sampled_from(KEPT_TOKENS), st.sampled_from(KNOWN_TOKENS)
GAP = st.sampled_from([" ", "  ", "\n", "\t", ", ", "? ", " - ", "\u00a0", "… ", "! "])


def mended(text: str) -> str:
    return SPELLING.correct(text).text


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("how to chnage my pasword", "how to change my password"),
        ("Pasword?", "Password?"),
        ("I havent recieved the (depositt)", "I havent received the (deposit)"),
        ("withdrwal", "withdrawal"),
        ("HOW TO CHNAGE MY PASWORD", "HOW TO CHANGE MY PASSWORD"),
        ("why is my PASSWROD hidden", "why is my PASSWORD hidden"),
        ("tell me howto verifi the acount", "tell me how to verify the account"),
        ("myaccount", "my account"),
        ("my screenshot", "my screen shot"),
        ("my crad and ordr", "my card and order"),
        ("my Mastercad", "my Mastercard"),
        ("meine Überwesung", "meine Uberweisung"),
        ("eassword", "password"),
        ("переод", "перевод"),
        ("𝓪𝓬𝓸𝓾𝓷𝓽", "account"),
    ],
)
def test_mended(wrong: str, right: str) -> None:
    assert mended(wrong) == right


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "how do i change my password",
        "is doge or aave or BTCC here",
        "my ACOUNT",
        "for USDTT and ETHWW",
        "the plumber",
        "unfriend me from verifying",
        "tell Emial please",
        "my friend Eassword",
        "which dont couldnt",
        "xq zq",
        "acount's",
        "passwordpasswordpasswordpassword",
    ],
)
def test_left_alone(text: str) -> None:
    assert SPELLING.correct(text).text == text
    assert SPELLING.correct(text).changes == ()


def test_changes_are_told_in_order() -> None:
    assert SPELLING.correct("My pasword, myaccount. Pasword").changes == (
        ("pasword", "password"),
        ("myaccount", "my account"),
        ("Pasword", "Password"),
    )


def test_of_two_that_fit_the_frequent_one_is_meant() -> None:
    assert Spelling({"carts": 1, "cards": 100}, lambda _: False).correct("carfs").text == "cards"
    assert Spelling({"carts": 100, "cards": 1}, lambda _: False).correct("carfs").text == "carts"


def test_the_first_letter_is_rarely_wrong() -> None:
    assert Spelling({"reward": 20, "toward": 10}, lambda _: False).correct("teward").text == "toward"


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("my litecoin deposit", "my litecoin deposit"),  # a coin that no article is about
        ("when is the payout", "when is the payout"),
        ("my payment adress", "my payment address"),  # customers make that slip; most do not
        ("my bitcion deposit", "my bitcoin deposit"),
        ("my bitcon deposit", "my bitcoin deposit"),  # once proves nothing
    ],
)
def test_what_customers_write_is_no_slip(text: str, searched: str) -> None:
    counts = {"my": 50, "deposit": 30, "bitcoin": 9, "pay": 9, "out": 40, "address": 20, "payment": 5, "money": 8}
    said = {"litecoin": 5, "bitcoin": 87, "payout": 2, "pay": 290, "out": 765, "adress": 5, "address": 401, "bitcon": 1}
    assert Spelling(counts, {"when", "is", "the"}.__contains__, said).correct(text).text == searched


def test_an_empty_corpus_mends_nothing() -> None:
    assert Spelling({}, lambda _: False).correct("how to chnage my pasword").changes == ()


def test_a_count_of_zero_is_no_word() -> None:
    assert Spelling({"password": 0}, lambda _: False).correct("pasword").changes == ()


def test_another_language_is_left_alone() -> None:
    foreign = " ".join(["quiero", "retirar", "fondos", "ahorita"][:FOREIGN_WORDS])
    assert mended(f"{foreign} cardd") == f"{foreign} cardd"
    assert mended("quiero cardd") == "quiero card"


def test_a_heap_of_unknown_words_is_no_question() -> None:
    heap = " ".join("q" + "abcdefghij"[n // 10] + "abcdefghij"[n % 10] + "zx" for n in range(MAX_UNKNOWN + 1))
    assert SPELLING.correct(f"pasword {heap}").changes == ()


def test_a_long_message_takes_no_long_time() -> None:
    spelling = Spelling({f"{word}{letter}": 1 for word in COUNTS for letter in "abcdefgh"}, lambda _: False)
    started = time.process_time()
    spelling.correct("".join(chr(97 + n * n % 26) if n % 7 else " " for n in range(8000)))
    spelling.correct("A" * 8000)
    spelling.correct("a.b" * 3000)
    spelling.correct("Aa! " * 2000)
    assert time.process_time() - started < 1


@given(st.text())
@example("\ud800 pasword \x00")
@example("PASſWORD")
@example("PASWORDı")
@example("ŉpasword")
def test_any_text_is_corrected_once_and_for_all(text: str) -> None:
    once = SPELLING.correct(text)
    assert SPELLING.correct(once.text).text == once.text
    assert (once.text == text) == (not once.changes)


@given(st.lists(st.tuples(KEPT | WRONG | KNOWN, GAP), max_size=12))
def test_codes_addresses_and_everything_between_words_are_kept(parts: list[tuple[str, str]]) -> None:
    once = SPELLING.correct("".join(token + gap for token, gap in parts))
    rest, changes = once.text, list(once.changes)
    for token, gap in parts:
        if changes and token == changes[0][0] and rest.startswith(changes[0][1] + gap):
            token = changes.pop(0)[1]
        assert rest.startswith(token + gap)
        rest = rest.removeprefix(token + gap)
    assert not rest and not changes
    assert not {wrong for wrong, _ in once.changes} & (set(KEPT_TOKENS) | set(KNOWN_TOKENS))
    assert SPELLING.correct(once.text).changes == ()


@given(st.lists(st.tuples(KNOWN, GAP), max_size=12))
def test_text_of_known_words_is_left_alone(parts: list[tuple[str, str]]) -> None:
    text = "".join(token + gap for token, gap in parts)
    assert SPELLING.correct(text).text == text


@given(
    st.dictionaries(st.text(min_size=1, max_size=8).map(folded), st.integers(0, 9), max_size=12), st.text(max_size=40)
)
def test_any_corpus_and_any_question(counts: dict[str, int], text: str) -> None:
    spelling = Spelling(counts, lambda word: len(word) % 5 == 0)
    once = spelling.correct(text)
    assert spelling.correct(once.text).changes == ()
