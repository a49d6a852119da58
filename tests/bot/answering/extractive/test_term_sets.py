from bot.answering.extractive.term_sets import term_set


def test_terms_once_each() -> None:
    assert term_set("Fees and the fees: USDT-TRC20") == {"fee", "usdt-trc20", "usdt", "trc20"}
    assert term_set("") == frozenset()
