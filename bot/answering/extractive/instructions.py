"""A step list for a question, whole and in order, with what must be known before and beside it. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.extractive.article_reading import ArticleReading, ScoredSection
from bot.answering.extractive.boilerplate import refers_back
from bot.answering.extractive.question_kinds import asks_how_to
from bot.answering.extractive.sections import Quotable, Section
from knowledge.models import Platform
from knowledge.structure import BlockKind

STEPS_FOR_HOW_TO = 0.25
"""What a step list is worth more when the question asks how to do something."""
OPENING_SHARE = 0.6
"""A sentence opens the answer when its relevance is at least this share of that of the steps' topic."""
ABOUT_AS_NEAR = 0.85
MOST_STEPS = 12
MOST_CONDITIONS = 5
LONGEST_CONDITION = 40
"""Words of a sentence that may count as a condition."""

_WARNING = re.compile(r"^\W*(?:warning|important|caution|danger|attention)\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:must|required?|requires|needs? (?:to|a|an|your|the)|have to|has to|only (?:if|when|after|once)|make sure|"
    r"(?:before|until|unless) you|irreversible|permanent(?:ly)?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StepList:
    """A list of steps in its section; `beside` are the callouts around it."""

    section: Section
    steps: tuple[Quotable, ...]
    beside: tuple[Quotable, ...]
    left_out: int = 0
    """Steps at the end that are more than an answer has room for."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """How to do something: the sentence that opens, what must hold before, and the list (of each platform, when the
    customer's is not known)."""

    score: float
    opening: tuple[Quotable, ...]
    conditions: tuple[Quotable, ...]
    lists: tuple[StepList, ...]


PROSE_BEATS_STEPS, STEPS_BEAT_PROSE = 0.05, 0.1
"""Asked how to do something, prose is quoted when its best sentence scores so much higher than the best step list; else
a step list only when it scores so much higher than the best sentence."""


def steps_answer(reading: ArticleReading, steps: float, prose: float) -> bool:
    """Whether a step list of one score answers better than a sentence of another."""
    return steps >= prose + (-PROSE_BEATS_STEPS if asks_how_to(reading.question) else STEPS_BEAT_PROSE)


def choose_instructions(reading: ArticleReading) -> Instructions | None:
    """The step list that answers best; None when the article has none where a hit was found."""
    best = max(_lists(reading), key=lambda entry: entry[0], default=None)
    if best is None:
        return None
    score, section, first = best
    chosen = _step_list(section.section, first)
    lists = tuple(sorted([chosen, *_twins(reading, section)], key=lambda each: each.steps[0].unit.start))
    start = lists[0].steps[0].unit.start
    conditions = tuple(_conditions(reading, section.section, start))
    opening = _opening(reading, section, start)
    kept = tuple(each for each in conditions if each not in opening)[:MOST_CONDITIONS]
    return Instructions(score, opening, kept, lists)


def _lists(reading: ArticleReading) -> Iterator[tuple[float, ScoredSection, int]]:
    """Each step list with its score and the number of its first step."""
    how_to = asks_how_to(reading.question)
    for section in reading.sections:
        groups: dict[int, list[int]] = {}
        for number in section.of(BlockKind.STEP):
            groups.setdefault(section.section.quotables[number].unit.block.group, []).append(number)
        for numbers in groups.values():
            score = max(section.scores[number] for number in numbers)
            if how_to:
                nearest = max(section.relevance[number] for number in numbers)
                score += STEPS_FOR_HOW_TO + max(0.0, section.topic_relevance - nearest)
            yield score, section, numbers[0]


def _step_list(section: Section, first: int) -> StepList:
    group = section.quotables[first].unit.block.group
    steps = tuple(each for each in section.quotables if each.unit.block.group == group)
    beside = tuple(each for each in section.quotables if each.unit.block.kind is BlockKind.CALLOUT)
    return StepList(section, steps[:MOST_STEPS], beside, max(0, len(steps) - MOST_STEPS))


def _twins(reading: ArticleReading, chosen: ScoredSection) -> Iterator[StepList]:
    """The step list for the other platform under the same heading, when both are shown."""
    own = chosen.section
    if own.platform is Platform.ANY:
        return
    for section in reading.all_sections:
        same_place = section.headings[:-1] == own.headings[:-1] and section.topic == own.topic
        if same_place and section.platform not in (own.platform, Platform.ANY):
            steps = [place for place, each in enumerate(section.quotables) if each.unit.block.kind is BlockKind.STEP]
            if steps:
                yield _step_list(section, steps[0])


def _opening(reading: ArticleReading, chosen: ScoredSection, start: int) -> tuple[Quotable, ...]:
    """The sentence before the list that answers, if one is near enough: of the section, else of the article's
    beginning when the steps are about its title. Of sentences that are about as near the first one opens."""
    fit = [
        (section.relevance[number], section.section.quotables[number])
        for section in reading.sections
        if section.section is chosen.section or not (section.section.headings or chosen.section.topic)
        for number in section.of(BlockKind.PARAGRAPH)
    ]
    fit = [
        (relevance, each)
        for relevance, each in fit
        if each.unit.start < start and not each.unit.announces and not refers_back(each.text)
    ]
    best = max((relevance for relevance, _ in fit), default=0.0)
    if not fit or best < OPENING_SHARE * chosen.topic_relevance:
        return ()
    return (next(each for relevance, each in fit if relevance >= ABOUT_AS_NEAR * best),)


def _conditions(reading: ArticleReading, own: Section, start: int) -> Iterator[Quotable]:
    """What the article says before the steps must be known: sections about conditions, warnings, and sentences of duty
    in the paragraphs that lead to the list."""
    for section in reading.all_sections:
        if section.start >= start or _is_elsewhere(section, own):
            continue
        for each in section.quotables:
            if each.unit.start >= start or each.unit.block.kind is BlockKind.STEP:
                continue
            if section.is_about_conditions and not each.unit.announces:
                yield each
            elif each.unit.block.kind is BlockKind.CALLOUT:
                if section is not own and _WARNING.search(each.text):
                    yield each
            elif (not section.headings or section is own) and _is_duty(each):
                yield each


def _is_elsewhere(section: Section, own: Section) -> bool:
    """Whether a section with steps of its own, other than this one."""
    has_steps = any(each.unit.block.kind is BlockKind.STEP for each in section.quotables)
    return section is not own and (has_steps or section.platform is not Platform.ANY)


def _is_duty(each: Quotable) -> bool:
    return (
        each.unit.block.kind is BlockKind.PARAGRAPH
        and each.words <= LONGEST_CONDITION
        and not each.unit.announces
        and _CONDITION.search(each.text) is not None
    )


def all_quotables(instructions: Instructions) -> Sequence[Quotable]:
    """Everything quoted, in the order of the answer."""
    inside = [each for one in instructions.lists for each in (*one.steps, *one.beside)]
    return [*instructions.opening, *instructions.conditions, *inside]
