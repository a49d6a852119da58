import pytest

from bot.answering.checking.reading import read


def denied(sentence: str) -> set[str]:
    reading = read(sentence)
    return {word for word, place in zip(reading.words, reading.places, strict=True) if place in reading.denied}


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("A withdrawal cannot be cancelled or reversed once it is sent.", {"cancel", "revers"}),
        ("Coins cannot be traded, withdrawn or used until you redeem them.", {"trade", "withdraw", "use"}),
        ("It is not credited, send it again.", {"credit"}),
        ("You can't automatically renew it.", {"renew"}),
        ("Corvane never asks for a PIN.", {"ask"}),
        ("It is not one of the three accepted types.", {"accept"}),
        ("You can cancel it.", set()),
        ("Open **Deposit not arrived** and pay.", set()),
        ("It is **not credited**.", {"credit"}),
        ("Is it not? (Cancel it.)", set()),
    ],
)
def test_a_negator_denies_what_comes_next_and_what_or_joins_to_it(sentence: str, words: set[str]) -> None:
    assert denied(sentence) == words
