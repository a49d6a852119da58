"""Gaps as they are shown, exported and told to scripts. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.improving.gaps import WEEKS
from bot.storage.gaps import Cause, Gap, GapQuestion, GapState, NearPassage, Source
from bot.web.console.spreadsheet import csv_text, harmless

GAPS = "/console/gaps"
CAUSES = {
    Cause.NO_ARTICLE: "No article",
    Cause.NOT_FOUND: "Article exists but was not found",
    Cause.AMBIGUOUS: "Ambiguous question",
    Cause.POLICY: "Policy",
}
ADVICE = {
    Cause.NO_ARTICLE: "No article says anything near to these questions. Write one.",
    Cause.NOT_FOUND: "An article says something near. Let it use the customers' words, or give it a title of its own.",
    Cause.AMBIGUOUS: "The questions leave open what is meant. An article that tells the cases apart may help.",
    Cause.POLICY: "These questions are for people, or only an internal article answers them.",
}
STATES = {GapState.OPEN: "Open", GapState.CLOSED: "Closed", GapState.MUTED: "Muted"}
SOURCES = {
    Source.LOW_CONFIDENCE: "not sure enough",
    Source.LOOP: "asked again and again",
    Source.POLICY: "handed over by policy",
    Source.THUMB: "thumbs down",
}
_BAR, _HEIGHT = 10, 24
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


@dataclass(frozen=True, slots=True)
class Bar:
    """A week of a trend, as a rectangle of an SVG."""

    x: int
    y: float
    width: int
    height: float


def gap_path(number: int) -> str:
    """Where a gap is shown."""
    return f"{GAPS}/{number}"


def article_path(article_id: str) -> str:
    """Where the console shows an article."""
    return f"/console/knowledge/{quote(article_id, safe='/')}"


def trend_bars(weeks: Sequence[int]) -> tuple[Bar, ...]:
    """The weeks as bars; the highest fills the height, and a week with nothing has a line."""
    most = max([*weeks, 1])
    heights = [max(1.0, round(_HEIGHT * count / most, 1)) for count in weeks]
    return tuple(
        Bar(place * _BAR, round(_HEIGHT - height, 1), _BAR - 2, height) for place, height in enumerate(heights)
    )


def trend_words(weeks: Sequence[int]) -> str:
    """A trend in words: what the last four weeks had beside the four before."""
    late, early = sum(weeks[-4:]), sum(weeks[-8:-4])
    if late == early:
        return f"steady: {late} in four weeks"
    return f"{'more' if late > early else 'fewer'}: {late} in four weeks, {early} in the four before"


def gap_json(gap: Gap) -> dict[str, Any]:
    """A gap as JSON values."""
    return {
        "number": gap.number,
        "name": gap.name,
        "cause": gap.cause.value,
        "state": gap.state.value,
        "size": gap.size,
        "unanswered": gap.unanswered,
        "weeks": list(gap.weeks),
        "examples": list(gap.examples),
        "nearest": [passage_json(passage) for passage in gap.nearest],
        "first_at": gap.first_at.isoformat(),
        "last_at": gap.last_at.isoformat(),
        "changed_at": gap.changed_at.isoformat(),
        "changed_by": gap.changed_by,
        "path": gap_path(gap.number),
    }


def passage_json(passage: NearPassage) -> dict[str, Any]:
    """A passage as JSON values."""
    return {name: getattr(passage, name) for name in passage.__slots__}


def question_json(question: GapQuestion) -> dict[str, Any]:
    """A question of a gap as JSON values."""
    return {
        "turn_id": question.turn_id,
        "question": question.question,
        "source": question.source.value,
        "asked_at": question.asked_at.isoformat(),
        "cause": question.cause.value,
        "answered": question.answered,
        "nearest": [passage_json(passage) for passage in question.nearest],
        "internal": question.internal,
    }


def gaps_csv(gaps: Iterable[Gap]) -> str:
    """The gaps as a table for spreadsheets; no text of a customer becomes a formula there."""
    header = ["gap", "name", "cause", "state", "questions", "unanswered", "first asked", "last asked"]
    header += [f"{WEEKS - 1 - week} weeks ago" for week in range(WEEKS)] + ["examples", "nearest articles"]
    rows = (
        [
            gap.number,
            gap.name,
            gap.cause.value,
            gap.state.value,
            gap.size,
            gap.unanswered,
            gap.first_at.isoformat(),
            gap.last_at.isoformat(),
            *gap.weeks,
            " | ".join(harmless(" ".join(example.split())) for example in gap.examples),
            " | ".join(dict.fromkeys(passage.article_id for passage in gap.nearest)),
        ]
        for gap in gaps
    )
    return csv_text(header, rows)


def gaps_markdown(gaps: Iterable[Gap]) -> str:
    """A stub of an article for each gap, for those who write it."""
    return "\n\n---\n\n".join(_stub(gap).strip() for gap in gaps) + "\n"


def _stub(gap: Gap) -> str:
    asked = "\n".join(f"- {_plain(example)}" for example in gap.examples)
    near = "\n".join(
        f"- {_plain(passage.title)} (`{passage.article_id}`): {_plain(passage.text)}" for passage in gap.nearest
    )
    return (
        f"# {_plain(gap.name)}\n\n"
        f"Gap {gap.number}: {gap.unanswered} of {gap.size} questions are not answered. {ADVICE[gap.cause]}\n\n"
        f"## Customers ask\n\n{asked}\n\n"
        f"## What the help center says so far\n\n{near or 'Nothing near.'}\n\n"
        f"## Answer\n\nTo be written.\n"
    )


def _plain(text: str) -> str:
    """A customer's text on one line, with no mark that Markdown reads."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
