import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.contact_in_message import contact_in
from bot.handoff.contacts import checked_email


@pytest.mark.parametrize(
    ("message", "contact"),
    [
        ("ada@example.com", "ada@example.com"),
        (" Ada.L+help@Example.COM. ", "Ada.L+help@example.com"),
        ("You can reach me at ada@example.com, thanks!", "ada@example.com"),
        ("<ada@example.com>", "ada@example.com"),
        ("mailto:ada@example.com", "ada@example.com"),
        ("`ada@example.com`", "ada@example.com"),
        ("我的邮箱是ada@example.com谢谢", "ada@example.com"),
        ("mi correo es ada@correo.example.", "ada@correo.example"),
        ("", None),
        ("no", None),
        ("@ada", None),
        ("ada@localhost", None),
        ("ada@example.com or bo@example.com", None),
        ("ada@example.com@evil.example", None),
        ("Somebody called bob@scam.example wrote to me and now my funds are gone, what do I do", None),
    ],
)
def test_an_address_that_is_given(message: str, contact: str | None) -> None:
    assert contact_in(message) == contact


@given(st.text(st.sampled_from("ab.@ -_`'<>,é谢\n"), max_size=40))
def test_what_is_found_is_an_address_that_was_written(message: str) -> None:
    contact = contact_in(message)
    assert contact is None or (checked_email(contact) == contact and contact in message)
