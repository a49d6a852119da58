"""An OpenAI-compatible server on a real port that says what it is told to say, and fails in every way it is told to."""

import json
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "scripted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """A completion, piece by piece: `first_after` and `every` are seconds."""

    text: str
    piece: int = 7
    first_after: float = 0.0
    every: float = 0.0
    finish: str | None = "stop"
    usage: tuple[int, int] | None = (100, 20)
    reasoning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuses:
    """An HTTP error."""

    status: int
    retry_after: str | None = None
    message: str = "the server's own words: sk-very-secret"


@dataclass(frozen=True, slots=True)
class Hangs:
    """Nothing, for ever: before the headers, or after them and `text`. `ping` is a comment every so many seconds."""

    after_headers: bool = False
    text: str = ""
    ping: float = 0.0


@dataclass(frozen=True, slots=True)
class Cuts:
    """The connection ends after `text`: by a reset, or as if all were well but for the end of the completion."""

    text: str
    reset: bool = True


@dataclass(frozen=True, slots=True)
class Sends:
    """Raw bytes as the body of an event stream."""

    body: bytes


@dataclass(frozen=True, slots=True)
class NeverEnds:
    """The same text again and again, or one event without an end."""

    text: str
    one_event: bool = False


Script = Says | Refuses | Hangs | Cuts | Sends | NeverEnds


@dataclass(slots=True)
class ScriptedServer:
    """`enqueue` what it does, in order; look at `requests` (their JSON) and `headers` afterwards."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    script: deque[Script] = field(default_factory=deque)
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enqueue(self, *script: Script) -> None:
        self.script.extend(script)

    def forget(self) -> None:
        """Begin again: nothing to do, nothing asked. Waits until earlier clients have left."""
        until = time.monotonic() + 5
        while self.at_once and time.monotonic() < until:
            time.sleep(0.005)
        assert self.at_once == 0, "a client of an earlier test is still there"
        self.most_at_once = 0
        for kept in (self.script, self.requests, self.headers):
            kept.clear()


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    listening = _Listener(("127.0.0.1", 0), _handler(server))
    server.url = f"http://127.0.0.1:{listening.server_address[1]}/v1"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        listening.shutdown()
        listening.server_close()
        thread.join()


class _Listener(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True


def _handler(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            assert self.path == "/v1/chat/completions"
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.close_connection = True
            with server.lock:
                server.requests.append(body)
                server.headers.append({name.lower(): value for name, value in self.headers.items()})
                server.at_once += 1
                server.most_at_once = max(server.most_at_once, server.at_once)
                act = server.script.popleft()
            try:
                with suppress(BrokenPipeError, ConnectionResetError):  # a client that has had enough
                    self.act(act)
            finally:
                with server.lock:
                    server.at_once -= 1

        def act(self, act: Script) -> None:
            match act:
                case Says():
                    self.say(act)
                case Refuses():
                    error = {"error": {"message": act.message, "type": "x", "param": None, "code": None}}
                    self.refuse(act, json.dumps(error).encode())
                case Hangs():
                    if act.after_headers:
                        self.begin()
                        self.pieces(act.text, 7)
                    while not self.wait(act.ping or 0.05) and not self.is_alone():
                        if act.ping:
                            self.write(b": still here\n\n")
                case Cuts():
                    self.begin()
                    self.pieces(act.text, 7)
                    if act.reset:
                        linger = struct.pack("ii", 1, 0)
                        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                case Sends():
                    self.begin()
                    self.write(act.body)
                case NeverEnds():
                    self.begin()
                    self.write(b'data: {"choices": "' if act.one_event else b"")
                    while not server.closing.is_set():
                        if act.one_event:
                            self.write(act.text.encode() * 1000)
                        else:
                            self.event(delta=act.text)

        def say(self, act: Says) -> None:
            self.wait(act.first_after)
            self.begin()
            self.event(role="assistant")
            if act.reasoning:
                self.event(reasoning=act.reasoning)
            self.pieces(act.text, act.piece, act.every)
            self.event(finish=act.finish)
            if act.usage:
                prompt, completion = act.usage
                counted = {
                    "prompt_tokens": prompt,
                    "completion_tokens": completion,
                    "total_tokens": prompt + completion,
                }
                self.data({"choices": [], "usage": counted})
            self.write(b"data: [DONE]\n\n")

        def pieces(self, text: str, size: int, every: float = 0.0) -> None:
            for start in range(0, len(text), size):
                self.event(delta=text[start : start + size])
                self.wait(every)

        def begin(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()

        def refuse(self, act: Refuses, body: bytes) -> None:
            self.send_response(act.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if act.retry_after is not None:
                self.send_header("Retry-After", act.retry_after)
            self.end_headers()
            self.write(body)

        def event(self, delta: str = "", finish: str | None = None, role: str = "", reasoning: str = "") -> None:
            said = {"content": delta} if delta else {}
            said |= {"role": role} if role else {}
            said |= {"reasoning_content": reasoning} if reasoning else {}
            choice = {"index": 0, "delta": said, "finish_reason": finish}
            self.data({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [choice]})

        def data(self, event: dict[str, Any]) -> None:
            self.write(b"data: " + json.dumps(event).encode() + b"\n\n")

        def write(self, body: bytes) -> None:
            self.wfile.write(body)
            self.wfile.flush()

        def is_alone(self) -> bool:
            """Whether the client has left."""
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

        def wait(self, seconds: float) -> bool:
            """Whether the server is being closed."""
            return server.closing.wait(seconds) if seconds else server.closing.is_set()

    return Handler
