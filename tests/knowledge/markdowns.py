"""Markdown bodies for property tests, of the shapes that help centers have and some that they should not."""

from hypothesis import strategies as st

_VOCABULARY = """
open the **Menu** app. Select `a.b` Security, e.g. No. 5 or [help](/help/x) fee 0.1% 1. 2. - # | > Dr. Why? **Now.**
https://a.example/b.html é 你好。 “Stop.” (now) v2.1.3 ___ ``` \\ 👍🏽
"""
_WORDS = st.lists(st.sampled_from(_VOCABULARY.split()), min_size=1, max_size=60).map(" ".join)
_WORD = st.lists(st.sampled_from("ab"), min_size=1, max_size=400).map("".join)
_LINE = _WORDS | _WORD
_HEADING = st.tuples(st.integers(1, 6), st.text("ab *`", max_size=12)).map(lambda drawn: f"{'#' * drawn[0]} {drawn[1]}")
_STEPS = st.tuples(st.integers(0, 12), st.lists(_WORDS, min_size=1, max_size=9)).map(
    lambda drawn: "\n".join(f"{drawn[0] + place}. {text}\n   - more" for place, text in enumerate(drawn[1]))
)
_BULLETS = st.lists(_WORDS, min_size=1, max_size=9).map(lambda items: "\n".join(f"- {item}" for item in items))
_ROW = st.lists(st.text("ab c.", max_size=30), min_size=2, max_size=2).map(lambda cells: f"| {' | '.join(cells)} |")
_TABLE = st.tuples(_ROW, st.lists(_ROW, max_size=12)).map(lambda drawn: "\n".join((drawn[0], "|---|---|", *drawn[1])))
_CALLOUT = _WORDS.map("> **Note:** {}".format)
_CODE = st.lists(_WORDS, max_size=9).map(lambda lines: "\n".join(("~~~", *lines, "~~~")))
_ODD = st.sampled_from(
    ["---", "[a]: http://a.example", "    indented\n\n    code", "Title\n===", "- 1. nested\n\n  > quote"]
)
_BLOCKS = (_LINE, _HEADING, _STEPS, _BULLETS, _TABLE, _CALLOUT, _CODE, _ODD)

markdown_bodies = st.lists(st.one_of(*_BLOCKS), max_size=14).map("\n\n".join)
"""Well-formed bodies: blocks with a blank line between."""

any_bodies = st.one_of(
    markdown_bodies,
    st.text(max_size=300),
    st.text("ab.!? \n\t\r\0\x0c#>-*+|:`~_[]()\\\"'1234\u2028\u00a0", max_size=200),
)
"""Those, and any string at all."""
