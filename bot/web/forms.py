"""What an HTML form sends (application/x-www-form-urlencoded), read as strictly as JSON is."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.web.schemas import Wire

MOST_FIELDS = 20

Form = TypeVar("Form", bound=Wire)


async def form_pairs(request: Request, most: int = MOST_FIELDS) -> list[tuple[str, str]]:
    """The names and values of a form in their order, at most `most`; a name may come again. 400 for what is no form."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise HTTPException(400)
    try:
        text = (await request.body()).decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=most)
    except ValueError as error:
        raise HTTPException(400) from error


async def read_form(request: Request, kind: type[Form]) -> Form:
    """The fields of a form. A field that is missing, wrong or not known is refused as in JSON (422), what is no form
    with 400."""
    return form_of(dict(await form_pairs(request)), kind)


def form_of(fields: Mapping[str, object], kind: type[Form]) -> Form:
    """The fields as a form of this kind; refused as in JSON (422)."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        wrong = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_input=False)]
        raise RequestValidationError(wrong) from error
