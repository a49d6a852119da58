"""An answer by a language model, of which a customer sees only what the articles bear out.

Every sentence is checked against the passages of the article it cites while the model is still writing, and shown with
exact quotes of them. When the model is slow, down or wrong, the extractive answer is given instead and the account says
why. Nothing is shown before all of it is checked: what a customer has read cannot be taken back.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from bot.answering.citations import cite
from bot.answering.evidence import Composer, Composition, Evidence
from bot.answering.llm import PATIENCE, LanguageModel, LanguageModelFailed, Patience, Usage
from bot.answering.model.judgements import Judgement, SentenceCheck, judged, judgement_to_json
from bot.answering.model.model_prompts import AnswerPrompt, Source, answer_prompt
from bot.answering.model.model_text import Form, Statement, StatementReader, lay_out
from bot.answering.model.quoting import leaves_out_a_step
from bot.models import Answer, Citation
from knowledge.units import Unit

LEAST_SHOWN = 2 / 3
"""The share of a model's sentences that must stand; below it the whole answer is not trusted."""
CHARACTERS_A_TOKEN = 8
"""More than any language has on average: a completion longer than its tokens allow does not end by itself."""
NO_ANSWER = "no answer"


class _Unusable(Exception):
    """The completion, as far as it came, cannot become an answer."""


@dataclass(slots=True)
class _Reading:
    """A completion while it is read."""

    asked: AnswerPrompt
    completion: str = ""
    judged: list[Judgement] = field(default_factory=list)
    usage: Usage | None = None
    error: str | None = None
    failed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelComposer:
    """Composes by a language model, and by `extractive` whenever that gives no answer that holds.

    `count_tokens` counts a text's tokens; the prompt has at most `prompt_tokens`, the completion `answer_tokens`.
    """

    extractive: Composer
    llm: LanguageModel
    check: SentenceCheck
    count_tokens: Callable[[str], int]
    prompt_tokens: int
    answer_tokens: int
    patience: Patience = PATIENCE

    def compose(self, evidence: Evidence) -> Composition | None:
        """The model's answer, or the extractive one; `account["composer"]` says which, `account["model"]` what the
        model did (`RecordedModel` repeats it). None when the evidence has nothing that can be quoted."""
        asked = answer_prompt(evidence, self.count_tokens, self.prompt_tokens, self.answer_tokens, self.patience)
        if asked is None:
            return self._extractive(evidence, _not_asked(self.llm.name))
        reading = _Reading(asked)
        answer = self._answer(evidence, reading)
        account = self._account(reading)
        if answer is None:
            return self._extractive(evidence, account)
        return Composition(answer=answer, account={"composer": "model", "model": account})

    def _extractive(self, evidence: Evidence, account: Mapping[str, Any]) -> Composition | None:
        composition = self.extractive.compose(evidence)
        if composition is None:
            return None
        return Composition(
            answer=composition.answer, account={"composer": "extractive", **composition.account, "model": account}
        )

    def _answer(self, evidence: Evidence, reading: _Reading) -> Answer | None:
        try:
            self._read(reading)
            return composed(_shown(reading.judged), reading.asked.sources, evidence)
        except LanguageModelFailed as failure:
            reading.error = reading.failed = str(failure)
        except _Unusable as reason:
            reading.failed = str(reason)
        return None

    def _read(self, reading: _Reading) -> None:
        """Judge statement by statement while the completion comes; stop it as soon as it cannot be used."""
        reader = StatementReader()
        most = self.answer_tokens * CHARACTERS_A_TOKEN
        with closing(self.llm.stream(reading.asked.prompt)) as pieces:
            for piece in pieces:
                if isinstance(piece, Usage):
                    reading.usage = piece
                    continue
                text = piece[: most - len(reading.completion)]
                reading.completion += text
                self._judge_all(reader.feed(text), reading)
                if len(reading.completion) >= most:
                    raise _Unusable(f"The language model did not end within {most} characters.")
        self._judge_all(reader.end(), reading)

    def _judge_all(self, statements: Iterator[Statement], reading: _Reading) -> None:
        for statement in statements:
            if not reading.judged and statement.plain.strip(" .").casefold() == NO_ANSWER:
                raise _Unusable("The language model found no answer in the articles.")
            if statement.announces:
                continue
            judgement = judged(statement, reading.asked.sources, self.check)
            reading.judged.append(judgement)
            if judgement.quotes:
                continue
            if len(reading.judged) == 1:
                raise _Unusable("The sentence of the language model that should answer does not hold.")
            if statement.form is Form.STEP:
                raise _Unusable("A step of the language model does not hold, and steps are shown whole or not at all.")

    def _account(self, reading: _Reading) -> dict[str, Any]:
        prompt, usage = reading.asked.prompt, reading.usage
        return {
            "name": self.llm.name,
            "prompt_sha256": hashlib.sha256(f"{prompt.rules}\0{prompt.data}".encode()).hexdigest(),
            "completion": reading.completion,
            "error": reading.error,
            "failed": reading.failed,
            "tokens": {
                "prompt": usage.prompt_tokens if usage else reading.asked.tokens,
                "completion": usage.completion_tokens if usage else self.count_tokens(reading.completion),
                "counted_by": "server" if usage else "footnote",
            },
            "verdicts": [judgement_to_json(each, reading.asked.sources) for each in reading.judged],
        }


def composed(shown: list[Judgement], sources: Mapping[int, Source], evidence: Evidence) -> Answer:
    """The answer that judged statements make: articles numbered in the order they appear, a citation for each quote."""
    _whole_lists_only(shown, sources)
    given: dict[int, int] = {}
    citations: dict[tuple[int, int], Citation] = {}
    numbers = []
    for judgement in shown:
        for source, units in judgement.quotes.items():
            number = given.setdefault(source, len(given) + 1)
            for unit in units:
                cited = cite(sources[source].article, unit.start, unit.end, number, evidence.links_start_with)
                citations.setdefault((number, unit.start), cited)
        numbers.append(sorted(given[source] for source in judgement.quotes))
    articles = [sources[source].article for source in given]
    return Answer(
        text=lay_out([judgement.statement for judgement in shown], numbers),
        citations=tuple(citations.values()),
        actions=tuple((action, article.id) for article in articles for action in article.actions),
        confidence=evidence.confidence,
    )


def _shown(judged: list[Judgement]) -> list[Judgement]:
    """The statements that hold; the one after a statement that fell begins its paragraph or item."""
    if not judged:
        raise _Unusable("The language model wrote nothing that could be shown.")
    shown: list[Judgement] = []
    opens = False
    for judgement in judged:
        opens = opens or judgement.statement.opens
        if judgement.quotes:
            shown.append(replace(judgement, statement=replace(judgement.statement, opens=opens)))
            opens = False
    if len(shown) < LEAST_SHOWN * len(judged):
        raise _Unusable(f"Only {len(shown)} of the language model's {len(judged)} sentences hold.")
    return shown


def _whole_lists_only(shown: Iterable[Judgement], sources: Mapping[int, Source]) -> None:
    steps: dict[int, list[Unit]] = {}
    for judgement in shown:
        if judgement.statement.form is Form.STEP:
            for source, units in judgement.quotes.items():
                steps.setdefault(source, []).extend(units)
    if any(leaves_out_a_step(units, sources[source].article) for source, units in steps.items()):
        raise _Unusable("The language model left out a step between others.")


def _not_asked(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "prompt_sha256": None,
        "completion": "",
        "error": None,
        "failed": "No passage fits into the language model's prompt; raise FOOTNOTE_LLM_PROMPT_TOKENS.",
        "tokens": {"prompt": 0, "completion": 0, "counted_by": "footnote"},
        "verdicts": [],
    }
