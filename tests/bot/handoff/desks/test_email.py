from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.handoff.desks.desk import NotDelivered
from bot.handoff.desks.email import EmailDesk
from bot.handoff.mail_server import MailServer
from tests.handoff_events import CONVERSATION, NOW, MemoryThread, ended, reached, requested, summed_up, wrote
from tests.mail_receiver import SmtpReceiver, receiving_mail


@pytest.fixture
def mailbox() -> Iterator[SmtpReceiver]:
    with receiving_mail(SmtpReceiver()) as running:
        yield running


def desk(mailbox: SmtpReceiver, **more: Any) -> EmailDesk:
    server = MailServer(host="127.0.0.1", port=mailbox.port, security="none")
    return EmailDesk(replace(server, **more), "footnote@corvane.example", "team@corvane.example", lambda: NOW)


def test_a_mail_has_everything_and_answers_go_to_the_customer(mailbox: SmtpReceiver) -> None:
    desk(mailbox, user="u", password="p").deliver(requested(1), MemoryThread(), again=False)
    (mail,) = mailbox.mails
    assert mailbox.envelopes == [("footnote@corvane.example", ["team@corvane.example"])]
    assert mailbox.logins == ["\0u\0p"]
    assert mail["Reply-To"] == "ada@example.com"
    assert mail["Subject"] == "Where is my <b>withdrawal</b>? Since Monday & still nothing."
    assert mail["Message-ID"] == f"<{requested(1).id}@corvane.example>"
    assert (mail["X-Footnote-Event"], mail["X-Footnote-Conversation"]) == (requested(1).id, CONVERSATION)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content()
    assert "Summary: My withdrawal is stuck." in text
    assert "[1] Withdrawals (https://help.corvane.example/help/w)" in text


def test_later_mails_are_of_the_same_thread_and_a_second_copy_is_known(mailbox: SmtpReceiver) -> None:
    thread, mail_desk = MemoryThread(), desk(mailbox)
    for event in (requested(1), wrote(2, ".\nAnybody there? ü 🙂"), ended(3), wrote(2, "x")):
        mail_desk.deliver(event, thread, again=False)
    first, message, end, copy = mailbox.mails
    assert message["In-Reply-To"] == end["References"] == first["Message-ID"]
    assert message["Subject"] == f"Re: {first['Subject']}"
    assert message["Reply-To"] == "ada@example.com"
    assert message.get_content().splitlines()[0] == "Customer: ."
    assert "ü 🙂" in message.get_content()
    assert copy["Message-ID"] == message["Message-ID"] != end["Message-ID"]


def test_answers_go_to_a_contact_that_came_later(mailbox: SmtpReceiver) -> None:
    thread, mail_desk = MemoryThread(), desk(mailbox)
    without = requested(1, end_user={"email": None, "verified": False})
    events = (without, reached(2, "ada@example.com"), reached(3, None, "At noon."), wrote(4, "Anybody?"))
    for event in events:
        mail_desk.deliver(event, thread, again=False)
    assert [mail["Reply-To"] for mail in mailbox.mails] == [None, *["ada@example.com"] * 3]
    assert "ada@example.com" in mailbox.mails[1].get_content()
    assert mailbox.mails[1]["Subject"] == f"Re: {mailbox.mails[0]['Subject']}"


@pytest.mark.parametrize("contact", [None, "", "nobody", "a@b.example\r\nBcc: eve@example.com", {"x": 1}])
def test_a_contact_that_is_no_address_is_no_header(mailbox: SmtpReceiver, contact: Any) -> None:
    thread = MemoryThread()
    event = requested(1, end_user={"email": contact if isinstance(contact, str | None) else None})
    desk(mailbox).deliver(event, thread, again=False)
    (mail,) = mailbox.mails
    assert mail["Reply-To"] is mail["Bcc"] is None


def test_a_subject_cannot_add_a_header(mailbox: SmtpReceiver) -> None:
    desk(mailbox).deliver(requested(1, last_question="a\r\nBcc: eve@example.com\u2028x\0"), MemoryThread(), again=False)
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("a Bcc: eve@example.com")


@pytest.mark.parametrize(
    "words",
    [
        "Help =?utf-8?q?a=0D=0ABcc=3A_eve=40example.com=0D=0A?= me", "=?utf-8?b?YQ0KQmNjOiBldmVAZXhhbXBsZS5jb20=?=",
        "=\0?utf-8?q?a=0ABcc=3A_eve=40example.com?=", "==??utf-8?q?a=0ABcc=3A_eve=40example.com?=",
    ],
)  # fmt: skip
def test_encoded_words_add_no_header(mailbox: SmtpReceiver, words: str) -> None:
    desk(mailbox).deliver(requested(1, last_question=words), MemoryThread(), again=False)
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert "?utf-8?" in mail["Subject"]
    assert mail.get_content_type() == "text/plain"


def test_a_receiver_that_is_not_there(mailbox: SmtpReceiver) -> None:
    mailbox.refused.add("team@corvane.example")
    with pytest.raises(NotDelivered, match="does not take mail for team@") as failure:
        desk(mailbox).deliver(requested(1), MemoryThread(), again=False)
    assert not failure.value.final


def test_a_model_s_summary_is_no_mail_of_its_own(mailbox: SmtpReceiver) -> None:
    thread, mail_desk = MemoryThread(), desk(mailbox)
    for event in (requested(1), summed_up(2), ended(3)):
        mail_desk.deliver(event, thread, again=False)
    assert [mail["X-Footnote-Event"] for mail in mailbox.mails] == [requested(1).id, ended(3).id]
