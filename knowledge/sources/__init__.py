"""Where articles come from: one file a kind of source, one entry in `_FILES` for each kind of file."""

from collections.abc import Callable
from pathlib import Path

from knowledge.errors import SourceError
from knowledge.sources.folder import READERS, FolderSource
from knowledge.sources.jsonl import JsonlSource
from knowledge.sources.listing import ListingSource
from knowledge.sources.missing import MissingSource
from knowledge.sources.source import Source

_FILES: dict[str, Callable[[Path], Source]] = {
    **dict.fromkeys(READERS, FolderSource),
    ".jsonl": JsonlSource,
    ".txt": ListingSource,
}


def open_source(location: str | Path) -> Source:
    """The source at a path: a folder, or a file whose ending says what it is.

    Raises SourceError when there is nothing there, an empty file, a folder without articles, or a file of no known
    kind.
    """
    path = Path(location).expanduser()
    try:
        str(path.resolve()).encode()
    except UnicodeEncodeError as error:
        raise SourceError(f"The path {str(path)!a} is no UTF-8 text: rename it.") from error
    if path.is_dir():
        source = FolderSource(path)
        source.check()
        return source
    if not path.is_file():
        raise SourceError(f"There is no file or folder {path}: check the path.")
    kind = _FILES.get(path.suffix.lower())
    if kind is None:
        raise SourceError(f"{path} is of no known kind: give a folder, or a file ending in {', '.join(_FILES)}.")
    if path.stat().st_size == 0:
        raise SourceError(f"{path} is empty: there is no article in it.")
    return kind(path)


def open_remembered(key: str, location: str) -> Source:
    """The source at a path where one was before; one that is no longer there fails when it is read, with its
    sentence."""
    try:
        return open_source(location)
    except SourceError as error:
        return MissingSource(key, str(error))
