import pytest

from bot.safety.codes import codes


def found(text: str) -> set[str]:
    return {text[start:end] for start, end in codes(text)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("my 2fa code is 123456", "123456"),
        ("OTP: 123 456", "123 456"),
        ("otp 482913", "482913"),
        ("the code is 482913", "482913"),
        ("My code 482913 is not accepted", "482913"),
        ("SMS code: 4829", "4829"),
        ("verification code 998877 not accepted", "998877"),
        ("482913 is my code", "482913"),
        ("482-913 is the verification code", "482-913"),
        ("my pin is 1234", "1234"),
        ("PIN: 998877", "998877"),
        ("code G-482913", "G-482913"),
        ("CVV 123", "123"),
    ],
)
def test_codes(text: str, code: str) -> None:
    assert found(text) == {code}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "error code 500113",
        "Error code: 50011",
        "what does code 51008 mean?",
        "my zip code is 941103",
        "pin code 110001",
        "pincode 110001",
        "promo code is 482913",
        "referral code 123456",
        "sort code is 123456",
        "QR code 123456",
        "2fa code is not arriving",
        "the verification code expired after 10 minutes",
        "I did not receive the sms code on +4915112345678",
        "the code was sent at 10:45",
        "code 482913.50",
        "my balance is 123456 usdt",
        "account 123456789012",
    ],
)
def test_ordinary_text(text: str) -> None:
    assert found(text) == set()
