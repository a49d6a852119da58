"""The figures of a report, computed from sums of replies. Pure.

A question is a message that the bot replied to with an answer, a question back or a handoff; a notice (small talk, a
warning) replies to none. What is listed under each name adds up to the totals.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt

from bot.storage.reply_sums import Sums
from bot.storage.reports import ArticleCell, Cell, Cited, ReportRows

ANSWER, CLARIFY, HANDOFF, NOTICE = "answer", "clarify", "handoff", "notice"
MOST_ARTICLES = 20
MOST_NAMES = 40
"""Of a breakdown, how many names; the rest are summed up as one."""
OTHERS = "(others)"
NO_ARTICLE = ""
QUANTILES = (50, 90, 95, 99)
Z_95 = 1.959964
"""The standard normal distribution's 97.5 % point, for intervals that hold with 95 %."""

Figure = int | float | None
"""A count, a share from 0 to 1, milliseconds, or None where there is nothing to compute it from."""


@dataclass(frozen=True, slots=True)
class Line:
    """Counts of the replies that have something in common."""

    questions: int = 0
    answered: int = 0
    clarified: int = 0
    handed_over: int = 0
    notices: int = 0
    thumbs_up: int = 0
    thumbs_down: int = 0
    visits: int = 0
    resolved: int = 0

    def figures(self) -> dict[str, Figure]:
        """The counts with their shares, by name."""
        return {
            "questions": self.questions,
            "answered": self.answered,
            "answered_share": share(self.answered, self.questions),
            "clarified": self.clarified,
            "handed_over": self.handed_over,
            "notices": self.notices,
            "thumbs_up": self.thumbs_up,
            "thumbs_down": self.thumbs_down,
            "visits": self.visits,
            "resolved": self.resolved,
            "resolved_share": share(self.resolved, self.visits),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What was promised of answers, and what can be known of it."""

    confidence_sum: float
    answers: int
    rated: int
    rated_bad: int
    marked: int
    marked_wrong: int
    questions: int
    ruled: int = 0

    def figures(self) -> dict[str, Figure]:
        """Coverage; the share of the answers that the confidence expects to be wrong; of the rated answers the share
        with a thumbs-down, with the 95 % interval of Wilson; of the judged ones the share that is wrong;
        in how many an editor's pin or mute weighed."""
        low, high = wilson(self.rated_bad, self.rated)
        expected = None if not self.answers else 1 - self.confidence_sum / self.answers
        return {
            "coverage": share(self.answers, self.questions),
            "expected_wrong": expected,
            "rated": self.rated,
            "rated_share": share(self.rated, self.answers),
            "rated_bad": self.rated_bad,
            "rated_bad_share": share(self.rated_bad, self.rated),
            "rated_bad_low": low,
            "rated_bad_high": high,
            "marked": self.marked,
            "marked_wrong": self.marked_wrong,
            "marked_wrong_share": share(self.marked_wrong, self.marked),
            "ruled": self.ruled,
            "ruled_share": share(self.ruled, self.answers),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every figure of a report."""

    totals: Line
    risk: Risk
    by: Mapping[str, Mapping[str, Line]]
    """Under day, section, platform and locale the lines by name, in the order in which they are shown."""
    reasons: Mapping[str, int]
    """Replies that handed over, by reason."""
    calls: Mapping[str, int]
    """How often a person was called or came, however that happened, by reason."""
    latency: Mapping[str, Figure]
    cited: tuple[Cited, ...]

    def tables(self) -> dict[str, dict[str, dict[str, Figure]]]:
        """All of it as tables of rows of figures, each by its name: what the page, the JSON and the CSV show."""
        return {
            "total": {"all": self.totals.figures()},
            "risk": {"all": self.risk.figures()},
            "latency": {"all": dict(self.latency)},
            "reason": {name: {"replies": count} for name, count in self.reasons.items()},
            "call": {name: {"calls": count} for name, count in self.calls.items()},
            **{by: {name: line.figures() for name, line in lines.items()} for by, lines in self.by.items()},
            "article": {
                each.article_id: {"answers": each.answers, "thumbs_up": each.ups, "thumbs_down": each.downs}
                for each in self.cited
            },
        }


def report_of(rows: ReportRows, days: Sequence[date], section_of: Callable[[str], str]) -> Report:
    """The report over these days. `section_of` an article's id is its section; of an empty id, or of an article that is
    no longer there, whatever these are to be called."""
    by_day = _lines(rows.cells, lambda cell: cell.day)
    answers = [cell.sums for cell in rows.cells if cell.kind == ANSWER]
    totals = _line((cell.kind, cell.sums) for cell in rows.cells)
    rated_bad = sum(each.downs for each in answers)
    return Report(
        totals=totals,
        risk=Risk(
            confidence_sum=sum(each.confidence for each in answers),
            answers=totals.answered,
            rated=rated_bad + sum(each.ups for each in answers),
            rated_bad=rated_bad,
            marked=rows.marked[0],
            marked_wrong=rows.marked[1],
            questions=totals.questions,
            ruled=rows.ruled,
        ),
        by={
            "day": {day.isoformat(): by_day.get(day.isoformat(), Line()) for day in days},
            "section": _largest(_section_lines(rows.articles, section_of)),
            "platform": _largest(_lines(rows.cells, lambda cell: cell.platform)),
            "locale": _largest(_lines(rows.cells, lambda cell: cell.locale)),
        },
        reasons=_reasons(rows.cells),
        calls=dict(rows.calls),
        latency=latency(rows.milliseconds),
        cited=rows.cited[:MOST_ARTICLES],
    )


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def share(part: int, whole: int) -> float | None:
    """A share from 0 to 1; None of nothing."""
    return part / whole if whole else None


def latency(counted: Sequence[tuple[int, int]]) -> dict[str, Figure]:
    """Percentiles by the nearest rank, in milliseconds, of values in ascending order with how often each was seen."""
    total = sum(count for _, count in counted)
    found: dict[str, Figure] = {"replies": total}
    for percent in QUANTILES:
        found[f"p{percent}"] = _at_rank(counted, ceil(total * percent / 100)) if total else None
    found["longest"] = counted[-1][0] if counted else None
    return found


def wilson(hits: int, trials: int) -> tuple[float | None, float | None]:
    """The interval that holds the true share with 95 % (E. B. Wilson, 1927); none of no trials."""
    if not trials:
        return None, None
    square, part = Z_95 * Z_95, hits / trials
    middle = (part + square / (2 * trials)) / (1 + square / trials)
    reach = Z_95 / (1 + square / trials) * sqrt(part * (1 - part) / trials + square / (4 * trials * trials))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _at_rank(counted: Sequence[tuple[int, int]], rank: int) -> int:
    seen = 0
    for value, count in counted:
        seen += count
        if seen >= rank:
            return value
    raise ValueError(f"There are {seen} values, so none has the rank {rank}.")


def _line(sums: Iterable[tuple[str, Sums]]) -> Line:
    replies: defaultdict[str, int] = defaultdict(int)
    ups = downs = visits = resolved = 0
    for kind, each in sums:
        replies[kind] += each.replies
        if kind == NOTICE:
            continue
        ups, downs = ups + each.ups, downs + each.downs
        visits, resolved = visits + each.visits, resolved + each.resolved
    return Line(
        questions=replies[ANSWER] + replies[CLARIFY] + replies[HANDOFF],
        answered=replies[ANSWER],
        clarified=replies[CLARIFY],
        handed_over=replies[HANDOFF],
        notices=replies[NOTICE],
        thumbs_up=ups,
        thumbs_down=downs,
        visits=visits,
        resolved=resolved,
    )


def _lines(cells: Iterable[Cell], name_of: Callable[[Cell], str]) -> dict[str, Line]:
    sums: defaultdict[str, list[tuple[str, Sums]]] = defaultdict(list)
    for cell in cells:
        sums[name_of(cell)].append((cell.kind, cell.sums))
    return {name: _line(own) for name, own in sums.items()}


def _section_lines(cells: Iterable[ArticleCell], section_of: Callable[[str], str]) -> dict[str, Line]:
    sums: defaultdict[str, list[tuple[str, Sums]]] = defaultdict(list)
    for cell in cells:
        sums[section_of(cell.article_id)].append((cell.kind, cell.sums))
    return {name: _line(own) for name, own in sums.items()}


def _largest(lines: Mapping[str, Line]) -> dict[str, Line]:
    """The lines with the most questions first; too many names end in one for all others."""
    ordered = sorted(lines.items(), key=lambda each: (-each[1].questions, each[0]))
    if len(ordered) <= MOST_NAMES:
        return dict(ordered)
    rest = [line for _, line in ordered[MOST_NAMES - 1 :]]
    names = Line.__slots__
    summed = Line(**{name: sum(getattr(line, name) for line in rest) for name in names})
    return {**dict(ordered[: MOST_NAMES - 1]), OTHERS: summed}


def _reasons(cells: Iterable[Cell]) -> dict[str, int]:
    counted: defaultdict[str, int] = defaultdict(int)
    for cell in cells:
        if cell.kind == HANDOFF:
            counted[cell.reason] += cell.sums.replies
    return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))
