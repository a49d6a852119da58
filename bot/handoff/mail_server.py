"""Handing in mail by SMTP, within a total time."""

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Literal

from bot.handoff.desks.desk import NotDelivered

Security = Literal["starttls", "tls", "none"]
STEP_SECONDS = 10.0
TOTAL_SECONDS = 30.0
_LASTING = 500
"""SMTP reply codes from here on are refusals that last (RFC 5321, 4.2.1)."""


class ReceiverRefused(NotDelivered):
    """The server does not take mail for this receiver; `lasting`: nor will it later."""

    def __init__(self, sentence: str, *, lasting: bool) -> None:
        super().__init__(sentence)
        self.lasting = lasting


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in. It is the operator's own choice and often a private host, so any address is allowed."""

    host: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    total_seconds: float = TOTAL_SECONDS

    def hand_in(self, mail: EmailMessage, sender: str, receiver: str) -> None:
        """Hands a mail in for one receiver; both are checked addresses. ReceiverRefused, NotDelivered."""
        try:
            with _connected(self) as smtp:
                if self.security == "starttls":
                    smtp.starttls(context=ssl.create_default_context())
                if self.user:
                    smtp.login(self.user, self.password)
                smtp.send_message(mail, from_addr=sender, to_addrs=[receiver])
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise ReceiverRefused(
                f"{self.host} does not take mail for {receiver} (code {code}).", lasting=code >= _LASTING
            ) from error
        except smtplib.SMTPResponseException as error:
            down = error.smtp_code < _LASTING
            raise NotDelivered(f"{self.host} refused the mail with code {error.smtp_code}.", down=down) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotDelivered(
                f"{self.host} could not be reached ({type(error).__name__}: {error}).", down=True
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
