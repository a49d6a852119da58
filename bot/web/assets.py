"""Files as they are sent: read once, without what only their authors read, and compressed once."""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.pages import STATIC_FOLDER

router = APIRouter(prefix="/static", include_in_schema=False)

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
COMMENTS = r"^ */\*\*(?:(?!\*/)[\s\S])*\*/ *\n+|^ *//.*\n+|/\*\* @\w(?:(?!\*/).)*\*/ ?|\n(?=\n)"
"""What is taken out of our own scripts: comments on lines of their own, types within a line, empty lines. Strings of
several lines would lose such lines too."""

_COMMENTS = re.compile(COMMENTS, re.MULTILINE)

Accepted = Annotated[str, Header(alias="accept-encoding")]
Known = Annotated[str, Header(alias="if-none-match")]


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent, plain and compressed."""

    body: bytes
    compressed: bytes
    media_type: str
    digest: str

    @property
    def tag(self) -> str:
        """The ETag of the plain form; the compressed one has another (RFC 9110, section 8.8.3.3)."""
        return f'"{self.digest}"'

    @property
    def compressed_tag(self) -> str:
        """The ETag of the compressed form."""
        return f'"{self.digest}-gzip"'


def asset(name: str, text: str) -> Asset:
    """A file of this name (which decides its media type) with this text."""
    body = text.encode()
    media_type = MEDIA_TYPES[name[name.rfind(".") :]]
    return Asset(body, gzip.compress(body, 9, mtime=0), media_type, hashlib.sha256(body).hexdigest()[:16])


def uncommented(script: str) -> str:
    """A script of ours without its comments and types, which are a quarter of what would be sent."""
    return _COMMENTS.sub("", script)


@cache
def static_assets() -> Mapping[str, Asset]:
    """Every file below static/ by its path there."""
    files = {path.relative_to(STATIC_FOLDER).as_posix(): path for path in sorted(STATIC_FOLDER.rglob("*.*"))}
    texts = {name: path.read_text(encoding="utf-8") for name, path in files.items() if path.suffix in MEDIA_TYPES}
    return MappingProxyType(
        {name: asset(name, uncommented(text) if name.endswith(".js") else text) for name, text in texts.items()}
    )


def sent(found: Asset, accepted: str, known: str, headers: Mapping[str, str]) -> Response:
    """The answer to who accepts these encodings and has the files with the ETags `known`."""
    is_compressed = takes_gzip(accepted) and len(found.compressed) < len(found.body)
    tag = found.compressed_tag if is_compressed else found.tag
    said = {**headers, "ETag": tag, "Vary": "Accept-Encoding"}
    if found.tag in known or found.compressed_tag in known:
        return Response(status_code=304, headers=said)
    if is_compressed:
        return Response(found.compressed, headers={**said, "Content-Encoding": "gzip"}, media_type=found.media_type)
    return Response(found.body, headers=said, media_type=found.media_type)


def takes_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` allows gzip (RFC 9110, section 12.5.3)."""
    for entry in accepted.lower().split(","):
        coding, _, weight = entry.partition(";")
        if coding.strip() == "gzip":
            return re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight) is None
    return False


@router.api_route("/{name:path}", methods=["GET", "HEAD"])
async def send_static(name: str, accepted: Accepted = "", known: Known = "") -> Response:
    """A file of our own pages. A browser asks each time whether it has changed."""
    found = static_assets().get(name)
    if found is None:
        raise HTTPException(404)
    return sent(found, accepted, known, {"Cache-Control": "no-cache"})
