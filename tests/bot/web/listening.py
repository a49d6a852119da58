"""A client of live events: a socket of its own, so that it can be cut at any byte, and slow if it likes."""

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Heard:
    """An event, and when it came."""

    name: str
    id: int | None
    data: Any
    at: float


class EventReader:
    """Events out of bytes; what is not complete is kept back, and lost when nothing follows."""

    def __init__(self) -> None:
        self._rest = b""
        self.comments = 0
        self.retry: int | None = None

    def feed(self, data: bytes) -> list[Heard]:
        *blocks, self._rest = (self._rest + data).split(b"\n\n")
        return [heard for block in blocks if (heard := self._event(block.decode()))]

    def _event(self, block: str) -> Heard | None:
        fields: dict[str, str] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            self.comments += name == ""
            fields[name] = value.removeprefix(" ")
        if "retry" in fields:
            self.retry = int(fields["retry"])
        if "event" not in fields:
            return None
        id_ = int(fields["id"]) if "id" in fields else None
        return Heard(fields["event"], id_, json.loads(fields["data"]), time.monotonic())


def connect(
    address: str, path: str, headers: Mapping[str, str], receive_buffer: int | None = None
) -> tuple[socket.socket, bytes, bytes]:
    """An open stream: its socket, its head, and what came with the head. HTTP/1.0, so that the body is not cut up."""
    url = urlsplit(address)
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(20)
    connection.connect((url.hostname, url.port))
    lines = [f"GET {path} HTTP/1.0", f"Host: {url.netloc}", *(f"{name}: {value}" for name, value in headers.items())]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    got = b""
    while b"\r\n\r\n" not in got:
        data = connection.recv(4096)
        assert data, f"closed after {got!r}"
        got += data
    head, _, rest = got.partition(b"\r\n\r\n")
    return connection, head, rest


class Listener:
    """Listens in a thread until the stream ends or it is cut."""

    def __init__(self, address: str, path: str, headers: Mapping[str, str]) -> None:
        self.heard: list[Heard] = []
        self.ended_at: float | None = None
        self.reader = EventReader()
        self._changed = threading.Condition()
        self._socket, self.head, rest = connect(address, path, headers)
        self._socket.settimeout(None)
        self._thread = threading.Thread(target=self._listen, args=[rest])
        self._thread.start()

    def _listen(self, data: bytes) -> None:
        with suppress(OSError):
            while True:
                heard = self.reader.feed(data)
                with self._changed:
                    self.heard += heard
                    self._changed.notify_all()
                data = self._socket.recv(65536)
                if not data:
                    break
        with self._changed:
            self.ended_at = time.monotonic()
            self._changed.notify_all()

    def wait(self, true: Callable[[list[Heard]], object], seconds: float = 10.0) -> list[Heard]:
        """What has been heard, once it is as wished."""
        with self._changed:
            done = self._changed.wait_for(lambda: true(self.heard), seconds)
            assert done, f"heard only {self.heard}"
            return list(self.heard)

    def wait_for(self, text: str, seconds: float = 10.0) -> Heard:
        """The message with this text, once it has come."""
        return next(
            one for one in self.wait(lambda heard: _saying(heard, text), seconds) if one in _saying([one], text)
        )

    def wait_for_end(self, seconds: float = 10.0) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.ended_at is not None, seconds), "it goes on"

    def names(self) -> list[str]:
        with self._changed:
            return [one.name for one in self.heard]

    def cut(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()


def _saying(heard: list[Heard], text: str) -> list[Heard]:
    return [one for one in heard if one.data.get("text") == text]
