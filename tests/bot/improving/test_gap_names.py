from bot.improving.gap_names import NAMELESS, names_of


def test_words_that_tell_a_cluster_from_the_others() -> None:
    cards = ["my card is stolen", "stolen card", "Card stolen, help"]
    rates = ["card exchange rate", "the exchange rate", "exchange rate of my card"]
    assert names_of([cards, rates]) == ("card · stolen", "exchange · card · rate")


def test_abbreviations_stay_in_capitals() -> None:
    assert names_of([["The SEPA limit", "my SEPA limit"]]) == ("SEPA · limit",)


def test_no_two_names_are_alike() -> None:
    assert names_of([["pay now", "pay now"], ["pay now", "pay now"]]) == ("pay · now", "pay · now (2)")


def test_questions_without_words() -> None:
    assert names_of([["?", "!"], []]) == (NAMELESS, f"{NAMELESS} (2)")


def test_html_and_formulas_are_words_like_any_other() -> None:
    (name,) = names_of([["<script>alert(1)</script>", "<script>alert(1)</script>"]])
    assert "<" not in name
    (formula,) = names_of([['=HYPERLINK("x")', '=HYPERLINK("x")']])
    assert not formula.startswith("=")
