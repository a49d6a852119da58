import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.checking.claims import Kind
from bot.answering.checking.reading import key_of, read


def claims(sentence: str, kind: Kind) -> list[object]:
    return [claim.value for claim in read(sentence).claims if claim.kind is kind]


def test_networks_under_all_their_names() -> None:
    assert claims("TRC-20, Tron, ERC 20, Ethereum and BNB Smart Chain", Kind.NETWORK) == [
        "tron",
        "tron",
        "ethereum",
        "ethereum",
        "bsc",
    ]


def test_tickers_codes_and_spelled_currencies() -> None:
    assert claims("XRP and XLM need it, see error E-1001; euros and IBANs too", Kind.CODE) == [
        "xrp",
        "xlm",
        "e1001",
        "eur",
        "iban",
    ]
    assert claims("It is NOT possible", Kind.CODE) == []


def test_platforms_are_the_own_ones() -> None:
    assert claims("In the app or on the website", Kind.PLATFORM) == ["app", "web"]
    assert claims("Open your authenticator app or your bank's app", Kind.PLATFORM) == []


def test_menu_names_and_paths() -> None:
    sentence = "Tap **Menu** (top left) > **Profile and settings** > **Security**, then “Save”."
    assert claims(sentence, Kind.MENU) == ["menu", "profile and settings", "security", "save"]
    assert claims(sentence, Kind.PATH) == ["menu > profile and settings", "profile and settings > security"]


def test_bold_that_names_nothing_is_no_menu_name() -> None:
    assert claims("It takes **within 24 hours** and **3.5 USDT**.", Kind.MENU) == []
    assert claims("**Warning:** do it.", Kind.MENU) == []


def test_named_numbers_are_no_quantities() -> None:
    sentence = "Level 2 and VIP 0 need iOS 16 and 5 EUR."
    found = [(claim.group, claim.value) for claim in read(sentence).claims if claim.kind is Kind.NAMED_NUMBER]
    assert found == [("level", "2"), ("vip", "0"), ("ios", "16")]
    assert len(claims(sentence, Kind.QUANTITY)) == 1


def test_names_are_capitals_that_no_sentence_begins_with() -> None:
    assert claims("Select Faster Payments: Then wait.", Kind.NAME) == ["faster", "payments"]


def test_two_names_of_which_one_is_in_brackets_are_said_to_be_one() -> None:
    assert claims("Send it on TRON (ERC20).", Kind.ALIAS) == [("tron", "ethereum")]
    assert claims("Send it on TRON (TRC20).", Kind.ALIAS) == []


def test_before_a_number_after_is_a_bound() -> None:
    def groups(sentence: str) -> list[str]:
        return [claim.group for claim in read(sentence).claims if claim.kind is Kind.OPPOSITE]

    assert groups("It ends after 5 days") == ["bound"]
    assert groups("It ends after the review") == ["order"]


def test_a_menu_name_and_its_words_share_a_place() -> None:
    reading = read("Tap **Change email** now")
    place = reading.places[reading.words.index("[change email]")]
    shared = {word for word, at in zip(reading.words, reading.places, strict=True) if at == place}
    assert shared == {"[change email]", "chang", "email"}


@pytest.mark.parametrize(("word", "key"), [("charges", "fee"), ("costs", "fee"), ("the", ""), ("not", "")])
def test_synonyms_share_a_key_and_empty_words_have_none(word: str, key: str) -> None:
    assert key_of(word) == key


@given(st.text())
def test_any_string_can_be_read(text: str) -> None:
    reading = read(text)
    assert len(reading.words) == len(reading.places) == len(reading.clauses)
    assert reading.denied <= set(reading.places)
