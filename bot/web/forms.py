"""What an HTML form sends (application/x-www-form-urlencoded), read as strictly as JSON is."""

from typing import TypeVar
from urllib.parse import parse_qsl

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.web.schemas import Wire

MOST_FIELDS = 20

Form = TypeVar("Form", bound=Wire)


async def read_form(request: Request, kind: type[Form]) -> Form:
    """The fields of a form. A field that is missing, wrong or not known is refused as in JSON (422), what is no form
    with 400."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise HTTPException(400)
    try:
        text = (await request.body()).decode("ascii")
        fields = dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise HTTPException(400) from error
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        wrong = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_input=False)]
        raise RequestValidationError(wrong) from error
