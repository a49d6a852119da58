"""/docs: the HTTP interface as a page, made from the same OpenAPI description that /openapi.json serves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.web.admission import RunningAdmission
from bot.web.pages import page

router = APIRouter(include_in_schema=False)

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of a body: dotted name (`reply.citations[].url`), type in words, whether it must be there, and help."""

    name: str
    type: str
    required: bool
    help: str


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """A possible answer of an operation; `fields` are empty for the shape that every error has."""

    status: str
    media_types: tuple[str, ...]
    help: str
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    help: str
    needs_token: bool
    request: tuple[FieldRow, ...]
    responses: tuple[ResponseRow, ...]


@router.api_route("/docs", methods=["GET", "HEAD"])
async def reference(request: Request, admission: RunningAdmission) -> HTMLResponse:
    """The reference of the HTTP interface."""
    description = request.app.openapi()
    return page(
        "reference.html",
        site=admission.sites.shown,
        title=description["info"]["title"],
        operations=tuple(operations(description)),
    )


def operations(description: Schema) -> Iterator[Operation]:
    """Every operation of an OpenAPI description, in its order."""
    for path, methods in description["paths"].items():
        for method, details in methods.items():
            body = details.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            yield Operation(
                method=method.upper(),
                path=path,
                help=details.get("description", details.get("summary", "")),
                needs_token=bool(details.get("security")),
                request=tuple(_fields(body, description)),
                responses=tuple(_responses(details["responses"], description)),
            )


def _responses(responses: Schema, description: Schema) -> Iterator[ResponseRow]:
    for status, response in sorted(responses.items()):
        content = response.get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        fields = tuple(_fields(schema, description)) if status.startswith("2") else ()
        yield ResponseRow(status, tuple(content), response.get("description", ""), fields)


def _fields(schema: Schema, description: Schema, above: str = "") -> Iterator[FieldRow]:
    resolved = _resolved(schema, description)
    required = resolved.get("required", ())
    for name, found in resolved.get("properties", {}).items():
        one = _resolved(found, description)
        help_text = found.get("description") or one.get("description", "")
        yield FieldRow(above + name, _type(one, description), name in required, help_text)
        inner, mark = (one["items"], "[].") if one.get("type") == "array" else (one, ".")
        yield from _fields(inner, description, above + name + mark)


def _resolved(schema: Schema, description: Schema) -> Schema:
    """The schema with its reference followed; of a choice with null, the other one, marked `nullable`."""
    if reference := schema.get("$ref"):
        found: Schema = description["components"]["schemas"][reference.rsplit("/", 1)[1]]
        return found
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    if len(choices) == 1:
        return {**_resolved(choices[0], description), "nullable": True}
    return schema


def _type(schema: Schema, description: Schema) -> str:
    if "enum" in schema:
        words = " | ".join(map(str, schema["enum"]))
    elif schema.get("type") == "array":
        words = f"list of {_type(_resolved(schema['items'], description), description)}"
    else:
        words = schema.get("format") or schema.get("type", "any")
    return f"{words} or null" if schema.get("nullable") else words
