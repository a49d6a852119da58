"""The sections of an article with what can be quoted of them, and which of them speak to a customer."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.answering.extractive.boilerplate import is_boilerplate_heading
from bot.answering.extractive.term_sets import term_set
from bot.answering.pages import PAGES_KEPT, page_of
from knowledge.models import Platform
from knowledge.structure import Block, BlockKind
from knowledge.units import Unit, unit_text, units_of

_WORD = re.compile(r"\w")
_ON_A_PLATFORM = (
    r"(?:on|in|with|using|from|via|through) (?:the |our |your |a )?"
    r"(?:(?!authenticator|bank\w*|wallet|other|2fa|email|external)\w+ )?"
)
_APP = r"(?:mobile |phone )?app|mobile|phone|android|ios|iphone"
_WEB = r"web|web ?site|(?:web )?browser|desktop|computer|pc"
_NAMES_APP, _NAMES_WEB = (
    re.compile(
        rf"^\W*(?:{_ON_A_PLATFORM})?(?:{names})\W*$|\b{_ON_A_PLATFORM}(?:{names})\W*$|^\W*{_ON_A_PLATFORM}(?:{names})\W|"
        rf"\((?:{names})\)",
        re.IGNORECASE,
    )
    for names in (_APP, _WEB)
)
_CONDITIONS = re.compile(
    r"^\W*(?:\d+[.)]\s*)?(?:before (?:you|we|starting|your)|requirements?\b|what you(?:'|’)?(?:ll)? (?:will )?need|"
    r"prerequisites?|preparations?|conditions|you(?:'|’)?(?:ll)? (?:will )?need|eligibility|who can)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quotable:
    """A unit of a body, as a browser shows it (a row with its head), and the words of that."""

    unit: Unit
    text: str
    words: int


@dataclass(frozen=True, slots=True)
class Section:
    """What can be quoted under one path of headings, in order."""

    headings: tuple[str, ...]
    quotables: tuple[Quotable, ...]

    @property
    def start(self) -> int:
        """Where its first quotable begins."""
        return self.quotables[0].unit.start

    @property
    def platform(self) -> Platform:
        """Which platform its innermost heading that names one is about; ANY when none does."""
        return platform_of(self.headings)

    @property
    def topic(self) -> str:
        """Its innermost heading that is more than a platform's name; empty when there is none."""
        return next((heading for heading in reversed(self.headings) if not _is_platform(heading)), "")

    @property
    def is_about_conditions(self) -> bool:
        """Whether it says what must be done or given before the steps."""
        return bool(self.headings) and _CONDITIONS.match(self.headings[-1]) is not None


@lru_cache(maxsize=PAGES_KEPT)
def sections_of(body: str) -> tuple[Section, ...]:
    """The sections of a body in order, those that are about other pages left out; a heading path that comes twice is
    one section."""
    blocks = page_of(body).blocks
    found: dict[tuple[str, ...], list[Quotable]] = {}
    for block in blocks:
        if not any(map(is_boilerplate_heading, block.headings)):
            found.setdefault(block.headings, []).extend(_quotables(block, body, blocks))
    return tuple(Section(headings, tuple(inside)) for headings, inside in found.items() if inside)


def for_platform(sections: Sequence[Section], platform: Platform) -> tuple[Section, ...]:
    """The sections that a customer of the platform can use; all of them when it is not known."""
    if platform is Platform.ANY:
        return tuple(sections)
    return tuple(
        Section(section.headings, kept)
        for section in sections
        if section.platform in (platform, Platform.ANY)
        and (kept := tuple(each for each in section.quotables if _unit_platform(each) in (platform, Platform.ANY)))
    )


def platform_of(headings: Sequence[str]) -> Platform:
    """The platform that the innermost heading with one names; ANY when none does or it names both."""
    for heading in reversed(headings):
        app, web = _NAMES_APP.search(heading), _NAMES_WEB.search(heading)
        if app or web:
            return Platform.ANY if app and web else Platform.APP if app else Platform.WEB
    return Platform.ANY


def off_topic(heading: str, asked: Collection[str]) -> float:
    """Share of the heading's terms that the question does not have; 0 without terms and for a platform's name."""
    spoken = frozenset() if _is_platform(heading) else term_set(heading)
    return len(spoken.difference(asked)) / len(spoken) if spoken else 0.0


def _is_platform(heading: str) -> bool:
    named = re.sub(r"^\W*(?:steps?|instructions)\b", "", heading, flags=re.IGNORECASE)
    return platform_of((named,)) is not Platform.ANY and len(named.split()) <= 4


def _unit_platform(quotable: Quotable) -> Platform:
    """The platform that a bullet begins with the name of ("On the app: …")."""
    name, colon, _ = quotable.text[:40].partition(":")
    return platform_of((name,)) if colon and quotable.unit.block.kind is BlockKind.BULLET else Platform.ANY


def _quotables(block: Block, body: str, blocks: Sequence[Block]) -> list[Quotable]:
    found = []
    for unit in units_of(block, body):
        quote = body[unit.start : unit.end]
        if _WORD.search(quote):
            found.append(Quotable(unit, unit_text(unit, body, blocks), len(quote.split())))
    return found
