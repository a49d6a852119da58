"""How good the answers are that a customer would get, and how well the confidence tells good ones from bad."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answering.search_index import SearchIndex
from bot.assembly import open_footnote
from bot.assistant import Assistant, Outcome
from bot.indexing.progress import IndexProgress
from bot.models import Answer, CustomerContext, Handoff, HandoffReason
from bot.settings import Settings
from eval.answer_checks import fragment_leads_to_quote, shown_text
from eval.cases import Dataset, json_rows, load_unanswerable
from eval.errors import DatasetError
from eval.metrics import (
    Estimate,
    answer_tokens,
    aurc,
    auroc,
    coverage_at,
    estimate,
    estimate_of,
    percentile,
    rouge_l,
    token_f1,
)
from eval.retrieval import index_corpus, own_settings, peak_rss_mb
from knowledge.models import Article
from knowledge.structure import outline
from knowledge.units import unit_text, units_of

ANSWERS_FILE = "answers.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and what became of it. `relevant` are the grades by article id, none for an unanswerable one."""

    relevant: Mapping[str, int]
    confidence: float
    answered: bool
    """At the shipped threshold."""
    answer: Answer | None
    """What is answered, or would be if the threshold were 0."""
    top_passage: str
    gold: tuple[str, ...]
    milliseconds: float

    @property
    def right(self) -> bool:
        """Whether the answer cites a relevant article; none that could be given is not right."""
        return self.answer is not None and any(each.article_id in self.relevant for each in self.answer.citations)

    @property
    def rank(self) -> float:
        """The confidence by which it is answered; below all others when no threshold would answer it."""
        return self.confidence if self.answer else -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersReport:
    """The figures of `footnote-eval answers`."""

    dataset: str
    documents: int
    passages: int
    queries: int
    unanswerable: int
    metrics: Mapping[str, Estimate]
    """nan where there is nothing to measure it on."""
    p50_ms: float
    p95_ms: float
    index_seconds: float
    peak_rss_mb: float

    def to_json(self) -> dict[str, Any]:
        """The figures under the names of the public contract."""
        per_second = self.passages / self.index_seconds if self.index_seconds else None
        return {
            "dataset": self.dataset,
            "documents": self.documents,
            "passages": self.passages,
            "queries": self.queries,
            "unanswerable": self.unanswerable,
            "metrics": {name: _number(value.mean) for name, value in self.metrics.items()},
            "interval_95": {name: [_number(value.low), _number(value.high)] for name, value in self.metrics.items()},
            "n": {name: value.n for name, value in self.metrics.items()},
            "latency_ms": {"p50": round(self.p50_ms, 2), "p95": round(self.p95_ms, 2)},
            "index_seconds": round(self.index_seconds, 2),
            "passages_per_second": round(per_second, 1) if per_second else None,
            "peak_rss_mb": round(self.peak_rss_mb, 1),
        }


def evaluate_answers(
    dataset: Dataset, settings: Settings, progress: IndexProgress, limit: int | None = None
) -> AnswersReport:
    """Index the data set's corpus (once for each content and configuration) and ask every question, one at a time, as a
    customer would; `limit` is that of the unanswerable ones.

    A question whose answer the threshold withholds is asked again without one, to see what would have been said.
    Raises DatasetError when there is no question with a relevant document.
    """
    if not dataset.cases:
        raise DatasetError(f"No question of the data set {dataset.folder} has a relevant document in qrels/test.tsv.")
    footnote = open_footnote(own_settings(dataset, settings))
    try:
        index_seconds = index_corpus(footnote, dataset, progress)
        index = footnote.index.current()
        footnote.assistant.search("warm up", CustomerContext())
        asked = _asked(dataset, limit, footnote.assistant, index, progress)
    finally:
        footnote.close()
    latencies = [each.milliseconds for each in asked]
    return AnswersReport(
        dataset=dataset.name,
        documents=len(index.articles),
        passages=len(index.passages),
        queries=sum(bool(each.relevant) for each in asked),
        unanswerable=sum(not each.relevant for each in asked),
        metrics=answer_metrics(asked, index.articles),
        p50_ms=percentile(latencies, 0.50),
        p95_ms=percentile(latencies, 0.95),
        index_seconds=index_seconds,
        peak_rss_mb=peak_rss_mb(),
    )


def answer_metrics(asked: Sequence[Asked], articles: Mapping[str, Article]) -> dict[str, Estimate]:
    """Every metric by name; those of gold answers only when there is one."""
    metrics = {**_confidence_metrics(asked), **_citation_metrics(asked, articles)}
    return {**metrics, **_gold_metrics(asked, articles)} if any(each.gold for each in asked) else metrics


def gold_answers(folder: Path) -> dict[str, tuple[str, ...]]:
    """The gold answers of each question in `answers.jsonl`: a list under `answers` or one text under `answer`.

    None when there is no such file; DatasetError for a row with neither.
    """
    file = folder / ANSWERS_FILE
    found = {}
    for row in json_rows(file, ("_id",)) if file.is_file() else ():
        texts = row.get("answers", row.get("answer"))
        texts = [texts] if isinstance(texts, str) else texts
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            raise DatasetError(f"The row {row['_id']!r} of {file} has no text under answer and no texts under answers.")
        found[row["_id"]] = tuple(texts)
    return found


def _asked(
    dataset: Dataset, limit: int | None, assistant: Assistant, index: SearchIndex, progress: IndexProgress
) -> list[Asked]:
    gold = gold_answers(dataset.folder)
    questions: list[tuple[str, Mapping[str, int], tuple[str, ...]]] = [
        (case.text, case.relevant, gold.get(case.id, ())) for case in dataset.cases
    ]
    questions += [(text, {}, ()) for text in load_unanswerable(dataset.folder, limit)]
    progress.stage("Questions", len(questions))
    asked = []
    for text, relevant, answers in questions:
        if text.strip():
            asked.append(_ask(text[: assistant.question_characters], relevant, answers, assistant, index))
        progress.advance(1)
    return asked


def _ask(
    text: str, relevant: Mapping[str, int], gold: tuple[str, ...], assistant: Assistant, index: SearchIndex
) -> Asked:
    started = time.perf_counter()
    outcome = assistant.answer(text, CustomerContext())
    milliseconds = (time.perf_counter() - started) * 1000
    reply = outcome.reply
    withheld = isinstance(reply, Handoff) and reply.reason is HandoffReason.LOW_CONFIDENCE
    told = replace(assistant, answer_threshold=0.0).answer(text, CustomerContext()).reply if withheld else reply
    return Asked(
        relevant=relevant,
        confidence=reply.confidence,
        answered=isinstance(reply, Answer),
        answer=told if isinstance(told, Answer) else None,
        top_passage=_top_passage(outcome, index),
        gold=gold,
        milliseconds=milliseconds,
    )


def _top_passage(outcome: Outcome, index: SearchIndex) -> str:
    for best in outcome.trace["candidates"][:1]:
        return index.articles[best["article_id"]].body[best["start"] : best["end"]]
    return ""


def _confidence_metrics(asked: Sequence[Asked]) -> dict[str, Estimate]:
    confidence = np.array([each.confidence for each in asked], dtype=np.float64)
    rank = np.array([each.rank for each in asked], dtype=np.float64)
    right = np.array([each.right for each in asked], dtype=np.bool_)
    answerable = np.array([bool(each.relevant) for each in asked], dtype=np.bool_)
    statistics: dict[str, Callable[[NDArray[np.int64]], float]] = {
        "auroc": lambda drawn: auroc(confidence[drawn], answerable[drawn]),
        "auroc_right": lambda drawn: auroc(confidence[drawn], right[drawn]),
        "aurc": lambda drawn: aurc(rank[drawn], ~right[drawn]),
        "coverage@5%": lambda drawn: coverage_at(0.05, rank[drawn], ~right[drawn], answerable[drawn]),
        "coverage@10%": lambda drawn: coverage_at(0.10, rank[drawn], ~right[drawn], answerable[drawn]),
    }
    metrics = {name: estimate_of(statistic, len(asked)) for name, statistic in statistics.items()}
    metrics["answer_rate"] = estimate([float(each.answered) for each in asked if each.relevant])
    metrics["false_answer_rate"] = estimate([float(each.answered) for each in asked if not each.relevant])
    return metrics


def _citation_metrics(asked: Sequence[Asked], articles: Mapping[str, Article]) -> dict[str, Estimate]:
    answers = [(each.relevant, each.answer) for each in asked if each.answered and each.answer]
    cited = [(relevant, {one.article_id for one in answer.citations}) for relevant, answer in answers if relevant]
    citations = [(one, articles[one.article_id]) for _, answer in answers for one in answer.citations]
    return {
        "citation_precision": estimate([len(ids & relevant.keys()) / len(ids) for relevant, ids in cited]),
        "citation_recall": estimate([len(ids & relevant.keys()) / len(relevant) for relevant, ids in cited]),
        "quote_exact": estimate([float(one.quote == article.body[one.start : one.end]) for one, article in citations]),
        "fragment_ok": estimate([float(fragment_leads_to_quote(one, article)) for one, article in citations]),
    }


def _gold_metrics(asked: Sequence[Asked], articles: Mapping[str, Article]) -> dict[str, Estimate]:
    answered = [(each, each.answer) for each in asked if each.answered and each.answer and each.gold]
    values: dict[str, list[float]] = {name: [] for name in ("token_f1", "top_token_f1", "rouge_l", "top_rouge_l")}
    for each, answer in answered:
        golds = [answer_tokens(text) for text in each.gold]
        for prefix, text in (("", shown_text(answer.text)), ("top_", shown_text(each.top_passage))):
            tokens = answer_tokens(text)
            values[f"{prefix}token_f1"].append(max(token_f1(tokens, gold) for gold in golds))
            values[f"{prefix}rouge_l"].append(max(rouge_l(tokens, gold) for gold in golds))
    for name in ("token_f1", "rouge_l"):
        pairs = zip(values[name], values[f"top_{name}"], strict=True)
        values[f"{name}_gain"] = [composed - plain for composed, plain in pairs]
    values["answer_quoted"] = list(_quoted(answered, articles, first=False))
    values["answer_opens"] = list(_quoted(answered, articles, first=True))
    values["words"] = [float(len(shown_text(answer.text).split())) for _, answer in answered]
    return {name: estimate(of) for name, of in values.items()}


def _quoted(answered: Sequence[tuple[Asked, Answer]], articles: Mapping[str, Article], first: bool) -> Iterator[float]:
    """For each question whose gold answer stands in one sentence, step or row of a relevant article: whether a quote
    (the first one, if `first`) of a relevant article has it."""
    for each, answer in answered:
        golds = [gold for text in each.gold if (gold := _spaced(text)).strip()]
        relevant = [articles[id_].body for id_ in each.relevant if id_ in articles]
        if any(gold in text for body in relevant for text in _unit_texts(body) for gold in golds):
            quotes = [
                _spaced(shown_text(one.quote))
                for one in answer.citations[: 1 if first else None]
                if one.article_id in each.relevant
            ]
            yield float(any(gold in quote for quote in quotes for gold in golds))


@lru_cache(maxsize=4096)
def _unit_texts(body: str) -> tuple[str, ...]:
    blocks = outline(body)
    return tuple(_spaced(unit_text(unit, body, blocks)) for block in blocks for unit in units_of(block, body))


def _spaced(text: str) -> str:
    return f" {' '.join(answer_tokens(text))} "


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
