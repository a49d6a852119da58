import pytest

from eval.text_directives import Match, at_word_boundary, matches, page_blocks, parse_directive

PAGE = ("Menu", "One two THREE.", "Four five\nsix. One two.", "Fées and “quotes”", "充值需要确认。")


def places(directive: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return [(match.first, match.after) for match in matches(directive, PAGE)]


@pytest.mark.parametrize(
    ("directive", "expected"),
    [
        ("four", [((2, 0), (2, 4))]),
        ("one%20two", [((1, 0), (1, 7)), ((2, 15), (2, 22))]),
        ("THREE.-,four", [((2, 0), (2, 4))]),
        ("menu-,one%20two", [((1, 0), (1, 7))]),
        ("menu-,four", []),
        ("one%20two,-three", [((1, 0), (1, 7))]),
        ("one%20two,-four", []),
        ("three,six", [((1, 8), (2, 13))]),
        ("one,two.", [((1, 0), (2, 23)), ((2, 15), (2, 23))]),
        ("two,one,-two.", [((1, 4), (2, 18))]),
        ("fees%20and%20%22quotes%22", [((3, 0), (3, 17))]),
        ("hree", []),
        ("thre", []),
        ("three.%20four", []),
        ("five%20six", []),
        ("充值需要确认。", [((4, 0), (4, 7))]),
        ("a%2Db", []),
    ],
)
def test_where_a_browser_would_go(directive: str, expected: list[object]) -> None:
    assert places(directive) == expected


@pytest.mark.parametrize("directive", ["", "a-", ",-b", "a,b,c", "a-b", "x-,a-,b", "a&b", ",b"])
def test_what_is_no_directive_matches_nothing(directive: str) -> None:
    assert parse_directive(directive) is None
    assert matches(directive, PAGE) == ()


def test_overlapping_places_are_two() -> None:
    assert len(matches("a%20a", ("a a a",))) == 2


@pytest.mark.parametrize(
    ("text", "boundaries"),
    [
        ("to be", [0, 2, 3, 5]),
        ("can't 1,000.5 snake_case", [0, 5, 6, 13, 14, 24]),
        ("end. (x)", [0, 3, 4, 5, 6, 7, 8]),
        ("é́a", [0, 3]),
        ("👍🏽👍", [0, 2, 3]),
        ("提现a", [0, 1, 2, 3]),
        ("10\u202f000 €", [0, 6, 7, 8]),
    ],
)
def test_word_boundaries(text: str, boundaries: list[int]) -> None:
    assert [place for place in range(len(text) + 1) if at_word_boundary(text, place)] == boundaries


def test_the_texts_of_a_page() -> None:
    html = """<!doctype html><html><head><title>No</title><style>p {}</style></head><body>
      <a href="#x">Skip</a> <header>Brand <nav><a>Help</a> <a>Ask</a></nav></header>
      <p>One <b>two</b>\n  three,<code>four</code>.<br>\n five&nbsp;<em>six</em></p>
      <ul><li>a <p>b</p></li></ul><pre><code>x  y\n  z\n</code></pre>
      <table><tr><td>c</td><td> d </td></tr></table><script>no()</script><p hidden>no</p></body></html>"""
    assert page_blocks(html) == (
        "Skip", "Brand", "Help Ask", "One two three,four.\nfive\u00a0six", "a", "b", "x  y\n  z", "c", "d",
    )  # fmt: skip


def test_a_page_of_nothing() -> None:
    assert page_blocks("") == ()
    assert matches("a", ()) == ()
    assert matches("a", ("a",)) == (Match((0, 0), (0, 1)),)
