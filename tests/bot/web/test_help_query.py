from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.redaction import redact
from bot.web.help_query import QUERY_CHARACTERS, HelpQuery, read_query
from knowledge.models import Platform

SEED = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
CARD = "4111 1111 1111 1111"


def test_a_query_is_read() -> None:
    query = read_query({"q": "  lost \n my\tphone ", "section": "faq", "platform": "app", "page": "3"})
    assert query == HelpQuery(words="lost my phone", section="faq", platform=Platform.APP, page=3)
    assert read_query({}) == HelpQuery()


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "²", "99999", "1.5", "٣"])
def test_a_page_that_is_none_is_the_first(page: str) -> None:
    assert read_query({"page": page}).page == 1


@pytest.mark.parametrize("platform", ["", "WEB", "toaster", "<script>", "any"])
def test_a_platform_that_is_none_is_any(platform: str) -> None:
    assert read_query({"platform": platform}).platform is Platform.ANY


@pytest.mark.parametrize("secret", [SEED, SEED.replace(" ", "\n"), f"what is {SEED}", CARD, "my password is hunter2!x"])
def test_a_secret_is_masked_and_the_address_rewritten(secret: str) -> None:
    query = read_query({"q": secret})
    assert query.is_rewritten
    assert "removed]" in query.words and query.secrets
    assert "abandon" not in query.words and "4111" not in query.words and "hunter2" not in query.words
    again = read_query(dict(parse_qsl(urlsplit(query.address()).query)))
    assert again.words == query.words
    assert not again.is_rewritten
    assert again.secrets == query.secrets


@pytest.mark.parametrize(
    "long", ["x" * 10_000, "why " * 2_500, "why " * 70 + SEED + " why" * 3000, SEED + " a" * 5_000]
)
def test_a_long_query_is_shortened_and_never_in_a_mask(long: str) -> None:
    query = read_query({"q": long})
    assert 0 < len(query.words) <= QUERY_CHARACTERS
    assert query.is_rewritten
    assert "abandon" not in query.words
    assert query.words.count("[") == query.words.count("]")
    assert not read_query({"q": query.words}).is_rewritten


def test_an_address_holds_what_is_chosen_and_another_one_begins_at_its_first_page() -> None:
    query = HelpQuery(words="a&b=é", section="faq", platform=Platform.WEB, page=2)
    assert query.address() == "/help/?q=a%26b%3D%C3%A9&section=faq&platform=web&page=2"
    assert query.address(section="") == "/help/?q=a%26b%3D%C3%A9&platform=web"
    assert query.address(page=3).endswith("&page=3")
    assert HelpQuery().address() == "/help/"


@given(st.text(alphabet=st.characters(), max_size=400), st.text(max_size=120))
def test_any_text_becomes_a_query_that_reads_as_itself(words: str, section: str) -> None:
    query = read_query({"q": words, "section": section})
    assert len(query.words) <= QUERY_CHARACTERS
    assert redact(query.words).text == query.words
    query.words.encode()
    fields = dict(parse_qsl(urlsplit(query.address()).query, keep_blank_values=True))
    assert fields.get("q", "") == query.words
    assert not read_query(fields).is_rewritten
