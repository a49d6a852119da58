"""Tables as CSV (RFC 4180) for spreadsheets, in which no text becomes a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection), full-width forms too."""

Cell = str | int | float | None


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table with CRLF at the ends of its rows. Text that could be a formula gets an apostrophe before it; numbers
    stay numbers, and None is an empty cell."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([harmless(name) for name in header])
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return written.getvalue()


def harmless(text: str) -> str:
    """The text as a spreadsheet may show it."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text
