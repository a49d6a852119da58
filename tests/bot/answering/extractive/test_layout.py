import pytest

from bot.answering.extractive.layout import Part, footnoted, footnoted_row, lay_out, lay_out_units, lead
from knowledge.models import Article
from knowledge.rendering import plain_text, render_html
from knowledge.structure import outline
from knowledge.units import Unit, units_of


def units(body: str) -> tuple[Unit, ...]:
    return tuple(unit for block in outline(body) for unit in units_of(block, body))


def laid_out(body: str) -> str:
    return lay_out_units(Article(id="a", title="A", body=body), units(body), 1)


def test_the_number_of_a_wrapped_sentence_stands_at_its_end() -> None:
    assert laid_out("The quick\nfox jumps. It\nrests.") == "The quick\nfox jumps. [1] It\nrests. [1]"
    assert laid_out("1. Open\n   the menu:\n   - one\n2. Close\n   it.\n\n   Wait.") == (
        "1. Open\n   the menu: [1]\n   - one\n2. Close\n   it. [1]\n\n   Wait."
    )
    assert laid_out("> **Note:** a\n> b.\n> - c") == "> **Note:** a\n> b. [1]\n> - c"


def test_what_is_nested_in_a_step_stays_in_it_under_a_wider_number() -> None:
    shown = laid_out("\n".join("1. step\n   - part" for _ in range(10)))
    assert shown.endswith("9. step [1]\n   - part\n10. step [1]\n    - part")
    assert render_html(shown).count("<ol") == 1


def test_a_table_stays_a_table() -> None:
    table = "| Coin | Fee |\n|---|---|\n| BTC | 1 |\n| ETH | 2 |"
    assert laid_out(table) == "| Coin | Fee |\n|---|---|\n| BTC | 1 [1] |\n| ETH | 2 [1] |"
    assert render_html(laid_out(table)).count("<tr>") == 3
    assert footnoted_row("| a | b", 2) == "| a | b [2] |"


def test_code_has_its_number_below() -> None:
    assert laid_out("```\nls -l\n```") == "```\nls -l\n```\n\n[1]"
    assert footnoted("a", 3) == "a [3]"


def test_a_sentence_that_is_moved_to_the_front_begins_a_paragraph_of_its_own() -> None:
    body = "First. Second. Third."
    article, (first, second, third) = Article(id="a", title="A", body=body), units(body)
    assert lay_out_units(article, (second, third, first), 1) == "Second. [1] Third. [1]\n\nFirst. [1]"


def test_parts_with_the_lines_around_them() -> None:
    article, other = (Article(id=id_, title="A", body=body) for id_, body in (("a", "1. Do it."), ("b", "Done.")))
    parts = [Part(article, units(article.body), lead("On the app"), "More below."), Part(other, units(other.body))]
    assert lay_out(parts, [1, 2]) == "**On the app:**\n\n1. Do it. [1]\n\nMore below.\n\nDone. [2]"


@pytest.mark.parametrize("heading", ["On the app", "A * B", "<img src=x>", "[a](http://b)", "`x` & _y_", "Why?", "1|2"])
def test_a_lead_shows_just_the_heading(heading: str) -> None:
    assert plain_text(lead(heading)).removesuffix(":") == heading
    assert "<img" not in render_html(lead(heading))
