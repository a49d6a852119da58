"""One-time codes, PINs and card verification values: short numbers that only the words around them make a secret."""

import re
from collections.abc import Iterator

from bot.safety.findings import Span

_DIGITS = r"(?<![\d.,])(?:[A-Z]-)?{}(?![\d%])(?![.,]\d)"
_LONG = _DIGITS.format(r"(?:\d{3}[ -]\d{3,4}|\d{4}[ -]\d{4}|\d{4,8})")
_SIX = _DIGITS.format(r"\d{3}[ -]?\d{3}")
_SHORT = _DIGITS.format(r"\d{3,4}")
_PIN = _DIGITS.format(r"\d{4,6}")
_JOIN = r"(?:\s(?:is|was|i got is|i (?:got|received|entered|used) (?:is|was))\b)?\s?[:=#(\"'-]{0,2}\s?"
_NEEDED_JOIN = r"(?:\s(?:is|was)\b\s?[:=]?|\s?[:=])\s?[\"'(]?"
_QUALIFIER = (
    r"(?:2fa|mfa|otp|totp|sms|e?mail|phone|text|verification|verify|authenticat(?:or|ion)|auth|security"
    r"|log-?in|sign-?in|one[- ]time|confirmation|google authenticator|ga|withdrawal|reset|recovery|backup)"
)
_CODE_LABEL = re.compile(rf"(?<![a-z]){_QUALIFIER}[\s-](?:pass)?codes?{_JOIN}({_LONG})", re.IGNORECASE)
_OTP = re.compile(rf"(?<![a-z])(?:2fa|otp|totp|one[- ]time pass(?:word|code)|passcode){_JOIN}({_LONG})", re.IGNORECASE)
_PLAIN_CODE = re.compile(
    rf"(?<![a-z])(?P<before>[a-z0-9]{{1,20}}['’]?[\s-])?code{_JOIN}({_SIX})(?![ -]?\d)", re.IGNORECASE
)
_CODE_AFTER = re.compile(
    rf"({_SIX})\s(?:is|was)\s(?:my|the|your|a)\s(?:{_QUALIFIER}[\s-])?(?:code|otp)\b", re.IGNORECASE
)
_PIN_LABEL = re.compile(rf"(?<![a-z])pin(?! ?codes?)(?: number)?{_NEEDED_JOIN}({_PIN})", re.IGNORECASE)
_VERIFICATION_VALUE = re.compile(rf"(?<![a-z])(?:cvv2?|cvc2?|cvn|security code){_JOIN}({_SHORT})", re.IGNORECASE)
_CODES = (_CODE_LABEL, _OTP, _CODE_AFTER, _PIN_LABEL, _VERIFICATION_VALUE)
_HARMLESS_WORDS = """
    error err status http response result return reason exit zip post postal area pin country dial dialing promo coupon
    discount referral refer invite invitation voucher gift sort swift bic bank branch routing product item order booking
    reference ref ticket case tracking bar qr color colour source tax hs sic mcc merchant currency network asset airport
    class service store model part serial
"""
_HARMLESS = frozenset(_HARMLESS_WORDS.split())
"""Words that make the code after them anything but a secret."""


def codes(text: str) -> Iterator[Span]:
    """Where codes stand in a folded text, in no order; they may overlap."""
    for pattern in _CODES:
        for match in pattern.finditer(text):
            yield match.span(match.lastindex or 0)
    for match in _PLAIN_CODE.finditer(text):
        if (match["before"] or "").lower().strip(" -'’\n\t") not in _HARMLESS:
            yield match.span(2)
