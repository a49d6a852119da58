import time
import zlib
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from knowledge.rendering import plain_text
from knowledge.structure import BlockKind, outline
from knowledge.units import Unit, table_head, texts_between, unit_text, units_of, within_limit
from tests.knowledge.markdowns import any_bodies

BODY = """Two ways. Choose one:

## On the app

1. Tap **Menu**.
   - It is on the left.
2. Tap *Email*.

> **Warning:** Codes are valid for 10 minutes.

| Coin | Fee |
|---|---|
| BTC | 0.1 |
| ETH | 0.2 |

```
run it
```

- one bullet"""


def units_in(body: str) -> list[Unit]:
    return [unit for block in outline(body) for unit in units_of(block, body)]


def quotes(body: str) -> list[str]:
    return [body[unit.start : unit.end] for unit in units_in(body)]


def said(body: str, start: int = 0, end: int | None = None) -> tuple[str, ...]:
    return texts_between(start, len(body) if end is None else end, body, outline(body), units_in(body))


def test_sentences_of_prose_and_everything_else_as_a_whole() -> None:
    assert quotes(BODY) == [
        "Two ways.",
        "Choose one:",
        "Tap **Menu**.\n   - It is on the left.",
        "Tap *Email*.",
        "**Warning:** Codes are valid for 10 minutes.",
        "| BTC | 0.1 |",
        "| ETH | 0.2 |",
        "```\nrun it\n```",
        "one bullet",
    ]


@pytest.mark.parametrize(
    ("block", "quote"),
    [
        ("12) Open it. Then wait.", "Open it. Then wait."),
        ("* a bullet", "a bullet"),
        ("+ another", "another"),
        ("> a callout\n> goes on", "a callout\n> goes on"),
        ("  - indented", "indented"),
        ("-", "-"),
        ("1.\n   late", "late"),
    ],
)
def test_a_list_marker_is_left_out(block: str, quote: str) -> None:
    assert quotes(block) == [quote]


@pytest.mark.parametrize("body", ["", "\n\n", "# Only\n\n## headings", "| head | only |\n|---|---|", "---"])
def test_no_units(body: str) -> None:
    assert units_in(body) == []
    assert said(body) == ()


def test_what_announces_is_known_and_still_said() -> None:
    assert [unit.announces for unit in units_in(BODY)] == [False, True, *[False] * 7]
    assert "Choose one:" in said(BODY)
    assert [unit.announces for unit in units_in("- a bullet that ends so:\n  - x")] == [False]


def test_a_unit_says_what_a_browser_shows() -> None:
    assert said(BODY) == (
        "Two ways.",
        "Choose one:",
        "Tap Menu.\nIt is on the left.",
        "Tap Email.",
        "Warning: Codes are valid for 10 minutes.",
        "Coin\tFee\nBTC\t0.1",
        "Coin\tFee\nETH\t0.2",
        "run it",
        "one bullet",
    )


def test_a_row_comes_with_the_head_of_its_own_table() -> None:
    body = "| a | b |\n|---|---|\n| 1 | 2 |\n\nText.\n\n| c | d |\n|---|---|\n| 3 | 4 |"
    blocks = outline(body)
    rows = [block for block in blocks if block.kind is BlockKind.TABLE_ROW]
    assert [table_head(row, body, blocks) for row in rows] == ["| a | b |\n|---|---|", "| c | d |\n|---|---|"]
    assert said(body) == ("a\tb\n1\t2", "Text.", "c\td\n3\t4")
    assert table_head(blocks[2], body, blocks) == ""
    assert table_head(rows[0], body, rows) == ""
    assert table_head(rows[1], body, []) == ""


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Two", "ways.", ("Two ways.",)),
        ("ways.", "Choose", ("ways.", "Choose")),
        ("one:", "**Menu**", ("one:", "Tap Menu")),
        ("## On", "app", ()),
        ("1. Tap", "left.", ("Tap Menu.\nIt is on the left.",)),
        ("2. Tap", "*Email*.", ("Tap Email.",)),
        ("| Coin", "|---|---|", ()),
        ("| BTC", "0.1 |", ("Coin\tFee\nBTC\t0.1",)),
        ("| 0.1", "| ETH", ("0.1", "ETH")),
    ],
)
def test_what_is_said_between(first: str, last: str, expected: tuple[str, ...]) -> None:
    start = BODY.index(first)
    assert said(BODY, start, BODY.index(last, start) + len(last)) == expected


def test_nothing_is_said_where_nothing_stands() -> None:
    assert said(BODY, 5, 5) == said(BODY, len(BODY), len(BODY) + 9) == said(BODY, 9, 10) == ()
    assert said("A link only:\n\n[a]: http://a.example") == ("A link only:",)


@settings(deadline=None)
@given(any_bodies)
@example("- \n- a\n\n1. ")
@example("| a |\n|---|\n| b |\n> c\n\t- d")
def test_units_lie_in_their_blocks_in_order_and_apart(body: str) -> None:
    at = 0
    for unit in units_in(body):
        assert unit.block.start <= unit.start <= unit.end <= unit.block.end
        assert at <= unit.start
        assert unit.block.kind not in (BlockKind.HEADING, BlockKind.TABLE_HEAD)
        at = unit.end


def reference(start: int, end: int, body: str) -> Sequence[str]:
    """The same without any search for the first unit."""
    blocks, found = outline(body), []
    for unit in units_in(body):
        left, right = max(start, unit.start), min(end, unit.end)
        if (left, right) == (unit.start, unit.end):
            found.append(unit_text(unit, body, blocks))
        elif left < right:
            found.append(plain_text(body[left:right]))
    return [text for text in found if text.strip()]


@settings(deadline=None)
@given(any_bodies, st.data())
def test_between_any_two_places_is_the_reference(body: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    assert list(said(body, start, end)) == reference(start, end, body)


@settings(deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=30), st.data())
def test_between_covers_every_word_inside_and_none_outside(words: list[str], data: st.DataObject) -> None:
    numbered = [f"{word}{place:02}" for place, word in enumerate(words)]
    body = "".join(word + (". A" if place % 3 else "\n\n1. ") for place, word in enumerate(numbered))
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    heard = "\n".join(said(body, start, end))
    at = 0
    for word in numbered:
        place = body.index(word, at)
        at = place + len(word)
        if start <= place and at <= end:
            assert word in heard
        if at <= start or place >= end:
            assert word not in heard


@settings(deadline=None)
@given(st.text(max_size=120), st.integers(1, 20))
@example(" " * 40 + "a", 3)
@example("a b", 1)
@example("\u2003x\x1cy", 1)
def test_pieces_within_a_limit_fit_and_lose_white_space_only(text: str, limit: int) -> None:
    pieces = list(within_limit(text, lambda piece: len(piece) <= limit))
    assert all(len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@settings(deadline=None)
@given(st.text(max_size=80), st.integers(0, 2**32 - 1))
def test_cutting_ends_whatever_fits(text: str, seed: int) -> None:
    def fits(piece: str) -> bool:
        return len(piece) < 2 or zlib.crc32(piece.encode("utf-8", "surrogatepass"), seed) % 3 == 0

    pieces = list(within_limit(text, fits))
    assert all(map(fits, pieces))
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_predicate_that_accepts_nothing_gives_single_characters() -> None:
    assert list(within_limit("ab c", lambda piece: False)) == ["a", "b", "c"]
    assert list(within_limit("", lambda piece: False)) == [""]


def test_cuts_are_made_at_the_white_space_nearest_to_the_middle() -> None:
    assert list(within_limit("one two three four", lambda piece: len(piece) <= 10)) == ["one two", "three four"]
    assert list(within_limit("abcdefgh i", lambda piece: len(piece) <= 8)) == ["abcdefgh", "i"]
    assert list(within_limit("abcdefgh", lambda piece: len(piece) <= 4)) == ["abcd", "efgh"]


@pytest.mark.parametrize("body", ["This is a sentence of words. " * 1_000, "| a |\n|---|\n" + "| b |\n" * 1_000])
def test_many_passages_of_a_long_body_take_linear_time(body: str) -> None:
    begun = time.process_time()
    blocks, units = outline(body), units_in(body)
    heard = [text for at in range(0, len(body), 200) for text in texts_between(at, at + 200, body, blocks, units)]
    assert time.process_time() - begun < 10
    assert len(heard) >= 1_000
