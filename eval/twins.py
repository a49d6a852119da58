"""Whether a customer of the app is told the steps for the app: questions that twins of the sample help center answer,
asked from each platform."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.extractive.sections import platform_of
from bot.assembly import open_footnote
from bot.indexing.progress import IndexProgress
from bot.models import Answer, Citation, CustomerContext, Reply
from bot.settings import Settings
from bot.updating import SAMPLE_HELP_CENTER, build
from eval.cases import json_rows
from eval.errors import DatasetError
from knowledge.models import Platform
from knowledge.sources import open_source

TWINS_FILE = Path(__file__).with_name("datasets") / "corvane_twins.jsonl"

Ask = Callable[[str, Platform], Reply]
"""The reply to the first message of a conversation of a customer on a platform."""


@dataclass(frozen=True, slots=True)
class TwinQuestion:
    """What a customer writes. `family` are versions of one article that answer it, `fits` the one that should, by the
    platform that the customer is on; `says` is the platform that the question itself names."""

    id: str
    text: str
    family: frozenset[str]
    fits: Mapping[Platform, str]
    says: Platform | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """What came of a question asked from one platform. Whether the version fits is only known of an answer that cites
    the family, and only where one version is known to fit."""

    question: TwinQuestion
    platform: Platform
    answered: bool
    articles: frozenset[str]
    fits: bool | None
    twice: bool


@dataclass(frozen=True, slots=True)
class TwinReport:
    """The figures of the twins, over questions that were each asked from several platforms."""

    questions: int
    cited: tuple[Cited, ...]

    def to_json(self) -> dict[str, Any]:
        """Counts, and shares with their 95 % interval, by the platform that was given and over both."""
        given = [row for row in self.cited if row.platform is not Platform.ANY]
        rows = {platform.value: [row for row in self.cited if row.platform is platform] for platform in Platform}
        misses = [
            (row.platform.value, row.question.text, sorted(row.articles)) for row in self.cited if row.fits is False
        ]
        return {
            "questions": self.questions,
            "platform_given": _figures(given),
            **{name: _figures(inside) for name, inside in rows.items()},
            "cited_twice": [row.question.text for row in self.cited if row.twice],
            "unfit": misses,
        }


def measure_twins(settings: Settings, progress: IndexProgress, file: Path = TWINS_FILE) -> TwinReport:
    """Index the sample help center in a data directory of its own and ask every question as a customer would."""
    questions = read_questions(file)
    own = settings.apart(settings.data_dir / "eval" / "sample_help_center")
    footnote = open_footnote(own)

    def ask(text: str, platform: Platform) -> Reply:
        return footnote.assistant.answer(text, CustomerContext(platform=platform)).reply

    try:
        build(footnote, [open_source(SAMPLE_HELP_CENTER)], progress, rebuild=footnote.current_generation() is None)
        progress.stage("Questions about twins", len(questions) * len(Platform))
        return ask_all(questions, ask, progress)
    finally:
        footnote.close()


def ask_all(questions: Sequence[TwinQuestion], ask: Ask, progress: IndexProgress) -> TwinReport:
    """Every question from every platform, and from none that is known."""
    families = frozenset(question.family for question in questions)
    cited = []
    for question in questions:
        for platform in Platform:
            cited.append(judged(question, platform, ask(question.text, platform), families))
            progress.advance(1)
    return TwinReport(len(questions), tuple(cited))


def judged(question: TwinQuestion, platform: Platform, reply: Reply, families: Iterable[frozenset[str]]) -> Cited:
    """What a reply cites; `families` are all those of which no two articles should be cited together."""
    if not isinstance(reply, Answer):
        return Cited(question, platform, False, frozenset(), None, False)
    articles = frozenset(citation.article_id for citation in reply.citations)
    twice = any(len(articles & family) > 1 for family in families)
    wanted = question.fits.get(platform)
    fits = None
    if wanted and articles & question.family:
        on = question.says or platform
        fits = articles & question.family == {wanted} and not any(_is_for_other(each, on) for each in reply.citations)
    return Cited(question, platform, True, articles, fits, twice)


def read_questions(file: Path = TWINS_FILE) -> tuple[TwinQuestion, ...]:
    """The questions of a JSON Lines file with `_id`, `text`, `family`, `fits` and perhaps `says`. DatasetError when one
    cannot be read."""
    return tuple(_question(row, file) for row in json_rows(file, ("_id", "text")))


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), which is honest also when all of them are right; (0, 1) for n = 0."""
    if not n:
        return 0.0, 1.0
    z = 1.959964
    share, scale = right / n, 1 + z * z / n
    middle = (share + z * z / (2 * n)) / scale
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    return max(0.0, middle - half), min(1.0, middle + half)


def _question(row: Mapping[str, Any], file: Path) -> TwinQuestion:
    try:
        fits = {Platform(name): str(id_) for name, id_ in row["fits"].items()}
        says = Platform(row["says"]) if "says" in row else None
        family = frozenset(map(str, row["family"]))
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise DatasetError(
            f'The question {row["_id"]} of {file} needs a list "family" and an object "fits" from web, app or any to '
            f"an article's id: {error}."
        ) from error
    if not set(fits.values()) <= family:
        raise DatasetError(f'The question {row["_id"]} of {file} has an article under "fits" that is not in "family".')
    return TwinQuestion(row["_id"], row["text"], family, fits, says)


def _is_for_other(citation: Citation, platform: Platform) -> bool:
    """Whether the section that is cited says that it is for the platform that the customer is not on."""
    named = platform_of(citation.heading.split(" › "))
    return named is not platform and Platform.ANY not in (named, platform)


def _figures(rows: Sequence[Cited]) -> dict[str, Any]:
    judged_rows = [row for row in rows if row.fits is not None]
    fitting, twice = sum(row.fits is True for row in judged_rows), sum(row.twice for row in rows)
    answered = [row for row in rows if row.answered]
    return {
        "asked": len(rows),
        "answered": len(answered),
        "cited_the_family": sum(bool(row.articles & row.question.family) for row in answered),
        "version_fits": _share(fitting, len(judged_rows)),
        "family_cited_twice": _share(twice, len(answered)),
    }


def _share(right: int, n: int) -> dict[str, Any]:
    low, high = wilson(right, n)
    return {"share": round(right / n, 4) if n else None, "n": n, "interval_95": [round(low, 4), round(high, 4)]}
