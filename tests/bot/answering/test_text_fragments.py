import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.citations import text_directive
from bot.answering.pages import Page, Spot, page_of
from bot.answering.text_fragments import encode_term, fold, page_text
from eval.links import shown_text
from eval.text_directives import matches, page_blocks
from knowledge.models import Article
from knowledge.rendering import render_html
from knowledge.units import units_of
from tests.knowledge.markdowns import markdown_bodies

FEES = ("Fees", "Deposits are free of charge.", "A withdrawal costs a fee.", "Fees", "A transfer costs a fee.")


def directive(
    blocks: tuple[str, ...], quote: str, block: int | None = None, around: tuple[str, ...] = ()
) -> str | None:
    """The decoded directive of a quote in a block: the first that has it, or the one named."""
    number = next(n for n, text in enumerate(blocks) if quote in text) if block is None else block
    start = blocks[number].index(quote)
    found = page_text(blocks, around).directive((number, start), (number, start + len(quote)))
    return None if found is None else unquote(found)


@pytest.mark.parametrize(
    ("quote", "block", "expected"),
    [
        ("Deposits are free of charge.", None, "Deposits are free of charge."),
        ("costs a fee.", 4, "transfer-,costs a fee."),
        ("Fees", 0, "Fees,-Deposits"),
        ("Fees", 3, "fee.-,Fees"),
        ("transfer", None, "A-,transfer"),
    ],
)
def test_the_shortest_context_that_tells_it_apart(quote: str, block: int | None, expected: str) -> None:
    assert directive(FEES, quote, block) == expected


def test_a_quote_of_one_word_or_two_may_stand_in_a_menu_too_and_has_context() -> None:
    assert directive(("Start here now, please.", "Menu", "Go on."), "Menu") == "please.-,Menu"
    assert directive(("Menu",), "Menu") == "Menu"


@pytest.mark.parametrize(
    "others",
    [
        "THE OPEN ORDERS PAGE IS HERE",
        "the öpen orders page ís here",
        "“the open orders page is here”",
        "ｔｈｅ open orders page is here",
    ],
)
def test_what_a_browser_takes_for_equal_is_equal(others: str) -> None:
    found = directive(("First.", "The open orders page is here", others), "The open orders page is here", 1)
    assert found == "First.-,The open orders page is here"


def test_what_stands_around_the_text_counts_but_gives_no_context() -> None:
    assert (
        directive(("Yes.", "What are the fees here?"), "What are the fees here?", around=())
        == "What are the fees here?"
    )
    title = ("What are the fees here?",)
    assert directive(("Yes.", "What are the fees here?"), "What are the fees here?", around=title) == (
        "Yes.-,What are the fees here?"
    )
    assert directive(("What are the fees here?",), "What are the fees here?", around=title) is None


def test_a_long_text_is_named_by_its_first_and_last_words() -> None:
    words = " ".join(f"word{number}" for number in range(60))
    assert directive((f"{words}. After it.",), f"{words}.") == "word0 word1 word2 word3,word56 word57 word58 word59."


def test_of_a_range_the_end_is_the_first_that_follows() -> None:
    words = "and so on it goes until the end, " * 9
    text = f"Now it begins {words} until the end, at last."
    first, last = (directive((text,), text) or "").split(",", 1)
    assert text.lower().index(last.lower()) + len(last) == len(text)
    assert first == "Now it begins and"


def test_a_term_never_passes_over_a_line_end_or_a_wider_gap() -> None:
    blocks = ("One two three four\nfive six seven eight", "code  with   gaps in it")
    runs = [run for text in blocks for run in re.split(r"\n| {2,}", text)]
    for number, text in enumerate(blocks):
        found = page_text(blocks).directive((number, 0), (number, len(text)))
        assert found is not None
        assert all(any(term.strip("-") in run for run in runs) for term in unquote(found).split(","))


def test_the_first_cell_of_a_row_may_be_left_out_where_it_is_the_same_in_every_row() -> None:
    networks = ("Tron network", "Solana network", "Aptos network", "Ton network")
    rows = tuple(cell for network in networks for cell in ("USDT", network, "1 USDT"))
    found = page_text(rows).directive((6, 0), (8, 6))
    assert found is not None
    assert unquote(found) == "USDT-,Aptos network,1 USDT"


def test_where_nothing_tells_it_apart_there_is_none() -> None:
    same = ("Go on now, please.",) * 5
    assert page_text(same).directive((2, 0), (2, 18)) is None


@pytest.mark.parametrize("span", [((0, 3), (0, 3)), ((1, 0), (1, 0)), ((0, 9), (1, 0)), ((5, 0), (6, 1))])
def test_where_no_word_is_there_is_none(span: tuple[tuple[int, int], tuple[int, int]]) -> None:
    assert page_text(("One word.", "Two.")).directive(*span) is None


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("充值需要两个网络确认。提现需要三个。", "提现需要三个。", "确认。-,提现需要三个。"),
        ("اختر شبكة الإيداع أولاً. ثم أرسل المبلغ الآن.", "ثم أرسل المبلغ الآن.", "ثم أرسل المبلغ الآن."),
        ("Ready? 👍🏽 Send the coins now.", "👍🏽 Send the coins now.", "👍🏽 Send the coins now."),
        (
            "It takes 10\u00a0minutes at most. Wait.",
            "It takes 10\u00a0minutes at most.",
            "It takes 10\u00a0minutes at most.",
        ),
    ],
)
def test_other_scripts(text: str, quote: str, expected: str) -> None:
    found = directive((text,), quote)
    assert found is not None
    assert found.endswith(quote) or found == expected
    assert [shown_text(match, (text,)) for match in matches(encoded(found), (text,))] == [quote]


def encoded(found: str) -> str:
    """A decoded directive without `-`, `,` and `&` in its terms, encoded again."""
    return ",".join(
        encode_term(term[:-1]) + "-" if term.endswith("-") else encode_term(term) for term in found.split(",")
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [("a-b", "a%2Db"), ("a,b", "a%2Cb"), ("a&b", "a%26b"), ("é", "%C3%A9"), ("a b", "a%20b"), ("%", "%25")],
)
def test_encoding(text: str, code: str) -> None:
    assert encode_term(text) == code


@given(st.text(), st.text())
def test_folding_a_text_folds_its_parts(first: str, second: str) -> None:
    assert fold(first) + fold(second) == fold(first + second)
    assert fold(fold(first)) == fold(first)


@settings(deadline=None, max_examples=60)
@given(markdown_bodies)
def test_a_directive_finds_the_quote_and_only_there(body: str) -> None:
    article = Article(id="a", title="Now help.", body=body)
    page = page_of(body)
    blocks = page_blocks(f"<h1>{article.title}</h1><p>On the web</p>{render_html(body)}")
    for block in page.blocks:
        for unit in units_of(block, body):
            found = text_directive(article, unit.start, unit.end)
            if found is None:
                continue
            places = matches(found, blocks)
            assert len(places) == 1
            spots = page.spots(unit.start, unit.end)
            assert spots is not None
            first, after = spots
            begun, ended = places[0].first, places[0].after
            assert (2 + first.block, first.character - indented(page, first)) <= ended
            assert (2 + first.block, 0) <= begun < ended
            assert (2 + after.block, after.character - indented(page, after)) <= ended < (3 + after.block, 0)


def indented(page: Page, spot: Spot) -> int:
    """White space at the beginning of code, which `page_blocks` leaves out."""
    text = page.shown[spot.block].text
    return len(text) - len(text.lstrip())
