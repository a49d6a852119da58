"""E-mail to the team, by SMTP: transcript and all, with Reply-To the customer. For whoever has no help desk.

The Message-ID is made of the event's id, so a mail that comes twice is one mail to whoever looks; later events are
answers to the first, so that mail programs show one thread.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bot.handoff.contacts import ContactRefused, checked_email
from bot.handoff.desks import wording
from bot.handoff.desks.desk import CONTACT, REQUESTED, SUMMARY, Thread, part, words_of
from bot.handoff.mail_server import MailServer
from bot.storage.outbox import OutgoingEvent


class EmailDesk:
    """Mail from `sender` to `receiver`, both checked addresses."""

    name = "email"

    def __init__(self, server: MailServer, sender: str, receiver: str, clock: Callable[[], datetime]) -> None:
        self._server = server
        self._sender = sender
        self._receiver = receiver
        self._clock = clock

    def deliver(self, event: OutgoingEvent, thread: Thread, again: bool) -> None:  # noqa: ARG002 - the Message-ID tells
        """Sends a mail. A summary is dropped: the mail before it, seconds ago, has all that was said. NotDelivered."""
        if event.type == SUMMARY:
            return
        if event.type == REQUESTED:
            details = {"subject": wording.subject(event.data), "reply_to": part(event.data, "end_user", "email") or ""}
            thread.remember(**{"first_id": event.id, **details} if thread.get("first_id") is None else details)
        elif event.type == CONTACT and (email := part(event.data, "end_user", "email")):
            thread.remember(reply_to=str(email))
        self._server.hand_in(self._mail(event, thread), self._sender, self._receiver)

    def _mail(self, event: OutgoingEvent, thread: Thread) -> EmailMessage:
        domain = self._sender.rpartition("@")[2]
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = self._sender, self._receiver
        again = "" if event.type == REQUESTED else "Re: "
        mail["Subject"] = _one_line(again + (thread.get("subject") or "A customer asks for a person"))
        mail["Date"] = format_datetime(self._clock())
        mail["Message-ID"] = f"<{event.id}@{domain}>"
        first = thread.get("first_id")
        if first is not None and first != event.id:
            mail["In-Reply-To"] = mail["References"] = f"<{first}@{domain}>"
        with suppress(ContactRefused):
            mail["Reply-To"] = checked_email(thread.get("reply_to") or "")
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Footnote-Event"] = event.id
        mail["X-Footnote-Conversation"] = event.conversation_id
        mail.set_content(words_of(event).encode("utf-8", "replace").decode("utf-8"))
        return mail


def _one_line(text: str) -> str:
    """A customer's words fit for a header. What begins like an encoded word (RFC 2047) is broken up: the library would
    decode it, and line ends in it would begin headers of the customer's own."""
    return " ".join("".join(character for character in text if character.isprintable()).split()).replace("=?", "= ?")
