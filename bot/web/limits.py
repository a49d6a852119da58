"""How much a request may send. (FastAPI's own limit refuses in plain text, not in the shape of every error.)"""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.errors import error_response

BODY_BYTES = 256 * 1024

CODE = "request_too_large"
SENTENCE = f"The request's body is larger than {BODY_BYTES // 1024} KiB. Send less at once."


class BodyLimit:
    """Refuses a body over 256 KiB with 413: at once when it is announced, otherwise as soon as too much has come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced(scope) > BODY_BYTES:
            await error_response(413, CODE, SENTENCE)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > BODY_BYTES:
                raise HTTPException(413, SENTENCE)
            return message

        await self._app(scope, counted, send)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])  # enough digits to be too many
    return 0
