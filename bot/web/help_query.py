"""What a visitor of the help center asks for, as its address says: masked before anything else reads it."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bot.safety.redaction import masks_in, redact
from knowledge.models import Platform

QUERY_CHARACTERS = 300
READ_CHARACTERS = 2048
"""How much of what was typed is searched for secrets: the words that are kept, and as much as a secret that begins
among them may have behind them. That takes some 15 ms at worst; what is behind it is never read."""
SECTION_CHARACTERS = 100
PAGE_DIGITS = 4

_UNSHOWN = {"Cc", "Cs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpQuery:
    """A page of the help center: search results when there are words, else a section, else its front page."""

    words: str = ""
    """On one line, every secret masked, at most QUERY_CHARACTERS."""
    section: str = ""
    """Empty for all sections."""
    platform: Platform = Platform.ANY
    page: int = 1
    is_rewritten: bool = False
    """Whether the words were masked or shortened: then the address that the browser shows should be `address()`."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The kinds of secrets that were masked, now or before, as a visitor reads them."""
        return tuple(dict.fromkeys(finding.kind.described for finding in masks_in(self.words)))

    def address(self, **changes: object) -> str:
        """The address of this page, or of one that differs by `changes`; another one begins with its first page."""
        other = replace(self, **{"page": 1, **changes}) if changes else self  # type: ignore[arg-type]
        fields = {
            "q": other.words,
            "section": other.section,
            "platform": "" if other.platform is Platform.ANY else other.platform.value,
            "page": "" if other.page == 1 else str(other.page),
        }
        chosen = urlencode({name: value for name, value in fields.items() if value}, errors="replace")
        return f"/help/?{chosen}" if chosen else "/help/"


def read_query(fields: Mapping[str, str]) -> HelpQuery:
    """The query in an address, whatever stands there. A platform or page that is none counts as not given."""
    typed = fields.get("q", "")
    read = typed[:READ_CHARACTERS]
    words = _shortened(redact(_one_line(redact(read).text)).text)
    page = fields.get("page", "")
    return HelpQuery(
        words=words,
        section=fields.get("section", "")[:SECTION_CHARACTERS],
        platform=_platform(fields.get("platform", "")),
        page=max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) <= PAGE_DIGITS else 1,
        is_rewritten=words != _one_line(read) or len(typed) > READ_CHARACTERS,
    )


def _shortened(words: str) -> str:
    """The first words, and no half of a mask."""
    if len(words) <= QUERY_CHARACTERS:
        return words
    masks = masks_in(words)
    space = words.rfind(" ", 0, QUERY_CHARACTERS + 1)
    end = space if space > 0 else QUERY_CHARACTERS
    end = next((mask.start for mask in masks if mask.start < end < mask.end), end)
    return words[:end].rstrip()


def _platform(name: str) -> Platform:
    return next((platform for platform in Platform if platform.value == name), Platform.ANY)


def _one_line(text: str) -> str:
    """Without control characters and lone surrogates, which no page can show."""
    shown = "".join(" " if unicodedata.category(character) in _UNSHOWN else character for character in text)
    return " ".join(shown.split())
