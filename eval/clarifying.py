"""Whether a question back is asked when it should be: underspecified questions, well-specified ones, and what becomes
of both with and without it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.options import platform_option, topic_option
from bot.answering.versions import Kin, article_platform
from bot.models import Answer, Clarify, Reply
from eval.cases import json_rows
from eval.errors import DatasetError
from eval.metrics import Estimate, estimate
from knowledge.models import Article, Audience, Platform

AMBIGUOUS_FILE = Path(__file__).with_name("datasets") / "corvane_ambiguous.jsonl"
UNDERSPECIFIED = ("topic", "platform")

Ask = Callable[[str, bool], Reply]
"""The reply to a question of a new conversation; with False as if the customer had just been asked back."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a customer writes. `meant` are the things that may be meant, each with the articles that answer it; none for
    a question that no article answers. `kind` is `topic` or `platform` for an underspecified one."""

    text: str
    kind: str
    meant: tuple[frozenset[str], ...]

    @property
    def set_aside(self) -> bool:
        """Whether it is in the half that the rule was not tuned on."""
        return hashlib.sha256(self.text.encode()).digest()[-1] % 2 == 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question, for a customer who may mean any of its meanings, each as probably as another.

    `asked`: a question back came. `fits`: its options named two or more of the meanings, or the only one. `right`,
    `wrong`: the probability of a right and of a wrong answer, the chosen option being asked next; the rest is a
    handoff, or a question back without what was meant. `right_without`, `wrong_without`: the same, never asking back.
    """

    question: Question
    asked: bool
    fits: bool
    right: float
    wrong: float
    right_without: float
    wrong_without: float


def read_questions(file: Path = AMBIGUOUS_FILE) -> tuple[Question, ...]:
    """The questions of a JSON Lines file with `text`, `kind` and `meant`. DatasetError when one cannot be read."""
    found = []
    for row in json_rows(file, ("text", "kind")):
        meant = row.get("meant")
        if not isinstance(meant, list) or not all(isinstance(ids, list) and ids for ids in meant):
            raise DatasetError(f'The question {row["text"]!r} of {file} has no lists of article ids under "meant".')
        found.append(Question(row["text"], row["kind"], tuple(frozenset(ids) for ids in meant)))
    return tuple(found)


def outcome_of(question: Question, ask: Ask, leads_to: Mapping[str, frozenset[str]]) -> Outcome:
    """Asks the question, asks it again as if no question back could come, and asks what a customer would choose.

    `leads_to` are the articles that an option names. Whoever means something that no option names chooses none.
    """
    first, without = ask(question.text, True), ask(question.text, False)
    right_without, wrong_without = _judged(without, question.meant)
    if not isinstance(first, Clarify):
        right, wrong = _judged(first, question.meant)
        return Outcome(question, False, False, right, wrong, right_without, wrong_without)
    replies = []
    for meaning in question.meant:
        fitting = [option for option in first.options if leads_to.get(option, frozenset()) & meaning]
        replies += [_judged(ask(fitting[0], False), [meaning])] if fitting else []
    right, wrong = (sum(judged[i] for judged in replies) / max(1, len(question.meant)) for i in (0, 1))
    fits = bool(replies) and len(replies) >= min(2, len(question.meant))
    return Outcome(question, True, fits, right, wrong, right_without, wrong_without)


def named_by_options(articles: Mapping[str, Article], kin: Kin) -> dict[str, frozenset[str]]:
    """For the text of every option there may be, the ids of the articles that it names."""
    named: dict[str, frozenset[str]] = {}
    for id_, article in articles.items():
        if article.audience is not Audience.PUBLIC:
            continue
        family = [articles[other] for other in kin.get(id_, (id_,))]
        texts = {topic_option(article, family): frozenset(each.id for each in family)}
        if article_platform(article) is not Platform.ANY:
            texts.setdefault(platform_option(article), frozenset({id_}))
        for text, meant in texts.items():
            named[text] = named.get(text, frozenset()) | meant
    return named


def measure(questions: Iterable[Question], ask: Ask, leads_to: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    """By kind, what became of the questions: numbers, and shares with their 95 % interval."""
    by_kind: dict[str, list[Outcome]] = {}
    for question in questions:
        by_kind.setdefault(question.kind, []).append(outcome_of(question, ask, leads_to))
    return {kind: summary(outcomes) for kind, outcomes in by_kind.items()}


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Shares of the outcomes, each as [mean, low, high]."""
    columns: Mapping[str, list[float]] = {
        "asked": [float(outcome.asked) for outcome in outcomes],
        "fits": [float(outcome.fits) for outcome in outcomes],
        "right": [outcome.right for outcome in outcomes],
        "wrong": [outcome.wrong for outcome in outcomes],
        "right_without": [outcome.right_without for outcome in outcomes],
        "wrong_without": [outcome.wrong_without for outcome in outcomes],
    }
    return {"questions": len(outcomes), **{name: _shown(estimate(values)) for name, values in columns.items()}}


def _judged(reply: Reply, meant: Sequence[frozenset[str]]) -> tuple[float, float]:
    """The probabilities that an answer is right and that it is wrong; both 0 for any other reply."""
    if not isinstance(reply, Answer):
        return 0.0, 0.0
    right = sum(bool(_cited(reply) & meaning) for meaning in meant) / len(meant) if meant else 0.0
    return right, 1 - right


def _cited(reply: Reply) -> frozenset[str]:
    return frozenset(citation.article_id for citation in reply.citations) if isinstance(reply, Answer) else frozenset()


def _shown(value: Estimate) -> list[float]:
    return [round(number, 4) for number in (value.mean, value.low, value.high)]
