from bot.answering.checking.reading import read


def pairs(sentence: str) -> list[tuple[str, str]]:
    reading = read(sentence)
    word = dict(zip(reversed(reading.places), reversed(reading.words), strict=True))
    return [(word[name], word[number]) for name, number in reading.pairs]


def test_two_lists_pair_up_in_order() -> None:
    assert pairs("On TRC20 and ERC20 the fees are 1.5 and 3.5 USDT.") == [("=tron", "#1.5"), ("=ethereum", "#3.5")]
    assert pairs("It costs 7, 8 and 9 EUR at VIP 1, VIP 2 and VIP 3.") == [("#1", "#7"), ("#2", "#8"), ("#3", "#9")]


def test_lists_of_different_length_and_single_entries_do_not() -> None:
    assert pairs("TRC20, ERC20 and Solana cost 1.5 or 3.5 USDT.") == []
    assert pairs("TRC20 costs 1.5 USDT and ERC20 3.5 USDT.") == []
