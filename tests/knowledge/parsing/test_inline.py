import pytest

from knowledge.parsing.inline import Place, clean_inline
from knowledge.parsing.tokens import parse


def cleaned(text: str, place: Place = Place.PARAGRAPH) -> str:
    return clean_inline(next(token for token in parse(text) if token.type == "inline"), place)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Open <b>Menu</b>, <i>then</i> wait", "Open **Menu**, *then* wait"),
        ("<b>\\*</b>These", "**\\*** These"),
        ("<b>**x**</b>", "**x**"),
        ('see <a href="https://a.example">it</a>', "see [it](https://a.example)"),
        ('see <a href="javascript:x">it</a>', "see it"),
        ('<a id="x"></a>Text', "Text"),
        ('<a href="/s"><img src="x" alt="Shop"></a>', "[Shop](/s)"),
        ("press <kbd>Ctrl</kbd>", "press Ctrl"),
        ("<code>a \\`b'</code>", "``a `b'``"),
        ("10<sup>6</sup> H<sub>2</sub>O", "10⁶ H2O"),
        ("a<!-- c --> b", "a b"),
        ("a <!-- c --> b", "a b"),
        ("a (<!-- c -->).", "a ()."),
        ("x ![i](s) y ![j](t)", "x y"),
        ("[![Shop](s)](/u)", "[Shop](/u)"),
        ("a [![](s)](/u) b", "a b"),
        ("[l](u){.ext} {.b}", "[l](u)"),
        ("hi <span hidden>SECRET</span>there", "hi there"),
        ('hi <span style="display:none">SECRET *x* ', "hi"),
        ("write to <your name> at <address>", "write to \\<your name> at \\<address>"),
        ("COM<N> or <link>", "COM\\<N> or \\<link>"),
        ("a < b > c", "a < b > c"),
        ("<https://a.example> <a@b.example>", "<https://a.example> <a@b.example>"),
        ("`<b>` and \\<b>", "`<b>` and \\<b>"),
        ("a &#8203;b", "a b"),
        ("film <iframe src='//v.example/1'></iframe>", "film [Video](https://v.example/1)"),
        ("a  \nb", "a\\\nb"),
        ("a<br>b<br/>\nc<br>", "a\\\nb\\\nc"),
        ("a<script>SECRET</script> b", "a b"),
    ],
)
def test_texts(text: str, expected: str) -> None:
    assert cleaned(text) == expected


def test_headings() -> None:
    assert cleaned("## Sign in {#sign-in}", Place.HEADING) == "Sign in"
    assert cleaned("## Sign in{#sign-in}", Place.HEADING) == "Sign in"
    assert cleaned("## a<br>b", Place.HEADING) == "a b"
    assert cleaned("## `{#x}`", Place.HEADING) == "`{#x}`"


def test_cells() -> None:
    assert cleaned("a<br>b.<br>c", Place.CELL) == "a; b. c"
    assert cleaned("x<ul><li>a</li><li>**b**</li></ul>", Place.CELL) == "x; a; **b**"
