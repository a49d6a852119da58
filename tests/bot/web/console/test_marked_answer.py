import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.console.marked_answer import marked_html, places_of, sources_of


def cited(number: int, start: int, **values: Any) -> dict[str, Any]:
    quote = {"title": "T", "heading": "", "url": "https://x.example/", "quote": "q", "article_id": f"a{number}"}
    return {"number": number, "start": start, "end": start + 5, **quote, **values}


def html(text: str, *citations: dict[str, Any]) -> str:
    return str(marked_html(text, citations, places_of(citations))).strip()


def chip(key: int, number: int = 1, where: str = "T") -> str:
    return f'<a class="chip" href="#place-{key}" data-place="{key}" aria-label="Source {number}: {where}">{number}</a>'


def said(key: int, text: str, number: int = 1) -> str:
    return f'<span class="said" data-place="{key}">{text} {chip(key, number)}</span>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("One. [1]", f"<p>{said(0, 'One.')}</p>"),
        ("One. [1] Two. [2]", f"<p>{said(0, 'One.')}{said(1, ' Two.', 2)}</p>"),
        ("**One** two. [1]", f"<p>{said(0, '<strong>One</strong> two.')}</p>"),
        ("1. Step. [1]\n2. Step. [2]", f"<ol>\n<li>{said(0, 'Step.')}</li>\n<li>{said(1, 'Step.', 2)}</li>\n</ol>"),
        ("**One [1] two**", f"<p><strong>One {chip(0)} two</strong></p>"),
        ("a **One** b *c [1]*", f"<p>a <strong>One</strong> b <em>c {chip(0)}</em></p>"),
        ("`One [1]`", "<p><code>One [1]</code></p>"),
        ("[x [1]](https://x.example)", '<p><a href="https://x.example" rel="noopener nofollow">x [1]</a></p>'),
        (r"In \[1\] brackets.", "<p>In [1] brackets.</p>"),
        ("Of no source. [7]", "<p>Of no source. [7]</p>"),
        ("[1](https://x.example)", '<p><a href="https://x.example" rel="noopener nofollow">1</a></p>'),
        ("\ue0001_0\ue001 [1]", f"<p>{said(0, '1_0')}</p>"),
    ],
)
def test_each_sentence_leads_to_its_place(text: str, shown: str) -> None:
    found = html(text, cited(1, 0), cited(2, 10))
    assert found == shown


def test_each_mark_takes_the_next_citation_of_its_number() -> None:
    found = html("One. [1] Two. [1] Three. [1]", cited(1, 0), cited(1, 9))
    assert re.findall(r'class="chip" href="#place-(\d)"', found) == ["0", "1", "0"]


def test_a_place_that_is_cited_twice_is_one() -> None:
    places = places_of([cited(1, 0), cited(1, 0), cited(1, 9, heading="H"), cited(1, 20, heading="H")])
    assert [place.key for place in places] == [0, 1, 2]
    assert [place.heading for place in sources_of(places)] == ["", "H"]


@pytest.mark.parametrize(
    ("text", "is_warning"), [("> **Warning:** Wait.", True), ("> ⚠ Wait.", True), ("> Note: a warning.", False)]
)
def test_warnings_look_as_in_the_widget(text: str, is_warning: bool) -> None:
    assert ('<blockquote class="warning">' in html(text)) is is_warning


def test_nothing_of_a_title_is_markup() -> None:
    assert 'aria-label="Source 1: &lt;b&gt; &#34;x&#34;"' in html("One. [1]", cited(1, 0, title='<b> "x"'))


TAGS = set(re.findall(r"\w+", "a blockquote br code em h1 h2 h3 h4 h5 h6 hr li ol p pre span strong ul"))
MARKDOWN = st.text(st.sampled_from('ab *_`[]()12<>"&\n#|-.\\\ue000\ue001'), max_size=60)


@given(MARKDOWN)
def test_no_text_makes_markup_of_its_own(text: str) -> None:
    found = html(text, cited(1, 0), cited(2, 10))
    tags = set(re.findall(r"</?([a-z0-9]+)", re.sub(r'"[^"]*"', '""', found)))
    assert tags <= TAGS
    assert found.count('<span class="said"') == found.count("</span>")
    assert "\ue000" not in found and "\ue001" not in found
