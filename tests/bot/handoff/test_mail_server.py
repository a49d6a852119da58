import time
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from bot.handoff.desks.desk import NotDelivered
from bot.handoff.mail_server import MailServer, ReceiverRefused
from tests.mail_receiver import SmtpReceiver, receiving_mail

SENDER, RECEIVER = "footnote@corvane.example", "team@corvane.example"


@pytest.fixture
def mailbox() -> Iterator[SmtpReceiver]:
    with receiving_mail(SmtpReceiver()) as running:
        yield running


def hand_in(mailbox: SmtpReceiver, **more: Any) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = SENDER, RECEIVER
    mail.set_content("Hello")
    known: dict[str, Any] = {"host": "127.0.0.1", "port": mailbox.port, "security": "none"}
    MailServer(**{**known, **more}).hand_in(mail, SENDER, RECEIVER)


def test_a_mail_is_taken(mailbox: SmtpReceiver) -> None:
    hand_in(mailbox, user="u", password="p")
    assert mailbox.envelopes == [(SENDER, [RECEIVER])]
    assert mailbox.logins == ["\0u\0p"]
    assert mailbox.mails[0].get_content().strip() == "Hello"


@pytest.mark.parametrize(("code", "down"), [(451, True), (421, True), (550, False), (552, False)])
def test_a_server_that_refuses(mailbox: SmtpReceiver, code: int, down: bool) -> None:
    mailbox.codes.append(code)
    with pytest.raises(NotDelivered, match=f"code {code}") as failure:
        hand_in(mailbox)
    assert failure.value.down == down
    hand_in(mailbox)
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(("code", "lasting"), [(450, False), (550, True)])
def test_a_receiver_that_is_refused(mailbox: SmtpReceiver, code: int, lasting: bool) -> None:
    mailbox.refused.add(RECEIVER)
    mailbox.refusal = code
    with pytest.raises(ReceiverRefused, match=f"does not take mail for {RECEIVER} .code {code}.") as failure:
        hand_in(mailbox)
    assert failure.value.lasting == lasting and not failure.value.down


def test_a_server_that_greets_for_ever_is_left(mailbox: SmtpReceiver) -> None:
    mailbox.hang = True
    began = time.monotonic()
    with pytest.raises(NotDelivered, match="could not be reached") as failure:
        hand_in(mailbox, total_seconds=0.4)
    assert failure.value.down
    assert time.monotonic() - began < 5


def test_a_server_without_tls_is_not_told_anything_when_tls_is_wanted(mailbox: SmtpReceiver) -> None:
    with pytest.raises(NotDelivered, match="could not be reached"):
        hand_in(mailbox, security="starttls", user="u", password="p")
    assert mailbox.logins == mailbox.mails == []
    with pytest.raises(NotDelivered):
        hand_in(mailbox, security="tls", total_seconds=1)


def test_no_server_at_all_is_down() -> None:
    with pytest.raises(NotDelivered, match="could not be reached") as failure:
        hand_in(SmtpReceiver(port=9))
    assert failure.value.down
