"""Every failure in one shape: `{"error": {"code", "message"}}`, and the status that goes with it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.errors import ConfigurationError, FootnoteError, IndexUnavailable, StorageError, TooManyRequests
from bot.web.schemas import ErrorOut, well_formed

RETRY_SECONDS = 5
FIELD_CHARACTERS = 80

_log = structlog.get_logger("footnote.web")

INTERNAL_CODE = FootnoteError.code
INTERNAL_SENTENCE = "Something went wrong on our side. Try again in a moment."

_SENTENCES_FOR_CUSTOMERS = {
    IndexUnavailable.code: "The help center is being prepared and cannot be searched yet. Try again in a moment.",
    StorageError.code: "Messages cannot be stored at the moment. Try again in a moment.",
    ConfigurationError.code: INTERNAL_SENTENCE,
    INTERNAL_CODE: INTERNAL_SENTENCE,
}
"""Errors whose own sentence is for the operator (it names files and settings): that one is logged, this one is sent."""

_HTTP_ERRORS = {
    400: ("bad_request", "The request cannot be read. Send one JSON object in UTF-8."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("request_too_large", "The request is too large. Send less at once."),
}


class ServerRestarting(FootnoteError):
    """The server stops before an answer is ready."""

    code = "server_restarting"
    status = 503


class NotReady(FootnoteError):
    """The server runs and cannot answer yet."""

    code = "not_ready"
    status = 503


def documented_errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these statuses, in the shape of every error."""
    return {status: {"model": ErrorOut, "description": _MEANINGS[status]} for status in statuses}


_MEANINGS = {
    401: "The token is missing or is not this conversation's, or an identity token is not good.",
    403: "No site has this key, or it may not be used from this page.",
    404: "There is no such conversation.",
    409: "Somebody else has the conversation, or a person has been called already, or it is another customer's.",
    413: "The message or the request is too long.",
    422: "The request does not have the documented form, or the message is empty.",
    429: "Too much was sent in a short time; `Retry-After` says in how many seconds to try again.",
    500: "An error of the server.",
    503: "The server cannot answer at the moment.",
}


def described(error: FootnoteError) -> tuple[str, str]:
    """Code and sentence of an error as a customer sees it; the operator's sentence is logged when it is another one."""
    sentence = _SENTENCES_FOR_CUSTOMERS.get(error.code)
    if sentence is None:
        return error.code, str(error)
    _log.error("refused", code=error.code, sentence=str(error))
    return error.code, sentence


def retryable(error: FootnoteError) -> bool:
    """Whether the same request may succeed later."""
    return error.status >= 500 or error.status == 429


def error_body(code: str, message: str) -> dict[str, dict[str, str]]:
    """The JSON of every error."""
    return {"error": {"code": code, "message": message}}


def error_response(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as an HTTP answer; 401, 429 and 503 say how to go on in their headers."""
    more = dict(headers or {})
    if status == 401:
        more["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        more.setdefault("Retry-After", str(RETRY_SECONDS))
    return JSONResponse(error_body(code, message), status, more)


def install_error_handlers(app: FastAPI) -> None:
    """Translate what routes and the framework raise. What nobody expected is the request log's (bot/web/logs.py)."""
    app.add_exception_handler(FootnoteError, _footnote_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)


async def _footnote_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, FootnoteError):
        raise error
    wait = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyRequests) else None
    return error_response(error.status, *described(error), wait)


async def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    return error_response(422, "invalid_request", validation_sentence(error.errors()))


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    otherwise = ("bad_request" if error.status_code < 500 else INTERNAL_CODE, "The request cannot be answered.")
    code, message = _HTTP_ERRORS.get(error.status_code, otherwise)
    return error_response(error.status_code, code, message, error.headers)


def validation_sentence(errors: Sequence[Mapping[str, Any]]) -> str:
    """One sentence that names the first field that is wrong, without repeating its value."""
    first = errors[0]
    place = [str(part) for part in first["loc"][1:] if part != "body"]
    name = _shown(".".join(place))
    match first["type"]:
        case "json_invalid":
            return "The body is not valid JSON. Send one JSON object in UTF-8."
        case "missing" if not place:
            return "The body is missing. Send one JSON object with content-type application/json."
        case "missing":
            return f"The field {name} is missing."
        case "extra_forbidden":
            return f"The field {name} is not known. Leave it out."
    what = f"field {name}" if place else "body"
    reason = str(first["msg"])
    return f"The {what} is not valid: {reason[:1].lower()}{reason[1:]}."


def _shown(name: str) -> str:
    """A field's name as sent, fit for a sentence: on one line and not too long."""
    clean = re.sub(r"[\x00-\x1f\x7f]+", " ", str(well_formed(name)))
    return clean if len(clean) <= FIELD_CHARACTERS else clean[:FIELD_CHARACTERS] + "…"
