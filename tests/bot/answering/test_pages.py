import pytest
from hypothesis import assume, given

from bot.answering.pages import one_line, page_of
from knowledge.rendering import plain_text
from tests.bot.answering.conftest import CHANGE_EMAIL
from tests.knowledge.markdowns import any_bodies

PAGE = page_of(CHANGE_EMAIL.body)


@pytest.mark.parametrize(
    ("text", "headings", "anchor"),
    [
        ("You can change", (), None),
        ("Tap **Menu**", ("On the app",), "h-on-the-app"),
        ("Alerts go", ("After the change",), "h-after-the-change"),
    ],
)
def test_what_stands_above(text: str, headings: tuple[str, ...], anchor: str | None) -> None:
    offset = CHANGE_EMAIL.body.index(text)
    assert PAGE.headings_above(offset) == headings
    assert PAGE.anchor_above(offset) == anchor


def test_the_shown_text_has_no_markup() -> None:
    assert "Tap Menu > Security > Email." in PAGE.text and "**" not in PAGE.text


def test_one_line() -> None:
    assert one_line(" a\n b\t\u00a0c ") == "a b c"


def said(body: str, quote: str, occurrence: int = 0) -> str | None:
    """What stands between the spots of the n-th occurrence of a quote."""
    page = page_of(body)
    start = -1
    for _ in range(occurrence + 1):
        start = body.index(quote, start + 1)
    spots = page.spots(start, start + len(quote))
    if spots is None:
        return None
    first, after = spots
    texts = [block.text for block in page.shown[first.block : after.block + 1]]
    texts[-1] = texts[-1][: after.character]
    texts[0] = texts[0][first.character :]
    return "|".join(texts)


@pytest.mark.parametrize(
    ("body", "quote", "shown"),
    [
        ("One **two** `three`. Four.", "One **two** `three`.", "One two three."),
        ("A [link](http://a.example) here. B.", "A [link](http://a.example) here.", "A link here."),
        ("A [link][r] here. B.\n\n[r]: http://a.example", "A [link][r] here.", "A link here."),
        ("> **Note:** one\n> two. Three.", "**Note:** one\n> two.", "Note: one two."),
        ("1. Open.\n   - Select\n     it. Now.\n2. Go.", "Open.\n   - Select\n     it. Now.", "Open.|Select it. Now."),
        ("1. Open.\n\n   See below. Then go.", "See below.", "See below."),
        ("Line one\\\nline two", "Line one\\", "Line one"),
        ("| a | b |\n|---|---|\n| c | **d** |", "| c | **d** |", "c|d"),
        ("```\nx  y\n\nz\n```", "```\nx  y\n\nz\n```", "x  y\n\nz"),
        ("- [ ] open & go&nbsp;on", "[ ] open & go&nbsp;on", "[ ] open & go\u00a0on"),
        ("你好。再见。", "再见。", "再见。"),
    ],
)
def test_where_a_quote_is_shown(body: str, quote: str, shown: str) -> None:
    assert said(body, quote) == shown


def test_a_repeated_sentence_is_found_at_its_own_place() -> None:
    page, body = page_of("Go **on**. Stop. Go **on**."), "Go **on**. Stop. Go **on**."
    places = [page.spots(start, start + 10) for start in (0, body.rindex("Go"))]
    assert [(spots[0].character, spots[1].character) for spots in places if spots] == [(0, 6), (13, 19)]


@given(any_bodies)
def test_the_shown_text_is_that_of_the_rendered_body(body: str) -> None:
    assume(not body.lstrip(" ").startswith("|"))  # by itself that is a row without its head
    assert page_of(body).text == one_line(plain_text(body))


@given(any_bodies)
def test_every_block_stands_in_its_lines_in_order(body: str) -> None:
    page = page_of(body)
    assert all(0 <= block.start < block.end <= len(body) for block in page.shown)
    assert [block.start for block in page.shown] == sorted(block.start for block in page.shown)
