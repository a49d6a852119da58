from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.contacts import ContactRefused, checked_email


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" ada@example.com ", "ada@example.com"),
        ("Ada.L+desk@Example.CO.UK", "Ada.L+desk@example.co.uk"),
        ("o'brien@example.ie", "o'brien@example.ie"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_taken(text: str, address: str) -> None:
    assert checked_email(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "ada", "@example.com", "ada@", "ada@example", "ada@@example.com", "a b@example.com", "ada@e mple.com",
        "ada@example.com, eve@example.com", "ada@example.com\nBcc: eve@example.com", "<ada@example.com>", "call me",
        "ada@-example.com", "ada@example..com", "ada@example.com.", ".ada@example.com", "ada@127.0.0.1",
        "ada@[127.0.0.1]", '"a b"@example.com', "ada\0@example.com", "ädä@example.com", "ada@☃", "+49 30 123456",
        "=?utf-8?q?eve=40evil.example=2C?=@example.com", "=?utf-8?q?a=0D=0ABcc=3Ax?=@example.com",
        "ada@example.c", "a" * 65 + "@example.com", "ada@" + "a" * 64 + ".com", "a@" + "b." * 130 + "com",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ContactRefused) as refused:
        checked_email(text)
    assert "e-mail address" in str(refused.value)
    assert str(refused.value).endswith(".")
    assert refused.value.status == 422


@given(st.text(max_size=300))
def test_whatever_is_taken_can_stand_in_a_header(text: str) -> None:
    try:
        address = checked_email(text)
    except ContactRefused:
        return
    assert address.isascii()
    assert not set(address) & set(" \r\n\t,;<>()\"'\0") - {"'"}
    assert address.count("@") == 1
    assert checked_email(address) == address


@given(st.text(st.sampled_from("a0=?_.q+-'{}%"), min_size=1, max_size=30))
def test_a_mail_goes_to_the_address_that_was_taken_and_to_no_other(local: str) -> None:
    try:
        address = checked_email(f"{local}@example.com")
    except ContactRefused:
        return
    mail = EmailMessage(policy=SMTP)
    mail["Reply-To"] = address
    assert mail["Reply-To"].addresses[0].addr_spec == address
    assert mail.as_bytes() == f"Reply-To: {address}\r\n\r\n".encode()
