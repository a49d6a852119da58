from bot.answering.checking.claims import Claim, Kind, comparable, is_currency, same_value
from bot.answering.checking.quantities import CalendarDate, Quantity


def quantity(number: str, unit: str | None) -> Claim:
    return Claim(Kind.QUANTITY, unit or "", Quantity(number, unit), 0, number)


def test_quantities_of_one_unit_are_comparable_and_a_currency_may_be_missing() -> None:
    assert comparable(quantity("1", "eur"), quantity("2", "eur"))
    assert comparable(quantity("1", "eur"), quantity("2", None))
    assert not comparable(quantity("1", "second"), quantity("2", None))
    assert not comparable(quantity("1", "eur"), quantity("2", "usdt"))


def test_other_kinds_are_comparable_within_their_group() -> None:
    level, tier = (Claim(Kind.NAMED_NUMBER, group, "2", 0, group) for group in ("level", "tier"))
    assert comparable(level, level) and not comparable(level, tier)
    assert not comparable(level, Claim(Kind.CODE, "level", "2", 0, "2"))


def test_values_are_compared_as_they_are_meant() -> None:
    assert same_value(quantity("1", "eur"), quantity("1", None))
    assert not same_value(quantity("1", "eur"), quantity("2", "eur"))
    with_year, without = (
        Claim(Kind.DATE, "", date, 0, "") for date in (CalendarDate(2025, 6, 1), CalendarDate(None, 6, 1))
    )
    assert same_value(with_year, without)


def test_currencies_and_tickers_are_told_from_other_units() -> None:
    assert is_currency("eur") and is_currency("usdt")
    assert not any(map(is_currency, ("second", "%", "business day", "month")))
