"""The widget's files as they are sent: read once, compressed once, under a version that changes with any of them."""

import gzip
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from bot.web.pages import STATIC_FOLDER

FOLDER = STATIC_FOLDER / "widget"
PANEL = "widget/panel.js"
LOADER = FOLDER / "loader.js"
LOADER_PARTS = (*(FOLDER / "loader" / f"{name}.js" for name in ("look", "page", "connection", "widget")), LOADER)
"""What the loader is made of, each after what it imports."""
SHARED = ("events.js", "markdown.js")
"""Scripts of other pages that the panel imports from beside its folder."""

_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_MODULE_WORDS = re.compile(r"^import .*\n|^export (?=\w)", re.MULTILINE)
_COMMENTS = re.compile(r"^ */\*\*[\s\S]*?\*/ *\n|^ *//.*\n|^ +|\n(?=\n)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    compressed: bytes
    media_type: str
    tag: str
    """Its ETag."""


def asset(name: str, text: str) -> Asset:
    """A file of this name (which decides its media type) with this text."""
    body = text.encode()
    suffix = name[name.rfind(".") :]
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Asset(body, gzip.compress(body, 9, mtime=0), _MEDIA_TYPES[suffix], tag)


@cache
def assets() -> Mapping[str, Asset]:
    """Every file that the frame may load, by its path below static/."""
    files = [STATIC_FOLDER / name for name in SHARED] + [
        path for path in FOLDER.rglob("*.*") if path not in LOADER_PARTS
    ]
    named = {path.relative_to(STATIC_FOLDER).as_posix(): path for path in files if path.suffix in _MEDIA_TYPES}
    return MappingProxyType({name: asset(name, named[name].read_text(encoding="utf-8")) for name in sorted(named)})


@cache
def version() -> str:
    """Stands in the addresses of the files, so that a browser may keep them for good."""
    digest = hashlib.sha256()
    for name, each in assets().items():
        digest.update(f"{name} {each.tag}\n".encode())
    return digest.hexdigest()[:12]


@cache
def loader() -> Asset:
    """The loader: its parts in one classic script, without their comments, as other people's pages get it."""
    return asset(LOADER.name, joined(path.read_text(encoding="utf-8") for path in LOADER_PARTS))


def joined(modules: Iterable[str]) -> str:
    """Modules that import nothing but names of those before them, as one classic script of their own scope.

    Comments are taken out where they are lines of their own, and so is indentation, in strings of several lines too.
    """
    bare = (_COMMENTS.sub("", _MODULE_WORDS.sub("", module)).strip() for module in modules)
    return "\n".join(("(() => {", '"use strict";', *bare, "})();\n"))
