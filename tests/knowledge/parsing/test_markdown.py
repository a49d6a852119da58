import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.parsing.markdown import normalise_markdown, split_title
from knowledge.parsing.tokens import parse

CLEAN = """Your card is sent within **3–5 days**. See [fees](/help/fees) or <https://a.example/x>.\\
A second line, with `code <b>`, 2 * 3 and a < b.

## On the web

> **Warning:** A frozen card refuses *all* payments.
> It can be unfrozen.

1. Open **User center** > **Cards**.

   - Debit
   - Credit \\<your name>
     1. nested
2. Select **Freeze**.

   ```sh
   # not a heading{SPACES}


   <div>&#8203;</div>{SPACES}\t
   ![i](s)
   ```

   | Coin | Fee |
   |------|:---:|
   | A\\|B | `x` |
10. Wait.

* star
+ plus

---

    indented <code>{SPACES}

### 1. Why was it rejected?

Term[^1] with {.name} braces and &amp;.

[^1]: A note.
[ref]: https://a.example "Title"

שלום 👩\u200d💻 ✅""".replace("{SPACES}", "   ")


def test_clean_markdown_comes_back_byte_for_byte() -> None:
    assert normalise_markdown(CLEAN) == CLEAN


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("\ufeff\n\n  \na  \r\nb \r\n\r\n\r\n\r\nc\n\n", "a\\\nb\n\nc"),
        ("> [!NOTE]\n> Wait.", "> **Note:** Wait."),
        ("> [!WARNING]  \n> Wait.\n>\n> Twice.", "> **Warning:** Wait.\n>\n> Twice."),
        ("> [!TIP]\n>\n> Wait <b>x</b>.", "> **Tip:** Wait **x**."),
        ("> [!NOTE]\n> - a", "> **Note:**\n> - a"),
        ("1. a\n\n   > [!IMPORTANT]\n   > b", "1. a\n\n   > **Important:** b"),
        ("> [!NOTE]\n> a\n\n<!-- apart -->\n\n> [!TIP]\n> b", "> **Note:** a\n\n> **Tip:** b"),
        ("## A {#a}\n\n### B {: .x #b }", "## A\n\n### B"),
        ("A {#a}\n---", "A\n---"),
        ("a\n\n{: .table}\n\nb", "a\n\nb"),
        ("1. a\n\n   ![i](s)\n\n2. b", "1. a\n\n2. b"),
        ("a\n![i](s)\nb", "a\nb"),
        ("a  \n![i](s)", "a"),
        ("- ![i](s)\n- b", "-\n- b"),
        ("# ![i](s)\n\nb", "b"),
        ("a\tb\n\n-\tc", "a   b\n\n-   c"),
        ("a<br><br>b", "a\n\nb"),
        ("> a<br>b", "> a\\\n> b"),
        (
            "| a<br>b | <b>c</b> |\n|---|---|\n| ![i](s) x | <i>d</i>\\|e |",
            "| a; b | **c** |\n|---|---|\n| x | *d*\\|e |",
        ),
        ("<p>&#8203;a&#x202e;</p>", "a"),
        ("&#8203;a", "a"),
        ("x\n\n<!--\n## hidden\n\ntext\n-->\n\ny", "x\n\ny"),
        ("", ""),
        ("<!-- only -->", ""),
        ("<|endoftext|> '; DROP TABLE x; --", "<|endoftext|> '; DROP TABLE x; --"),
    ],
)
def test_normal_form(raw: str, normal: str) -> None:
    assert normalise_markdown(raw) == normal


def test_code_is_never_touched() -> None:
    code = "```html\n<div hidden>\n\n\n![i](s)  \n<!-- c -->\n> [!NOTE]\n```"
    assert normalise_markdown(code) == code
    assert normalise_markdown("`<b>![i](s)</b>{#a}`") == "`<b>![i](s)</b>{#a}`"


def test_the_title_leaves_the_body() -> None:
    assert split_title("# A **b**\n\nText") == ("A b", "Text")
    assert split_title("A\n===\n\nText") == ("A", "Text")
    assert split_title("Text\n\n# A\n\nMore") == ("A", "Text\n\nMore")
    assert split_title("## A\n\n> # B\n\n```\n# C\n```") == (None, "## A\n\n> # B\n\n```\n# C\n```")


PIECES = [
    *(
        "<b>",
        "</b>",
        "<div>",
        "</div>",
        "<div hidden>",
        "<details><summary>Q",
        "</summary>",
        "</details>",
        "<!--",
        "-->",
    ),
    *("<br>", "<N>", "<your name>", "<td>", "<li>", "<ul>", "</ul>", "<a href='/x'>", "</a>", "<img src=x>", "<code>"),
    *("</code>", "<sup>2</sup>", "<script>", "</script>", "<pre>", "</pre>", "<p class=note>", "</p>", "<span hidden>"),
    *(
        "<table><tr><td>x</td></tr></table>",
        "| a | b |\n|---|---|\n| c | d |\n",
        "<?x?>",
        "<![CDATA[x]]>",
        "<textarea>",
    ),
    *(
        "text",
        "word ",
        "  \n",
        "\n",
        "\n\n",
        "\n\n\n",
        "- ",
        "1. ",
        "   ",
        "    ",
        "\t",
        "> ",
        "> [!NOTE]\n",
        "# ",
        "## H {#a}\n",
    ),
    *(
        "```\n",
        "~~~",
        "`",
        "``",
        "*",
        "**",
        "_",
        "![i](s)",
        "[l](u)",
        "[![a](b)](c)",
        "{.x}",
        "{: .y}",
        "&lt;",
        "&#8203;",
    ),
    *(
        "\u200b",
        "\\",
        "|",
        "===\n",
        "---\n",
        "[r]: http://x\n",
        "[r]",
        "<https://a.b>",
        "\r\n",
        "e\u0301",
        "!",
        "[",
        "]",
        "\u2028",
    ),
]


def leftovers(text: str) -> list[str]:
    found = []
    for token in parse(text):
        if token.type == "html_block":
            found.append(token.content)
        found += [
            child.content for child in token.children or [] if child.type in {"html_inline", "image", "hidden_entity"}
        ]
    return found


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise_markdown(text)
    assert normalise_markdown(once) == once
    assert leftovers(once) == []


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_is_normalised(text: str) -> None:
    once = normalise_markdown(text)
    assert normalise_markdown(once) == once
    assert once == once.strip("\n")


def test_long_random_texts_settle() -> None:
    choose = random.Random(5).choice
    for _ in range(30):
        once = normalise_markdown("".join(choose(PIECES) for _ in range(150)))
        assert normalise_markdown(once) == once
        assert leftovers(once) == []
