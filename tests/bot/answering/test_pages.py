import pytest

from bot.answering.pages import one_line, page_of
from tests.bot.answering.conftest import CHANGE_EMAIL

PAGE = page_of(CHANGE_EMAIL.body)


@pytest.mark.parametrize(
    ("text", "headings", "anchor"),
    [
        ("You can change", (), None),
        ("Tap **Menu**", ("On the app",), "h-on-the-app"),
        ("Alerts go", ("After the change",), "h-after-the-change"),
    ],
)
def test_what_stands_above(text: str, headings: tuple[str, ...], anchor: str | None) -> None:
    offset = CHANGE_EMAIL.body.index(text)
    assert PAGE.headings_above(offset) == headings
    assert PAGE.anchor_above(offset) == anchor


def test_the_shown_text_has_no_markup() -> None:
    assert "Tap Menu > Security > Email." in PAGE.text and "**" not in PAGE.text


def test_one_line() -> None:
    assert one_line(" a\n b\t\u00a0c ") == "a b c"
