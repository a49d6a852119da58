import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.console.spreadsheet import FORMULA_STARTS, csv_text, harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_what_could_be_a_formula_is_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert csv_text(("a", "b"), [(-1, None), ("x,y", 0.5)]) == 'a,b\r\n-1,\r\n"x,y",0.5\r\n'


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20), min_size=1
    )
)
def test_a_reader_gets_every_cell_back_and_none_begins_a_formula(cells: list[str]) -> None:
    written = csv_text(["head"] * len(cells), [cells])
    read = list(csv.reader(io.StringIO(written, newline="")))[1]
    assert [cell.removeprefix("'") for cell in read] == [cell.removeprefix("'") for cell in cells]
    assert not any(cell.lstrip(" ").startswith(FORMULA_STARTS) for cell in read)
