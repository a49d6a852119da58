"""Which section of an article answers a question: the best passage's, unless its heading is about something else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.models import Hit
from embeddings.terms import terms
from knowledge.structure import Block, BlockKind

OFF_TOPIC_HEADING = 0.12
"""Taken from a section none of whose last heading's terms stands in the question: "If you lost your phone" must not
answer for it."""
STEPS_FOR_HOW_TO = 0.25
"""Given to a section with steps when the question asks how to do something and the section is near the best."""
NEAR_THE_BEST = 0.12

_HOW_TO = re.compile(
    r"^\W*(please )?(how (do|can|could|should|would|must) (i|we|you|one)|how to|where (do|can) (i|we)|"
    r"(can|could) (i|we|you)|"
    r"what (do i|should i|must i) do to|(i )?(want|need|would like|wish|trying|try)\w* to|steps? (to|for))\b",
    re.IGNORECASE,
)
_PLATFORM_HEADING = re.compile(
    r"^\W*((on|in|with|using|from|via) )?(the |our |your )?(\w+ )?(web|website|app|mobile app|desktop|browser)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Section:
    """The blocks under one path of headings, headings left out."""

    headings: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def has_steps(self) -> bool:
        """Whether there is a step list in it."""
        return any(block.kind is BlockKind.STEP for block in self.blocks)


def sections_of(blocks: Sequence[Block]) -> tuple[Section, ...]:
    """The sections of a page in order; a heading path that comes twice is one section."""
    found: dict[tuple[str, ...], list[Block]] = {}
    for block in blocks:
        if block.kind is not BlockKind.HEADING:
            found.setdefault(block.headings, []).append(block)
    return tuple(Section(headings, tuple(inside)) for headings, inside in found.items())


def choose_section(sections: Sequence[Section], hits: Sequence[Hit], question: str) -> Section | None:
    """The section with the highest score: its best hit's, corrected for its heading and for steps. `hits` are one
    article's."""
    found = {
        number: max(scores)
        for number, section in enumerate(sections)
        if (scores := [hit.score for hit in hits if _overlaps(section, hit)])
    }
    if not found:
        return None
    asked, how_to, top = set(terms(question)), asks_how_to(question), max(found.values())

    def corrected(number: int) -> float:
        section, score = sections[number], found[number]
        instructs = how_to and section.has_steps and score >= top - NEAR_THE_BEST
        return score - OFF_TOPIC_HEADING * off_topic(section.headings, asked) + (STEPS_FOR_HOW_TO if instructs else 0.0)

    return sections[max(found, key=corrected)]


def asks_how_to(question: str) -> bool:
    """Whether the question asks how to do something."""
    return _HOW_TO.search(question) is not None


def off_topic(headings: Sequence[str], asked: set[str]) -> float:
    """Share of the last heading's terms that the question does not have; 0 without a heading and for a platform's
    name."""
    if not headings or _PLATFORM_HEADING.match(headings[-1]):
        return 0.0
    spoken = set(terms(headings[-1]))
    return len(spoken - asked) / len(spoken) if spoken else 0.0


def _overlaps(section: Section, hit: Hit) -> bool:
    return any(block.start < hit.passage.end and block.end > hit.passage.start for block in section.blocks)
