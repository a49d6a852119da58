import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.parsing.markup import (
    code_block,
    code_span,
    emphasis,
    escape_text,
    guard_line,
    link_target,
    media_link,
    raised,
)
from knowledge.parsing.tokens import parse, plain_text, render


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("a < b", "a < b"),
        ("send it to <your name>", "send it to \\<your name>"),
        ("snake_case and _word_", "snake_case and \\_word\\_"),
        ("2 * 3", "2 * 3"),
        ("`x`", "\\`x\\`"),
        (r"C:\Users\me", r"C:\Users\me"),
        (r"C:\*", r"C:\\\*"),
        ("&amp; & co", "\\&amp; & co"),
        ("[x](y) and [z]", "\\[x](y) and [z]"),
        ("1. Open", "1. Open"),
    ],
)
def test_only_markup_is_escaped(plain: str, written: str) -> None:
    assert escape_text(plain) == written


@given(st.text(alphabet="ab1 <>&;*_`[]()!\\~#|.:/", min_size=1).map(str.strip).filter(bool))
def test_escaped_text_reads_back(text: str) -> None:
    token = parse("x " + escape_text(text))[1]
    assert plain_text(token) == " ".join(f"x {text}".split())


def test_the_start_of_a_line_is_guarded() -> None:
    assert guard_line("# 1 tip") == "\\# 1 tip"
    assert guard_line("#1 tip") == "#1 tip"
    assert guard_line("> Settings") == "\\> Settings"


@given(st.text(alphabet="a` ").filter(lambda text: bool(text.strip(" "))))
def test_code_reads_back(text: str) -> None:
    text = text.strip()
    assert html.unescape(render(code_span(text))) == f"<p><code>{text}</code></p>\n"
    assert html.unescape(render(code_block(text, "sh"))) == f'<pre><code class="language-sh">{text}\n</code></pre>\n'


@pytest.mark.parametrize(
    ("text", "before", "after", "written"),
    [
        ("Menu", " ", " ", "**Menu**"),
        (" Menu ", "x", "y", " **Menu** "),
        ("Note:", "", "t", "**Note:** "),
        ('"x"', "a", "", ' **"x"**'),
        ("N", "", "a", "**N**"),
        ("  ", "a", "b", "  "),
    ],
)
def test_emphasis_is_read_as_emphasis(text: str, before: str, after: str, written: str) -> None:
    assert emphasis("**", text, before, after) == written


def test_a_power_stays_a_power() -> None:
    assert raised("6", "0") == "⁶"
    assert raised("2", "I") == "2"
    assert raised("th", "4") == "th"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://a.example/b c(d)", "https://a.example/b%20c%28d%29"),
        ("//a.example/x", "https://a.example/x"),
        ("/help/x", "/help/x"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("#top", None),
        ("", None),
        (None, None),
        ("javascript:alert(1)", None),
        (" JavaScript:alert(1)", None),
        ("data:text/html,x", None),
    ],
)
def test_links_lead_somewhere(url: str | None, target: str | None) -> None:
    assert link_target(url) == target


def test_films_need_the_web() -> None:
    assert media_link("Video", "//v.example/1") == "[Video](https://v.example/1)"
    assert media_link("Video", "img/film.mp4") == ""
