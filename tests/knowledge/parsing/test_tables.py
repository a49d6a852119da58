from bs4 import BeautifulSoup, Tag

from knowledge.parsing.tables import cell_lines, pipe_table


def table(html: str) -> Tag:
    found = BeautifulSoup(f"<table>{html}</table>", "html.parser").find("table")
    assert isinstance(found, Tag)
    return found


def words(cell: Tag) -> str:
    return cell.get_text()


def test_spans_are_filled_in() -> None:
    head = "<tr><th rowspan=2>A</th><th colspan=2>B</th></tr>"
    body = "<tr><td>1</td><td>2</td></tr><tr><td>x</td><td>y</td></tr>"
    assert pipe_table(table(head + body), words).split("\n") == [
        "| A | B | B |",
        "| --- | --- | --- |",
        "| A | 1 | 2 |",
        "| x | y |  |",
    ]


def test_a_head_written_last_comes_first() -> None:
    html = "<tbody><tr><td>1</td><td>2</td></tr></tbody><thead><tr><th>A</th><th>B</th></tr></thead>"
    assert pipe_table(table(html), words).startswith("| A | B |\n")


def test_rows_without_their_own_text_and_empty_columns_go() -> None:
    html = "<tr><td rowspan=3>A</td><td></td><td>b</td></tr><tr><td></td></tr><tr><td></td><td>c</td></tr>"
    assert pipe_table(table(html), words).split("\n") == ["| A | b |", "| --- | --- |", "| A | c |"]


def test_a_single_column_without_a_header_is_no_table() -> None:
    assert pipe_table(table("<tr><td>a</td></tr><tr><td>b</td></tr>"), words) == "a\n\nb"
    assert pipe_table(table("<tr><th>a</th></tr><tr><td>b</td></tr>"), words) == "| a |\n| --- |\n| b |"


def test_nothing_to_show() -> None:
    assert pipe_table(table("<tr><td></td></tr>"), words) == ""
    assert pipe_table(table(""), words) == ""


def test_absurd_spans_are_bounded() -> None:
    first = '<tr><td colspan="999999999" rowspan="999999999">a</td><td rowspan="0" colspan="-3">b</td></tr>'
    html = f"{first}<tr><td>c</td></tr>"
    rows = pipe_table(table(html), words).split("\n")
    assert len({row.count(" | ") for row in rows}) == 1
    assert rows[0].count("a") == 50


def test_a_table_in_a_cell_becomes_lines() -> None:
    assert cell_lines(table("<tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>"), words) == ["a, b", "c"]
