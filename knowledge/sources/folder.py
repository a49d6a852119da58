"""A folder of Markdown and HTML files, or one such file, as a source."""

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from knowledge.errors import ArticleError, SourceError
from knowledge.models import Article, Rejected
from knowledge.parsing.characters import clean_characters
from knowledge.parsing.front_matter import FrontMatter, read_front_matter, split_front_matter
from knowledge.parsing.html import MarkupRejected, html_title, html_to_markdown
from knowledge.parsing.html_tree import same_title
from knowledge.parsing.markdown import normalise_markdown, split_title
from knowledge.sources.ids import Ids

MEGABYTE = 1_000_000
LARGEST = 5 * MEGABYTE


class FolderSource:
    """The `.md`, `.html` and `.htm` files of a folder and the folders in it, or a single file.

    An article's id is the front matter's, else its path without the ending; its title the front matter's, else the
    first heading of level 1 (which then leaves the body), else an HTML page's `title`, else the file's name. Hidden
    files and folders are passed over.
    """

    complete = True

    def __init__(self, location: Path) -> None:
        self._root = location.resolve()
        self._single = self._root.is_file()
        self.key = f"{'file' if self._single else 'folder'}:{self._root}"

    def read(self) -> Iterator[Article | Rejected]:
        """The files' articles in the order of their paths. Raises SourceError when there is no file to read."""
        ids = Ids()
        for path in self._paths():
            origin = self._origin(path)
            try:
                yield self._article(path, origin, ids)
            except ArticleError as error:
                yield Rejected(self.key, origin, str(error))

    def check(self) -> None:
        """Raises SourceError when there is no file to read."""
        self._paths()

    def _paths(self) -> list[Path]:
        if self._single:
            return [self._root]
        if not self._root.is_dir():
            raise SourceError(f"The folder {self._root} is not there: check the path.")
        found = []
        for folder, names, files in os.walk(self._root, onerror=_unreadable):
            names[:] = [name for name in names if not name.startswith(".")]
            links = [name for name in names if (Path(folder) / name).is_symlink()]
            found += [Path(folder) / name for name in (*files, *links) if not name.startswith(".")]
        paths = sorted(
            path for path in found if path.suffix.lower() in READERS or (path.is_dir() and self._leads_out(path))
        )
        if not paths:
            raise SourceError(
                f"The folder {self._root} holds no article: put files ending in {', '.join(READERS)} into it."
            )
        return paths

    def _leads_out(self, path: Path) -> bool:
        return path.is_symlink() and not path.resolve().is_relative_to(self._root)

    def _origin(self, path: Path) -> str:
        name = path.name if self._single else path.relative_to(self._root).as_posix()
        return name.encode("utf-8", "replace").decode()

    def _article(self, path: Path, origin: str, ids: Ids) -> Article:
        if not self._single and self._leads_out(path):
            raise ArticleError(
                f"{origin} is a link that leads out of the folder: copy what it points to into the folder."
            )
        values, text = split_front_matter(read_text(path, origin), origin)
        front = read_front_matter(values, origin)
        try:
            title, body = READERS[path.suffix.lower()](text, front)
        except (RecursionError, MarkupRejected) as error:
            raise unreadable_html(origin, error) from error
        if not body:
            raise ArticleError(f"{origin} has no text below its title: write one, or remove the file.")
        words = Path(origin).with_suffix("").as_posix()
        article_id = ids.own(front.id, origin) if front.id else ids.derived(words, origin)
        name = re.sub(r"[-_\s]+", " ", path.stem).strip()
        title = clean_characters(front.title or title or name) or article_id
        return Article(id=article_id, title=title, body=body, source=self.key, origin=origin, **front.fields())


def read_text(path: Path, origin: str) -> str:
    """The file's text. Raises ArticleError when it is too large, no UTF-8 text, or cannot be read."""
    try:
        status = path.stat()
        if stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode):
            raise ArticleError(f"{origin} is a pipe or a socket, not a file: take it out of the folder.")
        size = status.st_size
        if size > LARGEST:
            raise ArticleError(
                f"{origin} has {size / MEGABYTE:.3g} MB; the limit is {LARGEST // MEGABYTE} MB: split it."
            )
        data = path.read_bytes()
    except OSError as error:
        raise ArticleError(
            f"{origin} cannot be read ({error.strerror}): check the file and its permissions."
        ) from error
    return decode(data, origin)


def unreadable_html(origin: str, error: RecursionError | MarkupRejected) -> ArticleError:
    """The sentence about an article whose HTML is nested too deep, or is none."""
    if isinstance(error, RecursionError):
        return ArticleError(f"{origin} has elements nested too deep to read: simplify its HTML.")
    return ArticleError(f"{origin} has HTML that cannot be read ({error}): mend it there.")


def decode(data: bytes, origin: str) -> str:
    """The bytes as text, without a byte order mark. Raises ArticleError when they are no UTF-8 text."""
    if b"\0" in data:
        raise ArticleError(f"{origin} is a binary file, whatever its name says: give it as Markdown or HTML text.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArticleError(f"{origin} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error


def markdown_body(text: str, front_title: str | None) -> tuple[str | None, str]:
    """The title that a Markdown text has, and its body in normal form."""
    body = normalise_markdown(text)
    title, rest = split_title(body)
    if title is not None and (front_title is None or same_title(title, front_title)):
        return title, rest
    return None, body


def html_body(html: str, front_title: str | None) -> tuple[str | None, str]:
    """The title that a page has, and its body in normal form."""
    title = front_title or html_title(html)
    return title, normalise_markdown(html_to_markdown(html, title))


def _markdown(text: str, front: FrontMatter) -> tuple[str | None, str]:
    return markdown_body(text, front.title)


def _html(text: str, front: FrontMatter) -> tuple[str | None, str]:
    return html_body(text, front.title)


READERS: dict[str, Callable[[str, FrontMatter], tuple[str | None, str]]] = {
    ".md": _markdown,
    ".html": _html,
    ".htm": _html,
}


def _unreadable(error: OSError) -> None:
    raise SourceError(f"The folder {error.filename} cannot be read ({error.strerror}): check its permissions.")
