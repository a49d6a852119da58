"""A mail server that keeps what it is given."""

import base64
import socketserver
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP


@dataclass(slots=True)
class SmtpReceiver:
    """A mail server (RFC 5321) on a real port. `enqueue` reply codes for the next MAIL commands, or `hang`."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    hang: bool = False
    codes: deque[int] = field(default_factory=deque)
    refused: set[str] = field(default_factory=set)
    refusal: int = 550
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def receiving_mail(receiver: SmtpReceiver) -> Iterator[SmtpReceiver]:
    """Runs a mail server on a free local port until the block ends."""

    class Handler(_SmtpHandler):
        mailbox = receiver

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.closing.set()
            server.shutdown()
            thread.join()


class _SmtpHandler(socketserver.StreamRequestHandler):
    mailbox: SmtpReceiver

    def handle(self) -> None:
        if self.mailbox.hang:
            with suppress(OSError):  # whoever called has hung up
                while not self.mailbox.closing.wait(0.02):
                    self.wfile.write(b"220-slow\r\n")
            return
        self._say("220 mail.corvane.example ready")
        sender, receivers = "", list[str]()
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self._say("250-mail.corvane.example", "250-AUTH PLAIN", "250 SIZE 10000000")
            elif verb == "AUTH":
                self.mailbox.logins.append(base64.b64decode(line.split()[2]).decode())
                self._say("235 welcome")
            elif verb == "MAIL":
                code = self.mailbox.codes.popleft() if self.mailbox.codes else 250
                sender, receivers = line.split(":", 1)[1].split()[0].strip("<>"), []
                self._say(f"{code} sender")
            elif verb == "RCPT":
                receivers.append(line.split(":", 1)[1].strip(" <>"))
                refused = receivers[-1] in self.mailbox.refused
                self._say(f"{self.mailbox.refusal} not now" if refused else "250 receiver")
            elif verb == "DATA":
                self._say("354 go on")
                self._take(sender, receivers)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self, sender: str, receivers: list[str]) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(lines), policy=SMTP)
        assert isinstance(mail, EmailMessage)
        self.mailbox.mails.append(mail)
        self.mailbox.envelopes.append((sender, receivers))
        self._say("250 taken")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(line + "\r\n" for line in lines).encode())
