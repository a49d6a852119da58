"""The panel's modules by themselves, in the browser: the stream's parser, masking, colours, texts, waits, memory."""

import random
import string
from typing import Any

import pytest
from mnemonic import Mnemonic
from playwright.sync_api import Page

from bot.safety.redaction import redact
from tests.browser.panel import SEED, Stage

pytestmark = pytest.mark.browser


MODULES = "/static/widget/"
CARD, LIVE = "4111 1111 1111 1111", "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
WIF = "L1aW4aubDFB7yfras2S1mN3bqg9nwySY8nkoLmJebSLD5BWv3ENZ"
HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


@pytest.fixture
def page(stage: Stage) -> Page:
    return stage.open().page


def use(page: Page, module: str, call: str, value: Any) -> Any:
    """What `call`, a function of the module `m` and a value, gives."""
    return page.evaluate(
        f"async value => {{ const m = await import('{MODULES}{module}.js'); return ({call})(m, value); }}", value
    )


PARSE = """(m, pieces) => { const parser = new m.EventParser();
  return pieces.flatMap(piece => parser.feed(piece)).map(({name, data, id, retry}) => [name, data, id, retry]); }"""

STREAMS: list[tuple[str, list[list[Any]]]] = [
    ("event: token\ndata: 1\nid: 3\n\n", [["token", 1, "3", None]]),
    ("event: token\r\ndata: 1\r\n\r\n", [["token", 1, "", None]]),
    ("event: token\rdata: 1\r\r", [["token", 1, "", None]]),
    (": ping\n\ndata: 1\n\n", [["message", 1, "", None]]),
    ("data: [1,\ndata: 2]\n\n", [["message", [1, 2], "", None]]),
    ("retry: 1200\n\n", [["retry", None, "", 1200]]),
    ("retry: 12a\n\n", []),
    ("data\n\ndata: 1\n\n", [["message", 1, "", None]]),
    ("data:1\nevent:a\n\ndata:2\n\n", [["a", 1, "", None], ["message", 2, "", None]]),
    ("id: 7\n\ndata: 1\n\n", [["message", 1, "7", None]]),
    ("id: 7\ndata: 1\n\nid: a\0b\ndata: 2\n\n", [["message", 1, "7", None], ["message", 2, "7", None]]),
    ("\ufeffdata: 1\n\n", [["message", 1, "", None]]),
    ('data: "a\u2028b\u0085c"\n\n', [["message", "a\u2028b\u0085c", "", None]]),
    ("data: no json\n\ndata: 2\n\n", [["message", 2, "", None]]),
    ("data: 1\n", []),
    ("unknown: 1\ndata: 1\n\n", [["message", 1, "", None]]),
]


def test_the_stream_is_read_as_the_standard_says_wherever_it_is_cut(page: Page) -> None:
    for text, events in STREAMS:
        for size in (1, 2, 3, len(text)):
            pieces = [text[at : at + size] for at in range(0, len(text), size)]
            assert use(page, "stream", PARSE, pieces) == events, (text, size)


def test_an_endless_line_is_refused(page: Page) -> None:
    call = """(m) => { const parser = new m.EventParser();
      try { for (;;) parser.feed("x".repeat(1e6)); } catch (error) { return error.message; } }"""
    assert "too long" in use(page, "stream", call, None)


MASKED = [
    (SEED, "[seed phrase removed]"),
    (f"my words: {SEED}. Thanks!", "my words: [seed phrase removed]. Thanks!"),
    ("\n".join(f"{at}. {word}" for at, word in enumerate(SEED.split(), 1)), "1. [seed phrase removed]"),
    (SEED.upper(), "[seed phrase removed]"),
    (f"pay {CARD} now", "pay [card number removed] now"),
    ("4111-1111-1111-1111", "[card number removed]"),
    (f"key {WIF}.", "key [private key removed]."),
    (f"0x{HEX}", "[private key removed]"),
    (f"a {PEM} b", "a [private key removed] b"),
    (f"use {LIVE}", "use [API key removed]"),
    (f"token {JWT}", "token [API key removed]"),
    (f"{CARD} and {LIVE}", "[card number removed] and [API key removed]"),
]
KEPT = [
    "How do I change the email on my account?",
    "I want to withdraw 1234.5678 BTC, my order 4111111111111111 is stuck",
    f"transaction hash 0x{HEX}",
    "4111 1111 1111 1112",
    "+1 415 555 2671 and 2026-02-09 10:30:00",
    "I bought the market order with a limit price and then the exchange must cancel it, why?",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "[seed phrase removed]",
    "https://example.com/pay/4111111111111111",
    "",
    "你好，我的钱没有到账",
    "مرحبا، أين أموالي؟",
]
MASK = "(m, text) => m.mask(text).text"


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_a_secret_is_masked(page: Page, text: str, masked: str) -> None:
    assert use(page, "masking", MASK, text) == masked
    assert use(page, "masking", MASK, masked) == masked


def test_what_is_no_secret_stays(page: Page) -> None:
    for text in KEPT:
        assert use(page, "masking", MASK, text) == text


def test_every_phrase_is_found_and_the_server_finds_nothing_left(page: Page) -> None:
    mnemonic, chance = Mnemonic("english"), random.Random(6)
    for strength in (128, 160, 192, 224, 256):
        phrase = mnemonic.to_mnemonic(chance.randbytes(strength // 8))
        masked = use(page, "masking", MASK, f"Please restore: {phrase}\nThank you")
        assert not set(phrase.split()) & set(masked.split()) - {"thank"}, masked
        assert redact(masked).findings == ()


def test_all_words_pass_the_filter_and_few_others(page: Page) -> None:
    words = Mnemonic("english").wordlist
    call = "(m, words) => words.filter(word => m.isSeedWord(word)).length"
    assert use(page, "masking", call, words) == 2048
    chance = random.Random(6)
    others = {"".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 8))) for _ in range(5000)} - set(words)
    assert use(page, "masking", call, sorted(others)) < len(others) * 0.02


def test_masking_hostile_texts_is_quick(page: Page) -> None:
    hostile = [
        "4 " * 5000,
        "-" * 10_000,
        "BEGIN PRIVATE KEY" * 500,
        "abandon 1 " * 1000,
        "eyJ" * 3000,
        "a." * 5000,
        "sk-" * 3000,
    ]
    call = "(m, texts) => { const at = performance.now(); texts.forEach(m.mask); return performance.now() - at; }"
    assert use(page, "masking", call, hostile) < 2000


def test_a_colour_is_legible_on_any_ground(page: Page) -> None:
    call = """(m) => { const grey = value => [value, value, value]; let least = 21;
      for (let one = 0; one < 256; one += 15) for (const ground of [grey(255), grey(0), grey(22), grey(246)])
        least = Math.min(least, m.contrast(m.legible([one, 255 - one, 128], ground), ground));
      return least; }"""
    assert use(page, "theme", call, None) >= 4.5
    parsed = use(page, "theme", "(m, all) => all.map(m.colourOf)", ["#fff", "#0b6858", "red", "url(x)", "", "#12345"])
    assert parsed == [[255, 255, 255], [11, 104, 88], None, None, None, None]


def test_waits_grow_and_are_bounded(page: Page) -> None:
    waits = use(page, "backoff", "(m) => [1, 2, 3, 30].map(each => m.backoff(each)).concat(m.backoff(1, 5000))", None)
    for wait, usual in zip(waits, (500, 1000, 2000, 20_000, 5000), strict=True):
        assert 0.75 * usual <= wait <= 1.25 * usual


def test_a_memory_that_is_full_or_broken_still_remembers(page: Page) -> None:
    call = """(m) => { const memory = new m.Memory("other");
      localStorage.setItem("footnote:other:broken", "{");
      const broken = memory.read("broken");
      Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
      memory.write("draft", "x"); const kept = memory.read("draft"); memory.write("draft", null);
      return [broken, kept, memory.read("draft")]; }"""
    assert use(page, "storage", call, None) == [None, "x", None]


def test_what_a_text_lacks_is_left_to_see(page: Page) -> None:
    call = """(m) => { const {t, day} = m.textsOf({hello: "Hello {name}, {name} {other}"}, "en");
      return [t("hello", {name: "<b>"}), t("nothing"), day("2026-02-09"), day("never")]; }"""
    assert use(page, "texts", call, None) == ["Hello <b>, <b> {other}", "nothing", "February 9, 2026", "never"]


def test_whom_a_token_is_about(page: Page) -> None:
    tokens = ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiLDqSJ9.x", "no token at all: 0123456789abcdef", "a.b.c"]
    assert use(page, "remembered", "(m, all) => all.map(m.subjectOf)", tokens) == ["é", "0123456789abcdef", "a.b.c"]
