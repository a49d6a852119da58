"""A help center's listing page saved as text, as a source: titles, snippets, dates and view counts run together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dateutil.parser import ParserError
from dateutil.parser import parse as parse_date

from knowledge.errors import ArticleError, SourceError
from knowledge.models import Article, Rejected
from knowledge.parsing.characters import clean_characters
from knowledge.parsing.markdown import normalise_markdown
from knowledge.parsing.markup import escape_text, guard_line
from knowledge.sources.folder import read_text
from knowledge.sources.ids import Ids

_TABS = {"all": None, "faq": "faq", "announcements": "announcements", "product documents": "product-documents"}
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATE = rf"(?:\d{{1,2}} {_MONTH},? \d{{4}}|{_MONTH} \d{{1,2}},? \d{{4}})"
_PUBLISHED = re.compile(rf"Published on ?({_DATE})(?: ?Updated on ?({_DATE}))?|Updated on ?({_DATE})")
_DIGITS = re.compile(r"\d[\d,]{0,19}")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})*")
_YEAR_TITLE = re.compile(r"(?:19|20)\d\d (?=\S)")
_DIGIT_WORD = re.compile(r"(?<![\w,.])\d{1,2}[A-Z]{1,4}s?(?![\w])")
_KNOWN_DIGIT_WORDS = frozenset({"2FA", "2SV", "3D", "3DS", "24H", "24/7", "1INCH", "1099"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a listing: `line` is the number of the line that its snippet stands on, from 1."""

    line: int
    title: str
    snippet: str
    published_at: date | None
    updated_at: date | None
    views: int | None


class ListingSource:
    """The entries of a listing as articles whose body is the snippet and whose id is made from the title.

    The section is `faq` unless the tabs on the first lines name exactly one section besides All. A listing shows only
    part of a help center, so what it does not show is not gone.
    """

    complete = False

    def __init__(self, location: Path) -> None:
        self._path = location.resolve()
        self.key = f"listing:{self._path}"

    def read(self) -> Iterator[Article | Rejected]:
        """The entries in order, a line that is none as rejected. Raises SourceError for a file that is no text."""
        try:
            text = read_text(self._path, self._path.name)
        except ArticleError as error:
            raise SourceError(str(error)) from error
        section, entries = read_listing(text)
        ids = Ids()
        seen: dict[str, int] = {}
        for entry in entries:
            article = self._article(entry, section, ids, seen) if isinstance(entry, Entry) else entry
            yield article if isinstance(article, Article) else self._rejected(*article)

    def _rejected(self, line: int, sentence: str) -> Rejected:
        return Rejected(self.key, f"line {line}", f"{self._path.name}, line {line}: {sentence}")

    def _article(self, entry: Entry, section: str, ids: Ids, seen: dict[str, int]) -> Article | tuple[int, str]:
        body = normalise_markdown(guard_line(escape_text(entry.snippet)))
        if not body:
            return entry.line, f'"{_short(entry.title)}" has no snippet, so there is nothing to answer from: add one.'
        if entry.title in seen:
            return (
                entry.line,
                f'"{_short(entry.title)}" is the title of line {seen[entry.title]} too: keep one of them.',
            )
        seen[entry.title] = entry.line
        origin = f"line {entry.line}"
        article_id = ids.derived(entry.title, origin)
        return Article(
            id=article_id,
            title=entry.title,
            body=body,
            section=section,
            published_at=entry.published_at,
            updated_at=entry.updated_at,
            views=entry.views,
            source=self.key,
            origin=origin,
        )


def read_listing(text: str) -> tuple[str, list[Entry | tuple[int, str]]]:
    """The section that the tabs name, and the entries in order; for a line that is none its number and a sentence.

    The title of an entry stands at the end of the line before, behind the view count, or on a line of its own.
    """
    lines = list(enumerate(clean_characters(text).split("\n"), start=1))
    tabs = []
    while lines and (lines[0][1].strip().lower() in _TABS or not lines[0][1].strip()):
        tabs.append(_TABS.get(lines.pop(0)[1].strip().lower()))
    entries: list[Entry | tuple[int, str]] = [_unknown_tab(lines.pop(0)) for _ in range(_unknown_tabs(lines))]
    sections = {tab for tab in tabs if tab}
    section = sections.pop() if len(sections) == 1 else "faq"
    return section, [*entries, *_entries(lines, _digit_words(text))]


def _unknown_tabs(lines: list[tuple[int, str]]) -> int:
    """How many lines stand above the first title: each is short, and the title is the last line before a dated one."""
    first = next((at for at, (_, line) in enumerate(lines) if _PUBLISHED.search(line)), 0)
    short = (at for at in range(first - 1) if len(lines[at][1]) > 30 or lines[at][1].rstrip().endswith(("?", ".", "!")))
    return next(short, max(0, first - 1))


def _unknown_tab(line: tuple[int, str]) -> tuple[int, str]:
    known = ", ".join(name.capitalize() for name in _TABS)
    return line[0], f'"{line[1].strip()}" is neither a title nor a known tab ({known}): remove the line.'


def _entries(lines: list[tuple[int, str]], digit_words: frozenset[str]) -> Iterator[Entry | tuple[int, str]]:
    title, titled_on = "", 0
    snippet: list[str] = []
    for number, line in lines:
        line = line.strip()
        match = _last(line)
        if match is None:
            if title:
                snippet += [line] if line else []
            elif line:
                title, titled_on = line, number
            continue
        views, following = _views(line[match.end() :], digit_words)
        text = "\n\n".join([*snippet, line[: match.start()].strip()]).strip()
        if title:
            yield _entry(number, title, text, match, views)
        else:
            yield number, f'the entry "{_short(line)}" has no title: put its title on the line above.'
        title, titled_on, snippet = following, number, []
    if title:
        yield titled_on, f'"{_short(title)}" is followed by no "Published on" date: an entry ends with its dates.'


def _entry(number: int, title: str, snippet: str, match: re.Match[str], views: int | None) -> Entry | tuple[int, str]:
    try:
        published, updated = _day(match[1]), _day(match[2] or match[3])
    except (ParserError, ValueError):
        return number, f'"{_short(title)}" has a date that does not exist ({match.group()}): correct it.'
    return Entry(number, title, snippet, published, updated, views)


def _last(line: str) -> re.Match[str] | None:
    """The dates that end the line's entry: the last ones, as a snippet may speak of dates too."""
    found = None
    for match in _PUBLISHED.finditer(line):
        found = match
    return found


def _views(rest: str, digit_words: frozenset[str]) -> tuple[int | None, str]:
    """The count and the next title, which follow the last date without a gap (`112FA codes`: 11 views, "2FA codes")."""
    match = _DIGITS.match(rest)
    if match is None:
        return None, rest.strip()
    end = _title_start(rest, match.group(), digit_words)
    count = rest[:end].rstrip(",").replace(",", "")
    return (int(count) if count else None), rest[end:].strip()


def _title_start(rest: str, digits: str, digit_words: frozenset[str]) -> int:
    for start in range(len(digits)):
        if start and not (_GROUPED.fullmatch(digits[:start]) or digits[:start].isdecimal()):
            continue
        word = next((word for word in digit_words if rest.startswith(word, start)), "")
        if start + len(word) > len(digits) or (start and _YEAR_TITLE.match(rest, start)):
            return start
    if "," in digits:
        grouped = _GROUPED.match(digits)
        return grouped.end() if grouped else len(digits)
    return len(digits) - 1 if rest[len(digits) :].startswith(" ") else len(digits)


def _digit_words(text: str) -> frozenset[str]:
    """Words such as 2FA, which start with digits: the known ones and those that stand alone somewhere in the text."""
    return _KNOWN_DIGIT_WORDS | frozenset(_DIGIT_WORD.findall(text))


def _day(text: str | None) -> date | None:
    return parse_date(text).date() if text else None


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
