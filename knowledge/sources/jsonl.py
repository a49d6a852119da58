"""A file of JSON rows, one article a line, as a source."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.errors import ArticleError, SourceError
from knowledge.models import Article, Rejected
from knowledge.parsing.characters import clean_characters
from knowledge.parsing.front_matter import read_front_matter
from knowledge.parsing.html import MarkupRejected
from knowledge.sources.folder import LARGEST, MEGABYTE, decode, html_body, markdown_body, unreadable_html
from knowledge.sources.ids import Ids

_SAME_AS = {"_id": "id", "updated": "updated_at", "published": "published_at"}


class JsonlSource:
    """Rows with `id` or `_id`, `title`, `text` (Markdown) or `html`, and the fields of front matter.

    `updated` stands for `updated_at`, `published` for `published_at`.
    `"internal": true` makes a row's audience internal, whatever else it says; a value but true and false rejects it,
    lest it be shown. An empty line is passed over.
    """

    complete = True

    def __init__(self, location: Path) -> None:
        self._path = location.resolve()
        self.key = f"jsonl:{self._path}"

    def read(self) -> Iterator[Article | Rejected]:
        """The rows' articles in order, with "line 12" as origin. Raises SourceError when the file cannot be read."""
        ids = Ids()
        try:
            for number, line in self._lines():
                origin = f"line {number}"
                try:
                    yield self._article(line, origin, ids)
                except ArticleError as error:
                    yield Rejected(self.key, origin, f"{self._path.name}: {error}")
        except OSError as error:
            raise SourceError(
                f"{self._path} cannot be read ({error.strerror}): check the path and its permissions."
            ) from error

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Each line that is not blank with its number; of one that is too long only enough to see that it is."""
        with self._path.open("rb") as file:
            number = 0
            while line := file.readline(LARGEST + 2):
                number += 1
                if line.strip():
                    yield number, line
                while not line.endswith(b"\n") and (line := file.readline(LARGEST)):
                    pass

    def _article(self, line: bytes, origin: str, ids: Ids) -> Article:
        if len(line.rstrip(b"\n")) > LARGEST:
            raise ArticleError(
                f"{origin} has more than {LARGEST // MEGABYTE} MB, which is the limit: split the article."
            )
        row = _row(line, origin)
        front = read_front_matter(row, origin)
        if front.id is None:
            raise ArticleError(f'{origin} has no "id": give each row one that never changes.')
        try:
            title, body = _text(row, front.title, origin)
        except (RecursionError, MarkupRejected) as error:
            raise unreadable_html(origin, error) from error
        if not body:
            raise ArticleError(f'{origin} has no text: give it as "text" (Markdown) or "html".')
        title = clean_characters(front.title or title or "") or front.id
        article_id = ids.own(front.id, origin)
        return Article(id=article_id, title=title, body=body, source=self.key, origin=origin, **front.fields())


def _row(line: bytes, origin: str) -> dict[str, Any]:
    try:
        row = json.loads(decode(line, origin))
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"{origin} is not valid JSON ({error}): each line holds one JSON object.") from error
    if not isinstance(row, dict):
        raise ArticleError(f"{origin} is no JSON object: each line holds one, in braces.")
    row = {**{name: row[other] for other, name in _SAME_AS.items() if other in row}, **row}
    internal = row.get("internal")
    if internal not in (None, True, False):
        raise ArticleError(f'{origin} has an "internal" that is neither true nor false: write one of the two.')
    if internal:
        row["audience"] = "internal"
    return row


def _text(row: dict[str, Any], front_title: str | None, origin: str) -> tuple[str | None, str]:
    text, html = row.get("text") or "", row.get("html") or ""
    if not isinstance(text, str) or not isinstance(html, str):
        raise ArticleError(f'{origin} has a "text" or "html" that is no string: put the article\'s text into it.')
    return markdown_body(text, front_title) if text.strip() else html_body(html, front_title)
