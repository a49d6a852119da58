"""One JSON line for each request, on standard error: who asked for what and how long it took, never what was said."""

import logging
import re
import secrets
import sys
import time
import traceback
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.safety.redaction import redact
from bot.web.errors import INTERNAL_CODE, INTERNAL_SENTENCE, error_response

PATH_CHARACTERS = 200
READ_CHARACTERS = 4096
"""How much of a path is searched for secrets; what is behind it is never logged."""
FRAMES = 8

_log = structlog.get_logger("footnote.web")

_ONE_TIME_LOGIN = re.compile(r"(?<=/login/).+", re.DOTALL)
"""In a path under /console: who reads it may enter."""


def failure(error: BaseException) -> dict[str, Any]:
    """What may be logged of an error: its kind and where it was raised. Its message may hold what a customer wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return {
        "error": type(error).__name__,
        "raised_at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def configure_logs(level: str) -> None:
    """Send the log of this process, libraries included, to standard error as JSON lines from `level` up."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_message_of_error,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Other people's libraries tell too much below warnings (an HTTP client, for one, its URLs).
    root.setLevel(max(number, logging.WARNING))
    logging.getLogger("footnote").setLevel(number)


def _without_message_of_error(
    _logger: object, _method: str, entry: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    error = entry.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    return {**entry, **failure(error)} if isinstance(error, BaseException) else entry


def _loggable(path: str) -> str:
    """A path without secrets, and not too long."""
    if path.lower().lstrip("/").startswith("console"):
        path = _ONE_TIME_LOGIN.sub("[login removed]", path)
    return redact(path[:READ_CHARACTERS]).text[:PATH_CHARACTERS]


class RequestLog:
    """Logs every request under an id (the answer's `X-Request-Id`) and turns what nobody expected into a 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, started, status = secrets.token_hex(8), time.perf_counter(), 0

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, note_status)
            except Exception as error:  # noqa: BLE001 - the last floor: answered as a 500 and logged without its message
                _log.error("unexpected", **failure(error))
                if not status:
                    answer = error_response(500, INTERNAL_CODE, INTERNAL_SENTENCE)
                    await answer(scope, receive, note_status)
            finally:
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                path = _loggable(scope["path"])
                _log.info("request", method=scope["method"], path=path, status=status, milliseconds=milliseconds)
