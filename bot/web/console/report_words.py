"""What the figures of a report are called, how they are written, and what they mean. Pure."""

from collections.abc import Mapping

from bot.handoff.summary import SAID
from bot.models import HandoffReason
from bot.storage.reply_sums import QUIET_WINDOW
from bot.web.console.figures import OTHERS, Figure
from bot.web.console.views import PLATFORMS
from bot.web.pages import section_heading
from knowledge.models import Platform

GONE = "(no longer in the index)"
NOT_SEARCHED = "(nothing searched)"
NOTHING = "–"
QUIET_HOURS = int(QUIET_WINDOW.total_seconds()) // 3600

LINE_FIGURES: Mapping[str, str] = {
    "questions": "Questions",
    "answered": "Answered",
    "answered_share": "Answered, share",
    "clarified": "Asked back",
    "handed_over": "Handed over",
    "notices": "Notices",
    "thumbs_up": "Thumbs up",
    "thumbs_down": "Thumbs down",
    "visits": "Visits over",
    "resolved": "Resolved",
    "resolved_share": "Resolved, share",
}
CHARTED: Mapping[str, str] = {
    "answered": "Answered questions by day",
    "clarified": "Questions asked back by day",
    "handed_over": "Questions handed over by day",
    "thumbs_down": "Thumbs down by day",
}
BARRED = ("section", "platform", "locale")
TABLES: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "total": ("All together", "", LINE_FIGURES),
    "reason": ("Handed over, by reason", "Reason", {"replies": "Replies that handed over"}),
    "call": ("People called, by reason", "Reason", {"calls": "Times a person was called or came"}),
    "latency": (
        "How long replies took",
        "",
        {
            "replies": "Replies timed",
            "p50": "Half within",
            "p90": "90 % within",
            "p95": "95 % within",
            "p99": "99 % within",
            "longest": "Longest",
        },
    ),
    "risk": (
        "Coverage and risk",
        "",
        {
            "coverage": "Coverage: answered questions",
            "expected_wrong": "Wrong answers that the confidence expects",
            "rated": "Answers rated by customers",
            "rated_share": "Rated, share of the answers",
            "rated_bad": "Rated answers with a thumbs-down",
            "rated_bad_share": "Thumbs down, share of the rated",
            "rated_bad_low": "Thumbs down, at least (95 %)",
            "rated_bad_high": "Thumbs down, at most (95 %)",
            "marked": "Answers that agents judged",
            "marked_wrong": "Judged wrong",
            "marked_wrong_share": "Wrong, share of the judged",
            "ruled": "Answers under a pin or a mute",
            "ruled_share": "Under one, share of the answers",
        },
    ),
    "day": ("By day", "Day (UTC)", LINE_FIGURES),
    "section": ("By section", "Section", LINE_FIGURES),
    "platform": ("By platform", "Platform", LINE_FIGURES),
    "locale": ("By locale", "Locale", LINE_FIGURES),
    "article": (
        "Top articles",
        "Article",
        {"answers": "Answers that cite it", "thumbs_up": "Thumbs up", "thumbs_down": "Thumbs down"},
    ),
}
"""Of each table its heading, what its rows are, and what its figures are called."""

DEFINITIONS: Mapping[str, str] = {
    "questions": "Messages that the bot replied to with an answer, a question back or a handoff. Small talk and "
    "warnings (notices) are counted apart; what was written while a person had the conversation is not counted here.",
    "resolved": f"A visit is a run of questions in one conversation, each within {QUIET_HOURS} hours of the one before "
    f"it. It is over when nothing was asked for {QUIET_HOURS} hours, and resolved when its last question was answered, "
    f"no person was called or came within {QUIET_HOURS} hours, and the answer has no thumbs-down. Who left "
    "without a word counts as resolved: nobody can tell the content from those who gave up.",
    "coverage": "The share of the questions that was answered.",
    "risk": "Nobody checks every answer, so the share that is wrong can only be estimated. What the confidence expects "
    "is one minus the mean confidence of the answers. The thumbs are those of the customers who gave one: that is no "
    "random sample, and a thumbs-down is not always a wrong answer. Agents judge the answers that they mark, or accept "
    "as a case of the evaluation; mostly those that looked wrong, so their share says more of the marking than of all "
    "answers. A calibration tries questions without editors' pins and mutes: of the answers under one it promises "
    "nothing.",
    "section": "A question counts in the section of the article that its answer cites first, or of the nearest one "
    "that was found where it was not answered, as the sections are now.",
    "latency": "From the received message to the finished reply, inside the server; percentiles by the nearest rank.",
    "days": "Days are those of UTC.",
}

_SHARES = frozenset({"coverage", "expected_wrong", "rated_bad_low", "rated_bad_high"})
_TIMES = frozenset({"p50", "p90", "p95", "p99", "longest"})


def written(figure: str, value: Figure) -> str:
    """A figure as a person reads it."""
    if value is None:
        return NOTHING
    if figure in _SHARES or figure.endswith("_share"):
        return f"{100 * value:.1f} %"
    return f"{value:,} ms" if figure in _TIMES else f"{value:,}"


def row_name(table: str, row: str, titles: Mapping[str, str]) -> str:
    """What a row is called; of an article that is no longer there its id."""
    if row in (GONE, NOT_SEARCHED, OTHERS):
        return row
    match table:
        case "reason" | "call":
            return SAID[HandoffReason(row)] if row in set(HandoffReason) else row
        case "section":
            return section_heading(row)
        case "platform":
            return PLATFORMS[Platform(row)] if row in set(Platform) else row
        case "article":
            return titles.get(row, row)
    return row
