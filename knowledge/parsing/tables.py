"""An HTML table as a GitHub pipe table."""

from collections.abc import Callable

from bs4 import Tag

_WIDEST = 50


def pipe_table(table: Tag, cell_text: Callable[[Tag], str]) -> str:
    """The table with each spanned cell repeated: every row has the header's columns; "" when no cell has a text.

    The first row is the header, whether or not it is marked as one. Columns without any text go, and of a single column
    that is left without a marked header the rows become paragraphs. `cell_text` gives a cell's Markdown on one line.
    """
    rows = _grid(table, cell_text)
    width = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    filled = [column for column in range(width) if any(row[column] for row in rows)]
    rows = [[row[column] for column in filled] for row in rows]
    if not rows or (len(filled) == 1 and table.find("th") is None):
        return "\n\n".join(row[0].replace("\\|", "|") for row in rows)
    return "\n".join(_line(row) for row in [rows[0], ["---"] * len(filled), *rows[1:]])


def cell_lines(table: Tag, cell_text: Callable[[Tag], str]) -> list[str]:
    """The table's rows as plain lines, for a table inside a cell."""
    return [", ".join(cell for cell in row if cell) for row in _grid(table, cell_text)]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _grid(table: Tag, cell_text: Callable[[Tag], str]) -> list[list[str]]:
    """The texts row by row, spans filled in; rows without a text of their own are left out."""
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    rows.sort(key=lambda row: row.find_parent("thead") is None)
    hanging: dict[tuple[int, int], str] = {}
    grid: list[list[str]] = []
    for at, row in enumerate(rows):
        line: list[str] = []
        for cell in row.find_all(["td", "th"], recursive=False):
            _take_hanging(line, hanging, at)
            text = cell_text(cell)
            for _ in range(_span(cell, "colspan", _WIDEST)):
                for below in range(1, min(_span(cell, "rowspan", len(rows)), len(rows) - at)):
                    hanging[at + below, len(line)] = text
                line.append(text)
        _take_hanging(line, hanging, at)
        if any(cell_text(cell) for cell in row.find_all(["td", "th"], recursive=False)):
            grid.append(line)
    return grid


def _take_hanging(line: list[str], hanging: dict[tuple[int, int], str], row: int) -> None:
    while (row, len(line)) in hanging:
        line.append(hanging.pop((row, len(line))))


def _span(cell: Tag, name: str, most: int) -> int:
    value = str(cell.get(name, "1")).strip()
    if not (value.isascii() and value.isdigit()):
        return 1
    return min(int(value[:6]) or most, most) if name == "rowspan" else min(max(int(value[:6]), 1), most)
