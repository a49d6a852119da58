"""Help desks on real ports: each checks paths, headers and bodies against its documented shapes, keeps what it was told
as the real one does, and fails in the ways it is told to. A mistake in a request is answered 422 and noted."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
class Receiver(ABC):
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

    @abstractmethod
    def answer(self, request: Received) -> tuple[int, Any]:
        """Status and JSON body for a request that came whole."""


@dataclass(slots=True)
class WebhookReceiver(Receiver):
    """A receiver of Standard Webhooks: checks the signature with its own secret and counts an id once."""

    secret: bytes = b"k" * 24
    seen: list[str] = field(default_factory=list)
    duplicates: int = 0

    def answer(self, request: Received) -> tuple[int, Any]:
        id_, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        must(request.method == "POST" and request.headers["content-type"] == "application/json", "POST of JSON")
        must(abs(time.time() - int(stamp)) < 300, "a fresh timestamp")
        signed = f"{id_}.{stamp}.".encode() + request.body
        fitting = "v1," + base64.b64encode(hmac.new(self.secret, signed, hashlib.sha256).digest()).decode()
        must(fitting in request.headers["webhook-signature"].split(" "), "a signature that fits")
        must(request.json["id"] == id_, "the id in the body too")
        if id_ in self.seen:
            self.duplicates += 1
        else:
            self.seen.append(id_)
        return 204, None


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
        body = self.rfile.read(length)
        if len(body) < length:
            return  # whoever sent it died in the middle
        request = Received(self.command, parts.path, parse_qs(parts.query), headers, body)
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


def must(holds: bool, what: str) -> None:
    if not holds:
        raise Mistake(f"wanted {what}")


def only(value: dict[str, Any], names: set[str]) -> None:
    if strange := set(value) - names:
        raise Mistake(f"unknown fields {sorted(strange)}")
