import re
from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st

from bot.web.console.charts import HEIGHT, bars, columns

LABELS = st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=40)
POINTS = st.lists(st.tuples(LABELS, st.integers(0, 10**6)), max_size=40)


@given(LABELS, POINTS)
def test_every_chart_is_well_formed_and_needs_no_style(name: str, points: list[tuple[str, int]]) -> None:
    for draw in (columns, bars):
        drawn = fromstring(str(draw(name, points)))
        assert drawn.attrib["aria-label"].startswith(name.strip()[:1] if name.strip() else "")
        assert len(drawn.findall("rect")) == len(points)
        assert not any({"style", "fill"} & set(each.attrib) for each in drawn.iter())


def test_the_highest_column_is_as_high_as_the_drawing() -> None:
    drawn = str(columns("Answers", [("Mon", 5), ("Tue", 10), ("Wed", 0)]))
    assert re.findall(r'height="([\d.]+)"><title>', drawn) == [f"{HEIGHT / 2:.2f}", f"{HEIGHT:.2f}", "0.00"]
    assert "most: 10" in drawn
    assert 'aria-label="Answers: Mon 5, Tue 10, Wed 0"' in drawn


def test_bars_have_their_words_and_values_beside_them() -> None:
    drawn = str(bars("By locale", [("en", 1200), ("a" * 40, 3)]))
    assert ">1,200<" in drawn
    assert f">{'a' * 25}…<" in drawn


def test_what_is_long_is_summed_up_for_who_cannot_see_it() -> None:
    drawn = str(columns("Answers", [(f"d{number}", number) for number in range(30)]))
    assert "435 in all, the most (29) at d29; the table has every value" in drawn


def test_nothing_to_show_is_said() -> None:
    assert "Answers: nothing to show" in str(columns("Answers", []))


def test_markup_in_a_label_is_text() -> None:
    attack = '"><script>alert(1)</script>'
    for drawn in (columns(attack, [(attack, 1)]), bars(attack, [(attack, 1)])):
        assert "<script" not in str(drawn)
