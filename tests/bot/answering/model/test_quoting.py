from collections.abc import Callable

import pytest

from bot.answering.model.quoting import leaves_out_a_step, quoted_units, units_in
from knowledge.models import Article
from knowledge.splitting import split

ARTICLE = Article(
    id="a",
    title="Freeze",
    body="""A frozen account cannot trade. Deposits still arrive. It stays frozen for 24 hours.

Do this:

1. Open **Security center**.
2. Select **Freeze account**.
3. Enter the code.

| Coin | Fee |
|---|---|
| USDT | 1.5 |
| ETH | 0.01 |""",
)
PASSAGES = split(ARTICLE, lambda text: len(text.split()), 500)
UNITS = units_in(ARTICLE, PASSAGES)


def holding(*words: str) -> Callable[[str], bool]:
    return lambda markdown: all(word in markdown for word in words)


def quotes(statement: str, supports: Callable[[str], bool]) -> list[str]:
    return [ARTICLE.body[unit.start : unit.end] for unit in quoted_units(statement, UNITS, ARTICLE, supports)]


def test_units_of_passages() -> None:
    assert [ARTICLE.body[unit.start : unit.end] for unit in UNITS][:5] == [
        "A frozen account cannot trade.",
        "Deposits still arrive.",
        "It stays frozen for 24 hours.",
        "Do this:",
        "Open **Security center**.",
    ]
    assert len(UNITS) == 9
    assert units_in(ARTICLE, ()) == ()


def test_one_unit_where_one_is_enough() -> None:
    assert quotes("It remains frozen for 24 hours.", holding("24 hours")) == ["It stays frozen for 24 hours."]


def test_two_where_it_takes_two_in_the_order_of_the_article() -> None:
    both = holding("24 hours", "cannot trade")
    assert quotes("For 24 hours it stays frozen, so the account cannot trade.", both) == [
        "A frozen account cannot trade.",
        "It stays frozen for 24 hours.",
    ]


def test_a_row_comes_with_its_head() -> None:
    assert quotes("The fee for USDT is 1.5.", holding("| Coin | Fee |", "USDT")) == ["| USDT | 1.5 |"]


def test_at_most_three_and_none_without_a_common_term() -> None:
    assert (
        1 <= len(quotes("Open the security center, select freeze, enter the code, trade, deposit", holding("?"))) <= 3
    )
    assert quotes("Quite another matter", holding("")) == []


@pytest.mark.parametrize(("steps", "gap"), [((4, 5, 6), False), ((4, 6), True), ((5, 6), False), ((0, 2), False)])
def test_a_gap_between_steps(steps: tuple[int, ...], gap: bool) -> None:
    assert leaves_out_a_step([UNITS[step] for step in steps], ARTICLE) is gap


def test_a_step_that_two_lists_have_counts_for_both() -> None:
    body = "1. Open the web.\n2. Enter the code.\n3. Done.\n\nor\n\n1. Open the app.\n2. Enter the code.\n3. Good."
    article = Article(id="b", title="B", body=body)
    units = [unit for unit in units_in(article, split(article, len, 500)) if unit.block.number]
    web, code, done, app, _, good = units
    assert not leaves_out_a_step([app, code, good], article)
    assert not leaves_out_a_step([web, code, done, app, good], article)
    assert leaves_out_a_step([web, done], article)
    assert leaves_out_a_step([app, good], article)
