import pytest

from knowledge.parsing.blocks import html_block_edits
from knowledge.parsing.edits import Lines, apply_edits
from knowledge.parsing.tokens import parse


def written(text: str) -> str:
    return apply_edits(text, html_block_edits(parse(text), Lines.of(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n<div>b</div>\n\nc", "a\n\nb\n\nc"),
        ("- <div>a</div>\n- b", "- a\n- b"),
        ("1. a\n\n   <p>b</p>\n   <p>c</p>", "1. a\n\n   b\n\n   c"),
        ("> <p>a</p>\n> <p>b</p>", "> a\n>\n> b"),
        ("<!-- c -->\nb", "\nb"),
        ("## H\n\n<details><summary>Q</summary>a</details>", "## H\n\n### Q\n\na"),
        ("<your name>\nis **bold**", "\\<your name>\nis **bold**"),
        ("<p>Dear <your name></p>", "Dear \\<your name>"),
        ("```\n<div>\n```", "```\n<div>\n```"),
    ],
)
def test_a_block_is_written_in_its_place(text: str, expected: str) -> None:
    assert written(text) == expected


def test_an_element_over_several_blocks_is_written_as_a_whole() -> None:
    text = "<details>\n<summary>Why?</summary>\n\n- **So**\n- `it`\n\n</details>\n\nb"
    assert written(text) == "## Why?\n\n- **So**\n- `it`\n\nb"
    text = '<div class="warning">\n\nMind *this*.\n\n</div>'
    assert written(text) == "> **Warning:** Mind *this*."
    text = "<table>\n<tr><th>A</th><th>B</th></tr>\n\n<tr><td>1</td><td>2</td></tr>\n</table>"
    assert written(text) == "| A | B |\n| --- | --- |\n| 1 | 2 |"


def test_hidden_blocks_hide_what_is_between_their_tags() -> None:
    assert written("a\n\n<div hidden>\n\nSECRET\n\n<div>\n\nSECRET\n\n</div>\n\nSECRET\n\n</div>\n\nb") == "a\n\n\n\nb"


def test_a_hidden_block_that_never_closes_hides_its_parent_only() -> None:
    text = "- a\n\n  <div hidden>\n\n  SECRET\n\n- b"
    assert "SECRET" not in written(text)
    assert "- b" in written(text)


def test_tags_that_close_nothing_and_never_close_lose_no_text() -> None:
    assert written("</div>\n\na\n\n<div>\n\nb").split() == ["a", "b"]


def test_many_unclosed_blocks_are_read_in_linear_time() -> None:
    text = "<div>\n\n" * 3000
    assert written(text).strip() == ""
