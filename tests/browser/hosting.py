"""Pages of other people, served by this process at an origin of their own, with the policy that they set."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Host:
    """Somebody's site. The pages may be changed while it runs."""

    port: int = 0
    pages: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def foreign_origin(self) -> str:
        """The same pages by a name that nobody has allowed."""
        return f"http://localhost:{self.port}"


@contextmanager
def hosting() -> Iterator[Host]:
    """A site that is empty at first; what it does not have is 404."""
    host = Host()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            body = host.pages.get(path)
            self.send_response(404 if body is None else 200)
            kind = "text/javascript" if path.endswith(".js") else "text/html"
            self._finish({**host.headers, "Content-Type": f"{kind}; charset=utf-8"}, (body or "").encode())

        def _finish(self, headers: Mapping[str, str], body: bytes) -> None:
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Nothing is written to standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    host.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
