"""A reply's Markdown as a customer sees it, with a chip behind each sentence that leads to where it stands. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from knowledge.rendering import render_html

_MARK = re.compile(r"(?<!\\)\[(\d{1,3})\](?!\()")
_BEGIN, _END = "\ue000", "\ue001"
"""Stand around the number of a place while Markdown becomes HTML; taken out of the text before."""
_TOKEN = re.compile(rf"""(<(?:"[^"]*"|'[^']*'|[^'">])*>)|{_BEGIN}(\d+)_(\d+){_END}""")
_WARNING = re.compile(
    r"<blockquote>(?=\s*(?:<[^>]*>\s*)*(?:⚠|warning|caution|important|danger|advertencia|atenci[oó]n|importante|警告|"
    r"注意|重要|تحذير|تنبيه|مهم))",
    re.IGNORECASE,
)
"""The callouts that the widget shows as warnings (static/widget/replies.js)."""
_TAG = re.compile(r"<(/?)([a-z0-9]+)")
_INLINE = {"a", "code", "em", "strong"}
_LITERAL = {"a", "code"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where sentences of a reply stand. `number` is the mark's, `key` the place's own, from 0."""

    key: int
    number: int
    article_id: str
    title: str
    heading: str
    url: str
    quote: str
    start: int
    end: int


@dataclass(slots=True)
class _Writer:
    """HTML as far as it is written, and where the sentence that is being written began."""

    places: Sequence[Place]
    prefix: str
    pieces: list[str] = field(default_factory=list)
    begin: int = 0
    depth: int = 0
    is_whole: bool = True
    """Whether no element that was open at its beginning has been closed in it."""
    literal: int = 0
    """How many elements are open in which a mark stays what it is."""

    def tag(self, text: str) -> None:
        found = _TAG.match(text)
        name, closes = (found[2], bool(found[1])) if found else ("", False)
        self.pieces.append(text)
        if name in _LITERAL:
            self.literal += -1 if closes else 1
        if name in _INLINE:
            self.depth += -1 if closes else 1
            self.is_whole = self.is_whole and self.depth >= 0
        elif name != "br":
            self.start()

    def mark(self, number: str, key: int) -> None:
        if self.literal:
            self.pieces.append(f"[{number}]")
            return
        place = self.places[key]
        if self.is_whole and self.depth == 0:
            self.pieces.insert(self.begin, f'<span class="said" data-place="{key}">')
            self.pieces += [_chip(place, self.prefix), "</span>"]
            self.start()
        else:
            self.pieces.append(_chip(place, self.prefix))

    def start(self) -> None:
        self.begin, self.depth, self.is_whole = len(self.pieces), 0, True


def places_of(citations: Sequence[Mapping[str, Any]]) -> tuple[Place, ...]:
    """Each place that is cited once, in order."""
    found: dict[tuple[str, int, int], Place] = {}
    for each in citations:
        at = (each["article_id"], each["start"], each["end"])
        names = ("number", "article_id", "title", "heading", "url", "quote", "start", "end")
        found.setdefault(at, Place(len(found), **{name: each[name] for name in names}))
    return tuple(found.values())


def sources_of(places: Sequence[Place]) -> tuple[Place, ...]:
    """The first place of each article and heading: what stands in the list below a reply."""
    found: dict[tuple[int, str], Place] = {}
    for place in places:
        found.setdefault((place.number, place.heading), place)
    return tuple(found.values())


def marked_html(
    text: str, citations: Sequence[Mapping[str, Any]], places: Sequence[Place], prefix: str = "place"
) -> Markup:
    """The reply as HTML that is safe in a page; each mark of a citation is a link to `#<prefix>-<key>`, together with
    its sentence in a span that names the place. There is one citation for each mark, in order."""
    writer = _Writer(places, prefix)
    html = render_html(_with_keys(text.replace(_BEGIN, "").replace(_END, ""), citations, places))
    at = 0
    for token in _TOKEN.finditer(html):
        if token.start() > at:
            writer.pieces.append(html[at : token.start()])
        at = token.end()
        if token[1]:
            writer.tag(token[1])
        else:
            writer.mark(token[2], int(token[3]))
    # What render_html gives passed its allow-list; beside it there are only chips and spans of ours.
    written = "".join((*writer.pieces, html[at:]))
    return Markup(_WARNING.sub('<blockquote class="warning">', written))  # noqa: S704


def _with_keys(text: str, citations: Sequence[Mapping[str, Any]], places: Sequence[Place]) -> str:
    left = list(citations)
    keys = {(place.article_id, place.start, place.end): place.key for place in places}

    def keyed(match: re.Match[str]) -> str:
        own = next(_of_number(int(match[1]), left), None)
        if own is not None:
            left.remove(own)
        found = own or next(_of_number(int(match[1]), citations), None)
        if found is None:
            return match[0]
        return f"{_BEGIN}{match[1]}_{keys[found['article_id'], found['start'], found['end']]}{_END}"

    return _MARK.sub(keyed, text)


def _of_number(number: int, citations: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (each for each in citations if each["number"] == number)


def _chip(place: Place, prefix: str) -> str:
    where = " › ".join(part for part in (place.title, place.heading) if part)
    return (
        f'<a class="chip" href="#{prefix}-{place.key}" data-place="{place.key}" '
        f'aria-label="{escape(f"Source {place.number}: {where}")}">{place.number}</a>'
    )
