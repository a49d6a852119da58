"""The widget's files as they are sent: read once, compressed once, under a version that changes with any of them."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from bot.web.assets import COMMENTS, Asset, asset, static_assets
from bot.web.pages import STATIC_FOLDER

FOLDER = STATIC_FOLDER / "widget"
PANEL = "widget/panel.js"
LOADER = FOLDER / "loader.js"
LOADER_PARTS = (*(FOLDER / "loader" / f"{name}.js" for name in ("look", "page", "connection", "widget")), LOADER)
"""What the loader is made of, each after what it imports."""
SHARED = ("markdown.js",)
"""Scripts of other pages that the panel imports from beside its folder."""

_MODULE_WORDS = re.compile(r"^import .*\n|^export (?=\w)", re.MULTILINE)
_COMMENTS = re.compile(rf"{COMMENTS}|^ +", re.MULTILINE)


@cache
def assets() -> Mapping[str, Asset]:
    """Every file that the frame may load, by its path below static/."""
    parts = {path.relative_to(STATIC_FOLDER).as_posix() for path in LOADER_PARTS}
    files = static_assets()
    named = [name for name in files if name in SHARED or (name.startswith("widget/") and name not in parts)]
    return MappingProxyType({name: files[name] for name in sorted(named)})


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
