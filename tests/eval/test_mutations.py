import random

import pytest

from eval.mutations import SWAPS, Original, mutants, originals_of
from knowledge.models import Article

BODY = """\
A USDT withdrawal costs 1.5 USDT on TRC20 and 3.5 USDT on ERC20. It cannot be cancelled after 24 hours.

Since 1 June 2025, in the app, tap **Assets** and **Withdraw**, at least 5 minutes before.

| Network | Fee |
| --- | --- |
| Solana | 1 USDT |
| Arbitrum | 0.2 USDT |
"""
ARTICLE = Article(id="fees", title="Fees", body=BODY)
ORIGINALS = originals_of(ARTICLE)
EVERY = (
    "On TRC20 the fee is 1.5 USDT, and 3.5 USDT on ERC20: since 1 June 2025, in the app, tap **Assets** before 2 days."
)


def test_sentences_and_table_cells_are_originals() -> None:
    told = [(original.source, original.sentence) for original in ORIGINALS]
    assert ("sentence", "It cannot be cancelled after 24 hours.") in told
    assert ("table", "Fee of Solana: 1 USDT.") in told
    assert len(told) == 5


def test_mutants_are_the_same_for_the_same_seed_and_differ_from_their_originals() -> None:
    first = mutants(ORIGINALS, {"fees": ARTICLE}, 50, seed=1)
    assert first == mutants(ORIGINALS, {"fees": ARTICLE}, 50, seed=1)
    assert first != mutants(ORIGINALS, {"fees": ARTICLE}, 50, seed=2)
    assert all(one.sentence != one.original.sentence and one.sentence not in BODY for one in first)
    assert len({one.kind for one in first}) >= 9


def test_kinds_take_turns() -> None:
    kinds = [one.kind for one in mutants(ORIGINALS, {"fees": ARTICLE}, 6)]
    assert len(set(kinds)) == 6


@pytest.mark.parametrize("kind", [kind for kind in SWAPS if kind != "negation"])
def test_each_swap_changes_what_it_says(kind: str) -> None:
    swapped = {SWAPS[kind](EVERY, BODY, random.Random(seed)) for seed in range(8)}
    assert None not in swapped and EVERY not in swapped


def test_a_swap_of_what_is_not_there_is_none() -> None:
    assert all(swap("Hello there.", BODY, random.Random(1)) is None for swap in SWAPS.values())


def test_two_numbers_change_places() -> None:
    assert SWAPS["pair"]("1.5 USDT on TRC20, 3.5 USDT on ERC20", BODY, random.Random(1)) == (
        "3.5 USDT on TRC20, 1.5 USDT on ERC20"
    )


@pytest.mark.parametrize(
    ("sentence", "swapped"),
    [
        ("It cannot be sold.", "It can be sold."),
        ("It doesn't count.", "It does count."),
        ("It can be sold.", "It cannot be sold."),
        ("It is sold.", "It is not sold."),
        ("Nobody can sell it.", None),
    ],
)
def test_a_denial_comes_or_goes(sentence: str, swapped: str | None) -> None:
    assert SWAPS["negation"](sentence, BODY, random.Random(1)) == swapped


def test_names_of_one_network_do_not_stand_for_each_other() -> None:
    swapped = {SWAPS["network"]("Send it on TRC20.", "", random.Random(seed)) for seed in range(40)}
    assert "Send it on TRON." not in swapped and len(swapped) > 4


def test_a_value_that_several_rows_have_keeps_its_network() -> None:
    body = BODY + "| Polygon | 1 USDT |\n"
    assert SWAPS["network"]("Fee of Solana: 1 USDT.", body, random.Random(1)) is None
    assert SWAPS["network"]("Fee of Arbitrum: 0.2 USDT.", body, random.Random(1)) is not None


def test_an_original_of_no_article_is_refused() -> None:
    with pytest.raises(KeyError):
        mutants([Original("gone", "It costs 5 EUR.", "sentence")], {}, 1)
