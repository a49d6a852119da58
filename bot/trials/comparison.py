"""One question asked of two sides, and a list of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.assistant import Assistant
from bot.errors import EmptyMessage, MessageTooLong
from bot.trials.differences import Differences, differences
from bot.trials.question import TrialQuestion
from bot.trials.run import Run, try_question
from bot.trials.variants import Variant


@dataclass(frozen=True, slots=True)
class Side:
    """A variant, and the assistant that is it."""

    variant: Variant
    assistant: Assistant


@dataclass(frozen=True, slots=True)
class Comparison:
    """A question as both sides answer it; the differences are those of the right one from the left one."""

    left: Run
    right: Run
    differences: Differences

    @property
    def changed(self) -> bool:
        """Whether a customer would notice."""
        return bool(self.differences.words)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "left": self.left.to_json(),
            "right": self.right.to_json(),
            "differences": self.differences.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one side did with a question of a list."""

    kind: str
    confidence: float
    article: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A question of a list: what both sides did with it, and what is otherwise in a few words. `problem` says why it
    could not be asked."""

    question: str
    left: Verdict | None = None
    right: Verdict | None = None
    changed: tuple[str, ...] = ()
    problem: str = ""


def compare(question: TrialQuestion, left: Side, right: Side, at: datetime) -> Comparison:
    """Asks both sides. What `try_question` raises."""
    runs = [try_question(side.assistant, _as_asked(question, side.variant), at) for side in (left, right)]
    return Comparison(runs[0], runs[1], differences(*runs))


def compare_line(question: TrialQuestion, left: Side, right: Side, at: datetime) -> Line:
    """A line of a list; one that cannot be asked says why. IndexUnavailable."""
    try:
        found = compare(question, left, right, at)
    except (EmptyMessage, MessageTooLong) as error:
        return Line(question.text, problem=str(error))
    return Line(found.left.question.text, _verdict(found.left), _verdict(found.right), found.differences.words)


def counts_of(lines: Sequence[Line]) -> dict[str, int]:
    """How many lines there are, how many of them changed, and how often each change happened, the most first."""
    changes: dict[str, int] = {}
    for line in lines:
        for words in line.changed:
            changes[words] = changes.get(words, 0) + 1
    most = dict(sorted(changes.items(), key=lambda each: (-each[1], each[0])))
    return {"lines": len(lines), "changed": sum(bool(line.changed) for line in lines), **most}


def _as_asked(question: TrialQuestion, variant: Variant) -> TrialQuestion:
    if variant.platform is None:
        return question
    return replace(question, context=replace(question.context, platform=variant.platform))


def _verdict(run: Run) -> Verdict:
    cited = [citation["title"] for citation in run.reply["citations"]]
    return Verdict(str(run.reply["kind"]), float(run.reply["confidence"]), cited[0] if cited else "", run.reply["text"])
