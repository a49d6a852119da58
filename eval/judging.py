"""A language model as judge of a run's answers, always beside its agreement with people. No gate asks it."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from bot.answering.llm import PATIENCE, LanguageModel, LanguageModelFailed, Patience, Prompt
from bot.indexing.progress import IndexProgress
from eval.agreement import Agreement, agreement
from eval.errors import EvaluationError
from eval.metrics import Estimate, estimate
from eval.suite.asking import CaseOutcome
from prompts.marked_data import mark_for, marked
from prompts.templates import render

ANSWER_TOKENS = 10
MOST_CHARACTERS = 200
"""Of what the judge writes."""
FAILURES_IN_A_ROW = 5
"""After so many the judge is given up."""
_VERDICTS = {"right": True, "wrong": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An answer of a run: what the judge says of it (None: nothing that can be read), and what people do (None: the
    case does not say)."""

    id: str
    judge: bool | None
    people: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeReport:
    """What the judge says of a run's answers, and how far it can be trusted."""

    model: str
    judged: tuple[Judged, ...]

    @property
    def right(self) -> Estimate:
        """The share of the answers that the judge holds for right."""
        return estimate([float(each.judge) for each in self.judged if each.judge is not None])

    @property
    def agreement(self) -> Agreement:
        """Over the answers on which both have a verdict."""
        pairs = [
            (each.judge, each.people) for each in self.judged if each.judge is not None and each.people is not None
        ]
        return agreement([judge for judge, _ in pairs], [people for _, people in pairs])

    @property
    def unread(self) -> int:
        """Answers on which the judge gave no verdict."""
        return sum(each.judge is None for each in self.judged)

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        right = self.right
        return {
            "model": self.model,
            "answers": len(self.judged),
            "without_verdict": self.unread,
            "right": round(right.mean, 4) if right.n else None,
            "interval_95": [round(right.low, 4), round(right.high, 4)] if right.n else None,
            "agreement_with_people": self.agreement.to_json(),
            "differs": [
                each.id for each in self.judged if None not in (each.judge, each.people) and each.judge != each.people
            ],
        }


def judge_answers(
    outcomes: Sequence[CaseOutcome], judge: LanguageModel, progress: IndexProgress, patience: Patience = PATIENCE
) -> JudgeReport:
    """Asks the judge about every answer of a run. EvaluationError when there is none, and when it keeps failing."""
    answers = [each for each in outcomes if each.is_answered]
    if not answers:
        raise EvaluationError("The run has no answer to judge.")
    progress.stage(f"Answers before {judge.name}", len(answers))
    judged, failures = [], 0
    for each in answers:
        try:
            said = _said(judge, prompt_for(each.text, each.trace["reply"], patience))
            failures = 0
        except LanguageModelFailed as failure:
            said, failures = "", failures + 1
            if failures == FAILURES_IN_A_ROW:
                raise EvaluationError(f"The judge failed {failures} times in a row: {failure}") from failure
        judged.append(Judged(id=each.id, judge=verdict_in(said), people=people_say(each)))
        progress.advance(1)
    return JudgeReport(model=judge.name, judged=tuple(judged))


def people_say(outcome: CaseOutcome) -> bool | None:
    """Whether an answer is right by what the person who wrote or accepted its case has decided: it comes from an
    article that they named. None where they named none and would have taken an answer."""
    if not outcome.gold and "answer" in outcome.expect:
        return None
    return outcome.is_right


def verdict_in(said: str) -> bool | None:
    """What the judge has decided; None when that is not its first word."""
    words: Sequence[str] = said.replace("*", " ").replace(".", " ").casefold().split()
    return _VERDICTS.get(words[0]) if words else None


def prompt_for(message: str, reply: str, patience: Patience = PATIENCE) -> Prompt:
    """What the judge is asked. Neither text can end its own block."""
    mark = mark_for([message, reply])
    data: Mapping[str, str] = {"message": marked("message", message, mark), "reply": marked("reply", reply, mark)}
    return Prompt(
        rules=render("judge.md"),
        data=render("judged.md", mark=mark, **data),
        most_tokens=ANSWER_TOKENS,
        patience=patience,
    )


def _said(judge: LanguageModel, prompt: Prompt) -> str:
    said = ""
    with closing(judge.stream(prompt)) as pieces:
        for piece in pieces:
            said += piece if isinstance(piece, str) else ""
            if len(said) > MOST_CHARACTERS:
                break
    return said
