from bs4 import BeautifulSoup

from knowledge.parsing.converter import ArticleConverter


def written(html: str) -> str:
    return str(ArticleConverter().convert_soup(BeautifulSoup(html, "html.parser")))


def test_steps_keep_their_numbers_and_their_blocks() -> None:
    assert written("<ol start=2><li>a<p>b</p></li><li>c</li></ol>") == "2. a\n\n   b\n3. c"


def test_a_labelled_quote_is_a_callout() -> None:
    assert written('<blockquote data-label="Tip"><p>x</p></blockquote>') == "> **Tip:** x"


def test_emphasis_around_blocks_is_dropped() -> None:
    assert written("<b><p>x</p></b>") == "x"


def test_a_cell_joins_its_lines() -> None:
    soup = BeautifulSoup("<td>a<br>b.<br>c</td>", "html.parser")
    assert ArticleConverter().cell(soup) == "a; b. c"


def test_a_table_in_a_cell_is_told() -> None:
    inner = "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>"
    html = f"<table><tr><th>h</th><th>i</th></tr><tr><td>{inner}</td><td>x</td></tr></table>"
    assert written(html).split("\n")[-1] == "| 1, 2; 3 | x |"
