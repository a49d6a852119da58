import pytest

from bot.answering.checking.binding import objection
from bot.answering.checking.reading import read
from bot.answering.checking.statements import read_passage

FEES = """\
| Network | Confirmations | Withdrawal fee | Minimum withdrawal |
| --- | --- | --- | --- |
| ERC20 (Ethereum) | 32 | 3.5 USDT | 10 USDT |
| TRC20 (TRON) | 20 | 1.5 USDT | 5 USDT |

A USDT withdrawal costs 1.5 USDT on TRC20 and 3.5 USDT on ERC20. It cannot be cancelled once its status is **Sent**.
The fee changed on 1 June 2025 at 00:00 UTC. You need at least Level 2, and you can only withdraw to your own name.

1. In the app, tap **Menu** > **Assets** and then **Withdraw**.
2. On the website, select **Wallet** in the top bar and write to help@corvane.example before you continue.
"""


def why(sentence: str, passage: str = FEES, about: str = "How do I withdraw USDT?") -> str | None:
    return objection(read(sentence), read_passage(passage, about))


@pytest.mark.parametrize(
    "sentence",
    [
        "A withdrawal of USDT over TRC20 costs 1.5 USDT, over ERC20 3.5 USDT.",
        "On TRC20 and ERC20 the fees are 1.5 and 3.5 USDT.",
        "You pay 3.5 USDT on ERC20.",
        "You pay 3.5 USDT on Ethereum.",
        "The minimum on TRC20 is 5 USDT.",
        "TRC20 needs 20 confirmations.",
        "Once its status is **Sent**, you can no longer cancel it.",
        "The fee was changed on June 1, 2025.",
        "In the app, tap **Menu** > **Assets**.",
        "On the web, select **Wallet**.",
        "You need Level 2 at least.",
        "Write to help@corvane.example first.",
        "Only withdraw to your own name.",
    ],
)
def test_what_the_passage_bears(sentence: str) -> None:
    assert why(sentence) is None


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("A withdrawal costs 3.5 USDT on TRC20 and 1.5 USDT on ERC20.", "3.5 USDT"),
        ("On TRC20 and ERC20 the fees are 3.5 and 1.5 USDT.", ""),
        ("You pay 1.5 USDT on ERC20.", ""),
        ("You pay 3.5 USDT on Solana.", "Solana"),
        ("You pay 4.5 USDT on ERC20.", "4.5 USDT"),
        ("You pay 3.5 EUR on ERC20.", "3.5 EUR"),
        ("The minimum on TRC20 is 10 USDT.", ""),
        ("TRC20 needs 32 confirmations.", ""),
        ("It can be cancelled once its status is **Sent**.", "denial"),
        ("It cannot be cancelled before its status is **Sent**.", "before"),
        ("The fee changed on 2 June 2025.", "2 June 2025"),
        ("The fee changed on 1 June 2025 at 12:00 UTC.", "12:00"),
        ("In the app, tap **Wallet** > **Assets**.", "Wallet > Assets"),
        ("On the website, tap **Menu** > **Assets** and then **Withdraw**.", ""),
        ("You need at most Level 2.", "atmost"),
        ("You need at least Level 3.", "level 3"),
        ("Write to support@corvane.example.", "support@corvane.example"),
        ("It goes by Faster Payments.", "Faster"),
        ("The withdrawal is always free.", ""),
    ],
)
def test_what_it_does_not_bear_is_named(sentence: str, named: str) -> None:
    said = why(sentence)
    assert said is not None and said.endswith(".")
    assert named in said


def test_another_name_beside_a_number_that_stands_alone() -> None:
    said = why("ERC20 withdrawals cost 1.5 USDT.", "A TRC20 withdrawal costs 1.5 USDT. ERC20 is slower.", "")
    assert said is not None


def test_a_denial_that_the_passage_does_not_make() -> None:
    assert why("TRC20 does not need 20 confirmations.") is not None
    assert why("It takes not 5 minutes.", "It takes 5 minutes.", "") is not None


def test_the_same_sentence_without_its_denial() -> None:
    passage = "**Official** means that it belongs to Corvane, and **Not official** means that it doesn't."
    assert why(passage, passage, "") is None
    assert why(passage.replace("doesn't", "does"), passage, "") is not None


def test_only_before_a_number_says_nothing_more() -> None:
    assert why("TRC20 costs only 1.5 USDT.") is None
    assert why("The fee changed only on 1 June 2025.") is not None


def test_an_empty_passage_bears_no_claim() -> None:
    assert why("It costs 5 EUR.", "", "") is not None
