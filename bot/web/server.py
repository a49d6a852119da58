"""`footnote serve`: one process that answers until it is told to stop."""

import errno
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing, suppress

import uvicorn
from fastapi import FastAPI

from bot.assembly import now
from bot.errors import ConfigurationError
from bot.settings import Settings
from bot.signing_in import first_login
from bot.staffed import open_staffed
from bot.storage.login_links import LIFETIME
from bot.web.app import create_app
from bot.web.logs import configure_logs
from bot.web.service import Service, warm_up
from embeddings.errors import EncoderError

_OTHER_PORT = "Choose another port with PORT= (make run), --port (footnote serve) or FOOTNOTE_PORT."

LOGIN_MINUTES = int(LIFETIME.total_seconds() // 60)
STOP_SECONDS = 8
"""How long requests may still take when the server stops; a stream ends itself sooner (GRACE_SECONDS)."""


def serve(settings: Settings, say: Callable[[str], object] | None = None) -> None:
    """Serve until SIGINT or SIGTERM, then stop within ten seconds. `say` is told where (standard output, unless given).

    Raises ConfigurationError when the port is taken or the encoder cannot be loaded, and what open_staffed raises.
    """
    configure_logs(settings.log_level)
    with listening_socket(settings.host, settings.port) as listener, closing(open_staffed(settings)) as footnote:
        try:
            warm_up(footnote)
        except EncoderError as error:
            raise ConfigurationError(str(error)) from error
        login = first_login(footnote.database, settings.links_start_with, now())
        for line in where_it_serves(settings.links_start_with, login):
            (say or _say)(line)
        run_until_stopped(create_app(settings, footnote), listener)


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens; early connections wait in it. Raises ConfigurationError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except PermissionError as error:
        raise ConfigurationError(f"This user may not listen on port {port}. {_OTHER_PORT}") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigurationError(f"Port {port} on {host} is already in use. {_OTHER_PORT}") from error
        raise ConfigurationError(
            f"The address {host} cannot be listened on ({error.strerror or error}). Choose another with --host."
        ) from error
    # Connections have it from their listener. asyncio sets it only where a socket names its protocol, which these do
    # not; without it a stream's first event waits 40 ms until the client has acknowledged the head of the answer.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def where_it_serves(links_start_with: str, login: str | None = None) -> tuple[str, ...]:
    """What a person who has just started the server wants to know; `login` is a one-time login, while nobody has
    signed in yet."""
    return (
        f"Demo page:    {links_start_with}/",
        f"Help center:  {links_start_with}/help/",
        f"HTTP API:     {links_start_with}/docs",
        f"Console:      {links_start_with}/console",
        *((f"First login:  {login}", f"              It works once, for {LOGIN_MINUTES} minutes.") if login else ()),
        "Stop with Ctrl+C.",
    )


class Server(uvicorn.Server):
    """A server that tells its open streams that it is stopping, so that each can end with an event of its own."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, let requests end, stop."""
        service: Service | None = getattr(self._app.state, "service", None)
        if service is not None:
            service.stopping.set()
        await super().shutdown(sockets)


def server_for(app: FastAPI) -> Server:
    """A server whose requests are logged by the application itself."""
    return Server(
        uvicorn.Config(
            app,
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        ),
        app,
    )


def run_until_stopped(app: FastAPI, listener: socket.socket) -> None:
    """Serve the application on a listening socket until SIGINT or SIGTERM. Call it in the main thread."""
    # uvicorn raises the signal again once it has stopped; without a handler that would end the process as killed.
    before = signal.signal(signal.SIGTERM, _already_stopped)
    try:
        with suppress(KeyboardInterrupt):
            server_for(app).run(sockets=[listener])
    finally:
        signal.signal(signal.SIGTERM, before)


def _already_stopped(_signal: int, _frame: object) -> None:
    """Nothing is left to do."""


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
