import re

import pytest
from hypothesis import example, given
from selectolax.lexbor import LexborHTMLParser

from knowledge.rendering import heading_anchors, plain_text, render_html
from knowledge.structure import BlockKind, outline
from tests.knowledge.markdowns import any_bodies

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "text <svg/onload=alert(1)> text",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "<javascript:alert(1)>",
    '[x](https://a.example "onmouseover=alert(1) \\" onclick=\\"x")',
    "![x](https://a.example/pixel.png?secret)",
    "![x](javascript:alert(1))",
    '```"><script>alert(1)</script>\ncode\n```',
    '## <a name=n>heading</a>\n\n## "><img src=x onerror=alert(1)>',
    "[x]: javascript:alert(1)\n\n[x]",
    "| <script>alert(1)</script> |\n|---|\n| <iframe src=//a.example> |",
    '<div style="position:fixed">',
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_never_becomes_elements(payload: str) -> None:
    page = LexborHTMLParser(f"<body>{render_html(payload)}</body>")
    assert not page.css("script, img, svg, iframe, style, object, form, input, div")
    for element in page.css("body *"):
        assert set(element.attributes) <= {"href", "title", "rel", "id", "start"}
        assert (element.attributes.get("href") or "https://").startswith(("https://", "http://", "mailto:", "/help/"))


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("https://a.example/x?y=1#z", True),
        ("http://a.example", True),
        ("HTTPS://a.example", True),
        ("mailto:help@a.example", True),
        ("/help/change-email#h-on-the-app", True),
        ("/help/a/b?x=../y", True),
        ("//a.example/x", False),
        ("/console/sign-out", False),
        ("/help/../console", False),
        ("/help/%2e%2E/console", False),
        ("/help/a/..\\b", False),
        ("/help/.%09./console", False),
        ("/helpful", False),
        ("help/a", False),
        ("#h-a", False),
        ("https:a.example", False),
        ("ftp://a.example", False),
        ("tel:123", False),
    ],
)
def test_links_go_where_they_may(target: str, kept: bool) -> None:
    link = LexborHTMLParser(render_html(f"[text]({target})")).css_first("a")
    assert link is not None
    assert link.text() == "text"
    assert ("href" in link.attributes) is kept
    assert link.attributes["rel"] == "noopener nofollow"


def test_lists_tables_and_pictures() -> None:
    html = render_html(
        "3. three\n4. four\n\n| a | b |\n|---|--:|\n| 1 | **2** |\n\n![a *map*](https://a.example/m.png)\n\n---"
    )
    assert '<ol start="3">' in html
    assert "<td><strong>2</strong></td>" in html
    assert "style" not in html
    assert "<p>a <em>map</em></p>" in html
    assert "<hr>" in html


def test_anchors_are_unique_and_stable() -> None:
    body = "## On the **App**\n\n## on the app\n\n## On the app 2\n\n### 你好_é?\n\n##\n\n> ## quoted\n\n## ***\n\nx"
    anchors = [anchor for _, anchor in heading_anchors(body)]
    assert anchors == ["h-on-the-app", "h-on-the-app-2", "h-on-the-app-2-2", "h-你好-é", "h-section", "h-section-2"]
    assert re.findall(r' id="([^"]*)"', render_html(body)) == anchors
    assert [body[start:][:2] for start, _ in heading_anchors(body)] == ["##"] * 6
    assert heading_anchors("no heading") == ()
    (_, long) = heading_anchors("# " + "word " * 100)[0]
    assert len(long) <= 82 and not long.endswith("-")


@given(any_bodies)
def test_anchors_are_those_of_the_html_and_of_the_outline(body: str) -> None:
    anchors = heading_anchors(body)
    ids = [element.attributes["id"] for element in LexborHTMLParser(render_html(body)).css("[id]")]
    assert ids == [anchor for _, anchor in anchors]
    assert len(set(ids)) == len(ids)
    assert [start for start, _ in anchors] == [
        block.start for block in outline(body) if block.kind is BlockKind.HEADING
    ]


def test_plain_text_of_blocks() -> None:
    body = """## Change **it**

Select *one* of `a  b`
or [two](/help/two "t") &amp; \\*go\\*.  
Next line.

1. Step
   - sub
> **Note:** quoted

| a | b |
|---|---|
| 1 | `x` |

```
code  here

end
```"""  # noqa: W291
    shown = "Change it\nSelect one of a b or two & *go*.\nNext line.\nStep\nsub\nNote: quoted\na\tb\n1\tx"
    assert plain_text(body) == f"{shown}\ncode  here\n\nend"


def test_plain_text_of_fragments() -> None:
    assert plain_text("1. Select **Change email**.") == "Select Change email."
    assert plain_text("| USDT | **5** |  |\n| BTC \\| x | 1 | 2 |") == "USDT\t5\nBTC | x\t1\t2"
    assert plain_text("> **Warning:** No.") == "Warning: No."
    assert plain_text("a | b") == "a | b"
    assert plain_text("![map](https://a.example/m.png) <b>") == "map <b>"
    assert plain_text("") == plain_text(" \n") == plain_text("|") == plain_text("---") == ""


@given(any_bodies)
@example("a\n- b\n\n      c")
def test_plain_text_is_what_the_html_shows(body: str) -> None:
    root = LexborHTMLParser(f"<body>{render_html(body)}</body>").body
    assert root is not None
    if not body.lstrip(" ").startswith("|"):
        assert "".join(plain_text(body).split()) == "".join(root.text().split())
