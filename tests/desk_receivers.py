"""Help desks on real ports: each checks paths, headers and bodies against its documented shapes, keeps what it was told
as the real one does, and fails in the ways it is told to. A mistake in a request is answered 422 and noted."""

import base64
import hashlib
import hmac
import json
import re
import socket
import socketserver
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Refuses:
    """An HTTP error instead of doing anything."""

    status: int
    retry_after: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Hangs:
    """Nothing, until the client goes; with `drip`, a byte of an endless header now and then."""

    drip: bool = False


@dataclass(frozen=True, slots=True)
class LosesAnswer:
    """Does what it was asked, and then cuts the connection."""


@dataclass(frozen=True, slots=True)
class Floods:
    """200 and a body without end."""


@dataclass(frozen=True, slots=True)
class Babbles:
    """200 and something that is no JSON object."""

    body: bytes


Fault = Refuses | Hangs | LosesAnswer | Floods | Babbles | None


class Mistake(Exception):
    """The request is not of the documented shape."""


class Gone(Exception):
    """What the request names is not there."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Receiver:
    """`enqueue` faults (None: none), in order; look at `requests` and `mistakes` afterwards."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    always: Fault = None
    _faults: deque[Fault] = field(default_factory=deque)
    closing: threading.Event = field(default_factory=threading.Event)

    def enqueue(self, *faults: Fault) -> None:
        self._faults.extend(faults)

    def next_fault(self) -> Fault:
        return self._faults.popleft() if self._faults else self.always

    def answer(self, request: Received) -> tuple[int, Any]:
        raise NotImplementedError


@dataclass(slots=True)
class WebhookReceiver(Receiver):
    """A receiver of Standard Webhooks: checks the signature with its own secret and counts an id once."""

    secret: bytes = b"k" * 24
    seen: list[str] = field(default_factory=list)
    duplicates: int = 0

    def answer(self, request: Received) -> tuple[int, Any]:
        id_, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        _must(request.method == "POST" and request.headers["content-type"] == "application/json", "POST of JSON")
        _must(abs(time.time() - int(stamp)) < 300, "a fresh timestamp")
        signed = f"{id_}.{stamp}.".encode() + request.body
        fitting = "v1," + base64.b64encode(hmac.new(self.secret, signed, hashlib.sha256).digest()).decode()
        _must(fitting in request.headers["webhook-signature"].split(" "), "a signature that fits")
        _must(request.json["id"] == id_, "the id in the body too")
        if id_ in self.seen:
            self.duplicates += 1
        else:
            self.seen.append(id_)
        return 204, None


@dataclass(slots=True)
class ZendeskReceiver(Receiver):
    """Zendesk's ticket API, as far as it is used."""

    login: str = "agent@corvane.example/token:zd-token"
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    idempotent: dict[str, int] = field(default_factory=dict)
    keeps_keys: bool = True

    def answer(self, request: Received) -> tuple[int, Any]:
        _must(request.headers["authorization"] == "Basic " + base64.b64encode(self.login.encode()).decode(), "login")
        if request.path == "/api/v2/tickets" and request.method == "POST":
            return self._create(request)
        if request.path == "/api/v2/tickets" and request.method == "GET":
            (external,) = request.query["external_id"]
            found = [ticket for ticket in self.tickets.values() if ticket["external_id"] == external]
            return 200, {"tickets": found, "count": len(found), "next_page": None}
        one = re.fullmatch(r"/api/v2/tickets/(\d+)(/comments)?", request.path)
        _must(one is not None, f"a path of the API, not {request.path}")
        number = int(one[1])
        if number not in self.tickets:
            raise Gone
        if one[2]:
            _must(request.method == "GET" and request.query == {"sort_order": ["desc"]}, "GET, newest first")
            return 200, {"comments": self.comments[number][::-1]}
        return self._update(number, request)

    def _create(self, request: Received) -> tuple[int, Any]:
        key = request.headers["idempotency-key"]
        _only(request.json, {"ticket"})
        ticket = request.json["ticket"]
        _only(ticket, {"subject", "comment", "external_id", "tags", "requester", "group_id"})
        _must(isinstance(ticket["subject"], str) and ticket["comment"]["body"].strip(), "a subject and a comment")
        _must(ticket.get("requester", {"email": "a@b.c"})["email"].count("@") == 1, "a requester with an address")
        if self.keeps_keys and key in self.idempotent:
            return 201, {"ticket": self.tickets[self.idempotent[key]]}
        number = 35436 + len(self.tickets)
        stored = {"id": number, "status": "new", "requester_id": 20978392, **ticket}
        self.tickets[number], self.comments[number] = stored, [ticket["comment"]]
        self.idempotent[key] = number
        return 201, {"ticket": stored}

    def _update(self, number: int, request: Received) -> tuple[int, Any]:
        _must(request.method == "PUT", "PUT")
        _only(request.json, {"ticket"})
        change = request.json["ticket"]
        _only(change, {"comment", "status"})
        _only(change["comment"], {"body", "public", "author_id"})
        _must(change.get("status", "open") in ("new", "open", "pending", "hold", "solved", "closed"), "a status")
        _must(change["comment"].get("author_id", 20978392) == 20978392, "an author that exists")
        self.comments[number].append(change["comment"])
        self.tickets[number] = {**self.tickets[number], "status": change.get("status", self.tickets[number]["status"])}
        return 200, {"ticket": self.tickets[number], "audit": {"id": 1}}


@dataclass(slots=True)
class ChatwootReceiver(Receiver):
    """Chatwoot's application API for account 3 and inbox 7."""

    token: str = "cw-token"
    contacts: list[dict[str, Any]] = field(default_factory=list)
    conversations: dict[int, dict[str, Any]] = field(default_factory=dict)
    messages: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    def answer(self, request: Received) -> tuple[int, Any]:
        _must(request.headers["api_access_token"] == self.token, "the token")
        base = "/api/v1/accounts/3"
        _must(request.path.startswith(base), "a path of the account")
        path = request.path.removeprefix(base)
        fixed: dict[tuple[str, str], Callable[[Received], tuple[int, Any]]] = {
            ("POST", "/contacts"): self._create_contact,
            ("GET", "/contacts/search"): self._search,
            ("POST", "/conversations"): self._create_conversation,
        }
        if (request.method, path) in fixed:
            return fixed[request.method, path](request)
        if one := re.fullmatch(r"/contacts/(\d+)/conversations", path):
            own = [each for each in self.conversations.values() if each["contact_id"] == int(one[1])]
            return 200, {"payload": own}
        one = re.fullmatch(r"/conversations/(\d+)/(messages|toggle_status)", path)
        _must(one is not None, f"a path of the API, not {request.method} {path}")
        number = int(one[1])
        if number not in self.conversations:
            raise Gone
        return self._in_conversation(number, one[2], request)

    def _create_contact(self, request: Received) -> tuple[int, Any]:
        wanted = request.json
        _only(wanted, {"inbox_id", "name", "identifier", "custom_attributes"})
        _must(wanted["inbox_id"] == 7, "the inbox")
        _must(all(each["identifier"] != wanted["identifier"] for each in self.contacts), "a new identifier")
        number = 100 + len(self.contacts)
        inbox = {"source_id": f"source-{number}", "inbox": {"id": 7, "channel_type": "Channel::Api"}}
        contact = {"id": number, **wanted, "contact_inboxes": [inbox]}
        self.contacts.append(contact)
        return 200, {"payload": {"contact": contact, "contact_inbox": inbox}}

    def _search(self, request: Received) -> tuple[int, Any]:
        (text,) = request.query["q"]
        return 200, {"payload": [each for each in self.contacts if text in each["identifier"]], "meta": {}}

    def _create_conversation(self, request: Received) -> tuple[int, Any]:
        wanted = request.json
        _only(wanted, {"source_id", "inbox_id", "contact_id", "status", "custom_attributes"})
        contact = next((each for each in self.contacts if each["id"] == wanted["contact_id"]), None)
        _must(contact is not None, "a contact that exists")
        _must(wanted["source_id"] == contact["contact_inboxes"][0]["source_id"], "the contact's source_id")
        _must(wanted["status"] in ("open", "resolved", "pending") and wanted["inbox_id"] == 7, "a status, the inbox")
        number = 900 + len(self.conversations)
        self.conversations[number] = {"id": number, **wanted}
        self.messages[number] = []
        return 200, self.conversations[number]

    def _in_conversation(self, number: int, what: str, request: Received) -> tuple[int, Any]:
        if what == "toggle_status":
            _only(request.json, {"status"})
            _must(request.json["status"] in ("open", "resolved", "pending"), "a status")
            self.conversations[number] = {**self.conversations[number], **request.json}
            return 200, {"payload": {"success": True, "current_status": request.json["status"]}}
        if request.method == "GET":
            return 200, {"meta": {}, "payload": self.messages[number]}
        _only(request.json, {"content", "message_type", "private", "content_attributes"})
        _must(request.json["message_type"] in ("incoming", "outgoing"), "a message type")
        _must(request.json["content"] and isinstance(request.json["private"], bool), "content, private or not")
        message = {"id": len(self.messages[number]) + 1, **request.json}
        self.messages[number].append(message)
        return 200, message


@dataclass(slots=True)
class IntercomReceiver(Receiver):
    """Intercom's REST API, as far as it is used."""

    token: str = "ic-token"
    contacts: list[dict[str, Any]] = field(default_factory=list)
    conversations: dict[str, dict[str, Any]] = field(default_factory=dict)
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def answer(self, request: Received) -> tuple[int, Any]:
        _must(request.headers["authorization"] == f"Bearer {self.token}", "the token")
        _must(re.fullmatch(r"2\.\d+", request.headers["intercom-version"]) is not None, "a version")
        fixed: dict[tuple[str, str], Callable[[Received], tuple[int, Any]]] = {
            ("POST", "/contacts"): self._create_contact,
            ("POST", "/contacts/search"): self._search_contacts,
            ("POST", "/conversations"): self._create_conversation,
            ("POST", "/conversations/search"): self._search_conversations,
        }
        if (request.method, request.path) in fixed:
            return fixed[request.method, request.path](request)
        one = re.fullmatch(r"/conversations/(\d+)(/reply|/parts)?", request.path)
        _must(one is not None, f"a path of the API, not {request.method} {request.path}")
        number = one[1]
        if number not in self.conversations:
            raise Gone
        if request.method == "GET":
            return 200, {"id": number, "conversation_parts": {"conversation_parts": self.parts[number]}}
        return (self._reply if one[2] == "/reply" else self._manage)(number, request.json)

    def _create_contact(self, request: Received) -> tuple[int, Any]:
        _only(request.json, {"role", "external_id", "name", "email"})
        _must(request.json["role"] in ("user", "lead"), "a role")
        if any(each["external_id"] == request.json["external_id"] for each in self.contacts):
            return 409, {"type": "error.list", "errors": [{"code": "conflict"}]}
        contact = {"type": "contact", "id": f"63f7{len(self.contacts):020d}", **request.json}
        self.contacts.append(contact)
        return 200, contact

    def _search_contacts(self, request: Received) -> tuple[int, Any]:
        query = request.json["query"]
        _must(query["field"] == "external_id" and query["operator"] == "=", "a query by external_id")
        found = [each for each in self.contacts if each["external_id"] == query["value"]]
        return 200, {"type": "list", "data": found, "total_count": len(found)}

    def _create_conversation(self, request: Received) -> tuple[int, Any]:
        _only(request.json, {"from", "body"})
        sender = request.json["from"]
        _must(sender["type"] in ("lead", "user", "contact") and request.json["body"], "a sender and a body")
        _must(any(each["id"] == sender["id"] for each in self.contacts), "a contact that exists")
        number = str(36000324324 + len(self.conversations))
        self.conversations[number] = {"id": number, "contact": sender["id"], "state": "open"}
        self.parts[number] = []
        return 200, {"type": "user_message", "id": "2001", "conversation_id": number, "body": request.json["body"]}

    def _search_conversations(self, request: Received) -> tuple[int, Any]:
        query = request.json["query"]
        _must(query["field"] == "contact_ids", "a query by contact")
        found = [each for each in self.conversations.values() if each["contact"] == query["value"]]
        return 200, {"type": "conversation.list", "conversations": found}

    def _reply(self, number: str, said: dict[str, Any]) -> tuple[int, Any]:
        if said["type"] == "admin":
            _only(said, {"message_type", "type", "admin_id", "body"})
            _must(said["message_type"] in ("comment", "note") and said["admin_id"] == "814860", "an admin's reply")
        else:
            _only(said, {"message_type", "type", "intercom_user_id", "body"})
            _must(said["type"] == "user" and said["message_type"] == "comment", "a contact's comment")
            _must(said["intercom_user_id"] == self.conversations[number]["contact"], "its own contact")
        self.parts[number].append(said)
        return 200, {"type": "conversation", "id": number}

    def _manage(self, number: str, change: dict[str, Any]) -> tuple[int, Any]:
        _only(change, {"message_type", "type", "admin_id"})
        _must(change["message_type"] in ("open", "close") and change["type"] == "admin", "open or close, by an admin")
        state = "open" if change["message_type"] == "open" else "closed"
        if state == self.conversations[number]["state"]:
            return 409, {"type": "error.list", "errors": [{"code": "state_unchanged"}]}
        self.conversations[number] = {**self.conversations[number], "state": state}
        return 200, {"type": "conversation", "id": number}


Kind = TypeVar("Kind", bound=Receiver)


@contextmanager
def receiving(receiver: Kind, wrap: Callable[[socket.socket], socket.socket] | None = None) -> Iterator[Kind]:
    """Runs a receiver on a free local port until the block ends; `wrap` puts TLS round its socket."""

    class Handler(_Handler):
        desk = receiver

    server = _Server(("127.0.0.1", 0), Handler)
    if wrap is not None:
        server.socket = wrap(server.socket)
    receiver.url = f"http{'s' if wrap else ''}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients go away in the middle here: that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    desk: Receiver

    def log_message(self, *_: object) -> None:
        """No noise."""

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Received(self.command, parts.path, parse_qs(parts.query), headers, self.rfile.read(length))
        self.desk.requests.append(request)
        match self.desk.next_fault():
            case Refuses() as refusal:
                extra = {"Retry-After": refusal.retry_after, "Location": refusal.location}
                self._send(refusal.status, b'{"error": "no"}', {k: v for k, v in extra.items() if v is not None})
            case Hangs() as hang:
                self._hang(hang)
            case Floods():
                self._flood()
            case Babbles(body):
                self._send(200, body, {})
            case LosesAnswer():
                self._answer(request)
                self.connection.shutdown(socket.SHUT_RDWR)
            case None:
                status, value = self._answer(request)
                self._send(status, b"" if value is None else json.dumps(value).encode(), {})

    do_GET = do_POST = do_PUT = _handle

    def _answer(self, request: Received) -> tuple[int, Any]:
        try:
            return self.desk.answer(request)
        except Gone:
            return 404, {"error": "RecordNotFound"}
        except (Mistake, KeyError, TypeError, ValueError) as error:
            self.desk.mistakes.append(f"{request.method} {request.path}: {error!r}")
            return 422, {"error": repr(error)}

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _hang(self, hang: Hangs) -> None:
        if hang.drip:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.desk.closing.wait(0.02):
            if hang.drip:
                self.wfile.write(b"x")

    def _flood(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.desk.closing.is_set():
            self.wfile.write(b"x" * 65_536)


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
                self._say("550 nobody here" if receivers[-1] in self.mailbox.refused else "250 receiver")
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


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise Mistake(f"wanted {what}")


def _only(value: dict[str, Any], names: set[str]) -> None:
    if strange := set(value) - names:
        raise Mistake(f"unknown fields {sorted(strange)}")
