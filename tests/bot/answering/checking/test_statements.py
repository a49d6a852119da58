from hypothesis import given
from hypothesis import strategies as st

from bot.answering.checking.claims import Kind
from bot.answering.checking.reading import read
from bot.answering.checking.statements import INHERITED, context, read_passage

PASSAGE = """\
## On the app

Tap **Withdraw**. Wait 5 minutes.

| Network | Minimum | Fee |
| --- | --- | --- |
| ERC20 (Ethereum) | 10 USDT | 3.5 USDT |
| Solana | 5 USDT | Free |
"""


def test_sentences_headings_and_cells_are_statements() -> None:
    texts = [statement.reading.text.strip() for statement in read_passage(PASSAGE).statements]
    assert texts[:3] == ["on the app", "tap withdraw", "wait 5 minutes"]
    assert "erc20 ethereum minimum 10 usdt" in texts
    assert "solana fee free" in texts


def test_title_and_headings_stand_above_what_is_below() -> None:
    passage = read_passage(PASSAGE, "How do I withdraw?")
    assert {"=app", "withdraw"} <= passage.statements[2].above
    assert passage.above.words == ("withdraw",)


def test_the_number_of_a_heading_is_no_claim() -> None:
    above = read_passage("It costs 5 EUR.", "Fees\nQuestions › 7. Which network?").above
    assert "#7" not in above.words and "network" in above.words


def test_claims_are_found_by_kind() -> None:
    passage = read_passage(PASSAGE)
    assert {claim.value for _, claim in passage.of_kind(Kind.NETWORK)} == {"ethereum", "solana"}
    assert {number for number, _ in passage.places["wait"]} == {2}


def test_the_units_of_a_statement_are_tickers_of_it_too() -> None:
    cell = next(one for one in read_passage(PASSAGE).statements if "minimum 10" in one.reading.text)
    assert "usdt" in cell.entities(Kind.CODE, "")


def test_a_question_asserts_nothing() -> None:
    asking = [one.asks for one in read_passage("## Can I cancel it?\n\nYou can.").statements]
    assert asking == [True, False]


def test_nearness_falls_with_words_and_clauses_between() -> None:
    near = context(read("fee network coin; memo address"), 0)
    assert near["network"] > near["coin"] > near["address"] > 0
    assert "fee" not in near
    assert set(context(read("fee network coin"), 0, cell=True).values()) == {1.0}
    assert near["address"] < INHERITED < near["coin"]


def test_lists_that_pair_up_are_near_as_paired() -> None:
    reading = read("On TRC20 and ERC20 the fees are 1.5 and 3.5 USDT.")
    place = reading.places[reading.words.index("#1.5")]
    near = context(reading, place)
    assert near["=tron"] == 1.0 and "=ethereum" not in near


@given(st.text(alphabet="ab |-#>*\n1.5%[]()", max_size=80), st.text(max_size=20))
def test_any_passage_can_be_read(passage: str, about: str) -> None:
    read_passage(passage, about)
