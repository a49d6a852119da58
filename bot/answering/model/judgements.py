"""Whether what a model wrote stands in the article that it cites, and where. Pure, but for the check it is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.answering.model.model_prompts import Source
from bot.answering.model.model_text import Statement, addresses, has_bracketed_number
from bot.answering.model.quoting import quoted_units, units_in
from bot.answering.verification import contradiction
from knowledge.models import Passage
from knowledge.units import Unit


class Verdict(Protocol):
    """Whether a passage supports a sentence, how well (0–1), and in words why not."""

    @property
    def supported(self) -> bool:
        """Whether the sentence may be shown."""

    @property
    def score(self) -> float:
        """How well the passage supports it."""

    @property
    def why(self) -> str:
        """What speaks against it; empty when nothing does."""


SentenceCheck = Callable[[str, str, str], Verdict]
"""From a sentence, a passage (both Markdown) and what the passage is about (title and headings) to a verdict."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a statement: the quotes of each cited source that bear it out (none: it is not shown)."""

    statement: Statement
    quotes: Mapping[int, tuple[Unit, ...]]
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class _Refused:
    """The verdict on what an article contradicts."""

    why: str
    score: float = 0.0
    supported: bool = False


def judged(statement: Statement, sources: Mapping[int, Source], check: SentenceCheck) -> Judgement:
    """Which of the sources that a statement cites bear it out, and where."""
    if not statement.cited:
        return Judgement(statement, {}, 0.0, "It cites no article.")
    if has_bracketed_number(statement.plain):
        return Judgement(statement, {}, 0.0, "It shows a number in brackets.")
    foreign = [each for each in addresses(statement.plain) if not _stands(each, statement.cited, sources)]
    if foreign:
        return Judgement(statement, {}, 0.0, "It shows an address that the article does not have.")
    quotes: dict[int, tuple[Unit, ...]] = {}
    score, why = 0.0, ""
    for number in statement.cited:
        if number not in sources:
            why = why or f"There is no article {number}."
            continue
        verdict, units = _borne_out(statement.markdown, sources[number], check)
        if units:
            quotes[number] = units
        score, why = max(score, verdict.score), why or verdict.why
    return Judgement(statement, quotes, score, "" if quotes else why or "Nothing in the article can be quoted for it.")


def _borne_out(sentence: str, source: Source, check: SentenceCheck) -> tuple[Verdict, tuple[Unit, ...]]:
    """The verdict of the passage that supports the sentence best, and the units of it that do; none of them does when
    the article as a whole speaks against the sentence."""
    if why := contradiction(sentence, source.article):
        return _Refused(why), ()
    verdicts = [(check(sentence, passage.text, _about(passage)), passage) for passage in source.passages]
    verdict, passage = max(verdicts, key=lambda each: (each[0].supported, each[0].score))
    if not verdict.supported:
        return verdict, ()

    def supports(markdown: str) -> bool:
        return check(sentence, markdown, _about(passage)).supported

    return verdict, quoted_units(sentence, units_in(source.article, [passage]), source.article, supports)


def _stands(address: str, cited: Sequence[int], sources: Mapping[int, Source]) -> bool:
    known = [sources[number].passages for number in cited if number in sources]
    return any(address in passage.text for passages in known for passage in passages)


def _about(passage: Passage) -> str:
    return "\n".join(part for part in (passage.title, passage.heading) if part)


def judgement_to_json(judgement: Judgement, sources: Mapping[int, Source]) -> dict[str, Any]:
    """A judgement as JSON values, its quotes by article and offsets."""
    return {
        "sentence": judgement.statement.plain,
        "cited": list(judgement.statement.cited),
        "shown": bool(judgement.quotes),
        "score": round(judgement.score, 4),
        "why": judgement.why,
        "quotes": [
            {"article_id": sources[source].article.id, "start": unit.start, "end": unit.end}
            for source, units in judgement.quotes.items()
            for unit in units
        ],
    }
