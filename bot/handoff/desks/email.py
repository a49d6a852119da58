"""E-mail to the team, by SMTP: transcript and all, with Reply-To the customer. For whoever has no help desk.

The Message-ID is made of the event's id, so a mail that comes twice is one mail to whoever looks; later events are
answers to the first, so that mail programs show one thread.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Literal

from bot.handoff.contacts import ContactRefused, checked_email
from bot.handoff.desks import wording
from bot.handoff.desks.desk import REQUESTED, NotDelivered, Thread, part, words_of
from bot.storage.outbox import OutgoingEvent

Security = Literal["starttls", "tls", "none"]
STEP_SECONDS = 10.0
TOTAL_SECONDS = 30.0
_LASTING = 500
"""SMTP reply codes from here on are refusals that last (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in. It is the operator's own choice and often a private host, so any address is allowed."""

    host: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    total_seconds: float = TOTAL_SECONDS


class EmailDesk:
    """Mail from `sender` to `receiver`, both checked addresses."""

    name = "email"

    def __init__(self, server: MailServer, sender: str, receiver: str, clock: Callable[[], datetime]) -> None:
        self._server = server
        self._sender = sender
        self._receiver = receiver
        self._clock = clock

    def deliver(self, event: OutgoingEvent, thread: Thread, again: bool) -> None:  # noqa: ARG002 - the Message-ID tells
        """Sends a mail. NotDelivered."""
        if event.type == REQUESTED:
            details = {"subject": wording.subject(event.data), "reply_to": part(event.data, "end_user", "email") or ""}
            thread.remember(**{"first_id": event.id, **details} if thread.get("first_id") is None else details)
        self._hand_in(self._mail(event, thread))

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

    def _hand_in(self, mail: EmailMessage) -> None:
        server = self._server
        try:
            with _connected(server) as smtp:
                if server.security == "starttls":
                    smtp.starttls(context=ssl.create_default_context())
                if server.user:
                    smtp.login(server.user, server.password)
                smtp.send_message(mail, from_addr=self._sender, to_addrs=[self._receiver])
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise NotDelivered(f"{server.host} does not take mail for {self._receiver} (code {code}).") from error
        except smtplib.SMTPResponseException as error:
            down = error.smtp_code < _LASTING
            raise NotDelivered(f"{server.host} refused the mail with code {error.smtp_code}.", down=down) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotDelivered(
                f"{server.host} could not be reached ({type(error).__name__}: {error}).", down=True
            ) from error


class _Timed(smtplib.SMTP):
    """A connection that ends by itself after a total time: smtplib's own limit is for each wait only."""

    def __init__(self, server: MailServer, **more: Any) -> None:
        self._watch = threading.Timer(server.total_seconds, self._cut)
        self._watch.daemon = True
        self._watch.start()
        try:
            super().__init__(server.host, server.port, timeout=min(STEP_SECONDS, server.total_seconds), **more)
        except BaseException:
            self._watch.cancel()
            raise

    def close(self) -> None:
        """Ends the connection and its watch."""
        self._watch.cancel()
        super().close()

    def _cut(self) -> None:
        connected = getattr(self, "sock", None)
        if connected is not None:
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)


class _TimedTls(_Timed, smtplib.SMTP_SSL):
    """The same under TLS from the first byte."""


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.security == "tls":
        return _TimedTls(server, context=ssl.create_default_context())
    return _Timed(server)


def _one_line(text: str) -> str:
    return " ".join("".join(character for character in text if character.isprintable()).split())
