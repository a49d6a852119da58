import re

from hypothesis import example, given

from knowledge.structure import Block, BlockKind, markdown_parser, outline
from tests.knowledge.markdowns import any_bodies

BODY = """Before any heading.

## On the **app** `v2`

Open the menu:

1. Select **Security**.
   - On a phone, scroll down.

   ```
   code

   in a step
   ```
2. Select **Email**.

   > **Note:** inside a step

### Limits [here](/help/limits)

| Level | Limit |
|---|---|
| 1 | 5,000 |
| 2 | 100,000 |

> **Warning:** Never share a code.
> Not even with us.

## On the web

- one
- two

~~~
last
~~~"""


def pieces(body: str) -> list[tuple[str, str]]:
    return [(block.kind.value, body[block.start : block.end]) for block in outline(body)]


def blocks_of(body: str, kind: BlockKind) -> list[Block]:
    return [block for block in outline(body) if block.kind is kind]


def test_every_kind_with_its_text() -> None:
    assert pieces(BODY) == [
        ("paragraph", "Before any heading."),
        ("heading", "## On the **app** `v2`"),
        ("paragraph", "Open the menu:"),
        (
            "step",
            "1. Select **Security**.\n   - On a phone, scroll down.\n\n   ```\n   code\n\n   in a step\n   ```",
        ),
        ("step", "2. Select **Email**.\n\n   > **Note:** inside a step"),
        ("heading", "### Limits [here](/help/limits)"),
        ("table_head", "| Level | Limit |\n|---|---|"),
        ("table_row", "| 1 | 5,000 |"),
        ("table_row", "| 2 | 100,000 |"),
        ("callout", "> **Warning:** Never share a code.\n> Not even with us."),
        ("heading", "## On the web"),
        ("bullet", "- one"),
        ("bullet", "- two"),
        ("code", "~~~\nlast\n~~~"),
    ]


def test_headings_are_the_plain_path_above() -> None:
    paths = [block.headings for block in outline(BODY)]
    assert paths[0] == paths[1] == ()
    assert paths[2] == paths[5] == ("On the app v2",)
    assert paths[6] == paths[9] == ("On the app v2", "Limits here")
    assert paths[10] == ()
    assert paths[11] == paths[13] == ("On the web",)
    assert [block.level for block in blocks_of(BODY, BlockKind.HEADING)] == [2, 3, 2]
    assert {block.level for block in blocks_of(BODY, BlockKind.STEP)} == {0}


def test_a_skipped_level_and_an_empty_heading() -> None:
    body = "# One\n\n#### Deep\n\n##\n\ntext\n\n[r]: http://a.example\n\n### See [it][r]\n\nend"
    assert [block.headings for block in blocks_of(body, BlockKind.PARAGRAPH)] == [("One",), ("One", "See it")]


def test_groups_hold_lists_and_tables_together() -> None:
    groups = [(block.kind, block.group) for block in outline(BODY)]
    assert len({group for kind, group in groups if kind is BlockKind.STEP}) == 1
    assert len({group for kind, group in groups if kind in (BlockKind.TABLE_HEAD, BlockKind.TABLE_ROW)}) == 1
    assert len({group for _, group in groups}) == 10


def test_numbers_are_as_written() -> None:
    assert [block.number for block in outline("3. a\n3. b\n\ntext\n\n7) c")] == [3, 3, None, 7]
    assert [block.number for block in outline("- a\n- 4. b")] == [None, None]


def test_a_hash_in_code_is_no_heading() -> None:
    assert pieces("```\n# not a heading\n```") == [("code", "```\n# not a heading\n```")]
    assert pieces("Under\n=====") == [("heading", "Under\n=====")]


def test_blank_input_and_lone_marks() -> None:
    assert outline("") == outline(" \n\t\n") == outline("\n---\n\n[a]: http://b.example\n") == ()
    assert pieces("-\n\n1.") == [("bullet", "-"), ("step", "1.")]


def test_html_is_text() -> None:
    assert pieces("<div>\n\n<script>") == [("paragraph", "<div>"), ("paragraph", "<script>")]


def uncovered(body: str) -> set[int]:
    """Lines of thematic breaks at the top level and of reference definitions."""
    env: dict = {}
    tokens = markdown_parser().parse(body, env)
    ranges = [token.map for token in tokens if token.type == "hr" and token.level == 0]
    ranges += [found["map"] for found in (*env.get("references", {}).values(), *env.get("duplicate_refs", ()))]
    return {line for first, end in ranges for line in range(first, end)}


@given(any_bodies)
@example("> a\n\r\nb\rc")
@example("| a | b |\n|---|---|\nlazy\n    code")
@example("\x00\n\x0c\n\u2028")
def test_blocks_are_ordered_apart_and_cover_every_line(body: str) -> None:
    blocks = outline(body)
    at = 0
    for block in blocks:
        assert at <= block.start < block.end <= len(body)
        assert body[block.start : block.end].strip()
        assert not body[block.start : block.end].endswith(("\n", "\r"))
        at = block.end
    assert [block.group for block in blocks] == sorted(block.group for block in blocks)
    covered = {place for block in blocks for place in range(block.start, block.end)}
    skipped = uncovered(body)
    for number, line in enumerate(re.finditer(r"([^\r\n]*)(?:\r\n?|\n|\Z)", body)):
        if number not in skipped and line[1].strip():
            assert covered.issuperset(range(*line.span(1)))
