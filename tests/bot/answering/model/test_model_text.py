import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.model.model_text import (
    Form,
    Statement,
    StatementReader,
    addresses,
    has_bracketed_number,
    lay_out,
    rebuilt,
)
from knowledge.rendering import plain_text, render_html


def read(text: str) -> list[Statement]:
    reader = StatementReader()
    return [*reader.feed(text), *reader.end()]


def shown(text: str) -> str:
    statements = read(text)
    return lay_out(statements, [statement.cited for statement in statements])


@pytest.mark.parametrize(
    ("line", "plain", "cited"),
    [
        ("The fee is 1.5 USDT [1].", "The fee is 1.5 USDT.", (1,)),
        ("The fee is 1.5 USDT. [1]", "The fee is 1.5 USDT.", (1,)),
        ("The fee is 1.5 USDT.[2][1]", "The fee is 1.5 USDT.", (2, 1)),
        ("The fee is fixed [1, 3].", "The fee is fixed.", (1, 3)),
        ("The fee is fixed [1-3].", "The fee is fixed.", (1, 2, 3)),
        ("The fee is fixed [^2].", "The fee is fixed.", (2,)),
        ("The fee is fixed【4†source】.", "The fee is fixed.", (4,)),
        ("The fee [1](https://evil.example) is fixed.", "The fee is fixed.", (1,)),
        ("The fee is fixed [99].", "The fee is fixed.", (99,)),
        ("The fee is fixed.", "The fee is fixed.", ()),
        ("Tap **Menu** > **Security** [1]", "Tap Menu > Security", (1,)),
        ("It is described in [How do I stop?](/help/stop). [1]", "It is described in How do I stop?.", (1,)),
        ("It is described in **How do I stop?** [1][2].", "It is described in How do I stop?.", (1, 2)),
    ],
)
def test_citations_are_read_and_taken_out(line: str, plain: str, cited: tuple[int, ...]) -> None:
    (statement,) = read(line)
    assert (statement.plain, statement.cited) == (plain, cited)


def test_sentences_of_one_line_are_apart_and_keep_their_citations() -> None:
    found = [(each.plain, each.cited, each.opens) for each in read("It takes 24 hours. [1] Then tap **Go** [2]. Done.")]
    assert found == [("It takes 24 hours.", (1,), True), ("Then tap Go.", (2,), False), ("Done.", (), False)]


def test_what_cites_nothing_rests_on_the_next_citation_of_its_line() -> None:
    found = [(each.plain, each.cited) for each in read("1. Tap **Go**. Wait. [1]\n2. Stop.\n\nDo this: now. Then [2].")]
    assert found == [("Tap Go.", (1,)), ("Wait.", (1,)), ("Stop.", ()), ("Do this: now.", (2,)), ("Then.", (2,))]


def test_lists_and_paragraphs_are_laid_out_again() -> None:
    steps = "1) Tap **Menu** [1]\n   - with one finger [1]\n7. Tap *Go* [1]"
    text = f"Do this [1].\nIt is quick [1].\n\n{steps}\n\nWait [2]."
    assert shown(text) == (
        "Do this. [1] It is quick. [1]\n\n1. Tap **Menu** [1] with one finger [1]\n2. Tap Go [1]\n\nWait. [2]"
    )
    assert [each.form for each in read("- a [1]\n* b [1]\n• c [1]")] == [Form.BULLET] * 3


def test_steps_go_on_counting_after_a_note() -> None:
    assert shown("1. a [1]\n2. b [1]\n\nNote c [1].\n\n3. d [1]").endswith("Note c. [1]\n\n3. d [1]")
    assert shown("1. a [1]\n2. b [1]\n\nNote c [1].\n\n1. d [1]").endswith("Note c. [1]\n\n1. d [1]")


@pytest.mark.parametrize(
    "line", ["# A heading", "```", "---", "* * *", "|---|:-:|", "[1]: https://x", "   ", "![a](b.png)", "[1]"]
)
def test_what_says_nothing_is_no_statement(line: str) -> None:
    assert read(line) == []


def test_an_announcement_is_known() -> None:
    first, second = read("On the app:\n1. Tap **Menu** [1]")
    assert first.announces and not second.announces
    assert not read("Three things count: speed [1].")[0].announces


@pytest.mark.parametrize(
    ("content", "markdown"),
    [
        ("**a", r"\*\*a"),
        ("__st__ em_ph _x_", "**st** em_ph x"),
        ("<b>Tap</b> <script>alert(1)</script>", "Tap alert(1)"),
        ("<img src=x onerror=alert(1)>", ""),
        ("[the form](javascript:alert(1)) and ![pixel](https://evil.example/p.png)", "the form and"),
        ("see <https://evil.example>", "see"),
        ("&lt;b&gt;", r"\<b>"),
        ("1. no list", r"1\. no list"),
        ("- no list", r"\- no list"),
        ("> no quote", r"\> no quote"),
        ("client_order_id is 2 * 3", r"client_order_id is 2 \* 3"),
        ("`code` here", "code here"),
        ("a\u202eb\u200bc", "abc"),
    ],
)
def test_only_words_and_bold_pass(content: str, markdown: str) -> None:
    assert rebuilt(content)[0] == markdown


@pytest.mark.parametrize("text", ["see [99]", "see [ 9 ]", "see ［9］", "【9】", "[^9]"])
def test_a_number_in_brackets_is_seen(text: str) -> None:
    assert has_bracketed_number(text)


@pytest.mark.parametrize("text", ["see (99)", "[a]", "99", "[OPTIONAL 1]"])
def test_other_brackets_are_not(text: str) -> None:
    assert not has_bracketed_number(text)


def test_addresses() -> None:
    text = "Go to https://evil.example/a, www.evil.example or mail help@evil.example."
    assert addresses(text) == ("https://evil.example/a", "www.evil.example", "help@evil.example")
    assert addresses("It costs 1.5 USDT at 10:30 a.m.") == ()


MARKS = st.sampled_from(
    ["**", "__", "*", "_", "`", "[1]", "[9]", "\\", "<b>", "</b>", "<!--", "-->", "](http://x)", "[", "]", "![", "<a>"]
) | st.sampled_from(
    ["#", ">", "|", "~~~", "```", "&#91;", "http://x", "word", "Tap", "\n", "\n\n", "1. ", "- ", ". ", " "]
)
WRITTEN = st.lists(MARKS | st.text(max_size=4), max_size=30).map("".join)


@settings(max_examples=150, deadline=None)
@given(text=WRITTEN, cuts=st.lists(st.integers(1, 9), max_size=30))
def test_the_pieces_do_not_matter(text: str, cuts: list[int]) -> None:
    reader, statements, rest = StatementReader(), [], text
    for cut in cuts:
        statements += reader.feed(rest[:cut])
        rest = rest[cut:]
    statements += [*reader.feed(rest), *reader.end()]
    assert statements == read(text)


@settings(max_examples=200, deadline=None)
@given(text=WRITTEN)
def test_nothing_but_words_bold_and_lists_is_ever_laid_out(text: str) -> None:
    statements = read(text)
    html = render_html(lay_out(statements, [[1]] * len(statements)))
    assert set(re.findall(r"</?([a-z0-9]+)", html)) <= {"p", "strong", "ol", "ul", "li"}
    for statement in statements:
        assert " ".join(plain_text(statement.markdown).split()) == statement.plain
        assert "\n" not in statement.markdown
