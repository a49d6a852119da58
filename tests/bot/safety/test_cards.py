import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from bot.safety.cards import card_numbers
from bot.safety.folding import fold


def found(text: str) -> set[str]:
    return {text[start:end] for start, end in card_numbers(text)}


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111\n1111\n1111\n1111",
        "4111 – 1111 – 1111 – 1111",
        "378282246310005",
        "3782 822463 10005",
        "3056 930902 5904",
        "5555555555554444",
        "2223003122003222",
        "6011111111111117",
        "3530111333300000",
        "6200000000000005",
        "4222222222222",
    ],
)
@pytest.mark.parametrize("frame", ["{}", "My card is {}, please", "{} 12/27 123", '{{"card":"{}"}}', "visa:{}"])
def test_cards(number: str, frame: str) -> None:
    assert number in found(frame.format(number))


@given(st.integers(10**13, 10**14 - 1))
def test_any_visa_number_with_its_check_digit_and_no_other(middle: int) -> None:
    number = f"4{middle}"
    right = luhn.calc_check_digit(number)
    assert found(f"pay with {number}{right}") == {number + right}
    assert not found(f"pay with {number}{(int(right) + 1) % 10}")


def test_one_digit_at_a_time() -> None:
    assert found("It is 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1.") == {"4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"}


def test_digits_of_other_scripts() -> None:
    assert list(card_numbers(fold("４１１１ １１１１ １１１１ １１１１").text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "order 4111111111111111",
        "order id: 4539578763621486",
        "UID 4539578763621486",
        "order 1234567890123456",
        "9111111111111111",
        "0.4111111111111111 BTC",
        "balance 4111111111111111.50",
        "1,234,567,890,123.45 USD",
        "+4915112345678",
        "+49 170 1234567",
        "2024-05-12 10:20:30",
        "GB29 NWBK 6016 1331 9268 19",
        "DE89370400440532013000",
        "AL35202111090000000001234567",
        "https://help.example/articles/4403361201298",
        "411111111111111111111111",
    ],
)
def test_other_numbers(text: str) -> None:
    assert not found(text)
