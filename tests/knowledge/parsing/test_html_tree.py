from bs4 import BeautifulSoup

from knowledge.parsing.html_tree import prepare, same_title


def prepared(html: str, title: str | None = None, *, fragment: bool = False) -> str:
    soup = BeautifulSoup(html, "html.parser")
    prepare(soup, title, fragment=fragment)
    return str(soup)


def test_titles_are_compared_as_they_read() -> None:
    assert same_title("Change  Email", "change email")
    assert not same_title("Change email", "Update email")


def test_only_the_title_heading_goes() -> None:
    assert prepared("<h1>T</h1><h1>U</h1>", "t") == "<h2>U</h2>"
    assert prepared("<h1>T</h1>", None) == "<h2>T</h2>"


def test_heading_anchors_go_but_links_in_headings_stay() -> None:
    assert prepared('<h2>A <a href="#a">#</a><a href="/x">b</a></h2>') == '<h2>A <a href="/x">b</a></h2>'


def test_nested_details_go_deeper() -> None:
    html = "<h2>A</h2><details><summary>B</summary><details><summary>C</summary>x</details></details>"
    assert "<h3>B</h3>" in prepared(html)
    assert "<h4>C</h4>" in prepared(html)


def test_callouts_are_named_once() -> None:
    assert prepared('<div class="alert alert-danger"><p class="note">x</p></div>').count("data-label") == 1


def test_code_is_flattened() -> None:
    html = '<pre><code class="language-py"><span>a</span><br>b</code></pre>'
    assert prepared(html) == '<pre class="language-py">a\nb</pre>'


def test_a_layout_table_opens() -> None:
    assert "table" not in prepared("<table><tbody><tr><td>x</td></tr></tbody></table>")
