"""A threshold with a promise, found by asking labelled questions: of a data set on its own index, of a suite on the
product's, for which it can be kept."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answering.calibration import Calibration, CurvePoint, calibration_file, write_calibration
from bot.answering.curated import no_curated_answer
from bot.answering.receipts import sha256_of
from bot.assembly import Footnote, calibrated_hash, open_footnote
from bot.assistant import Assistant
from bot.indexing.progress import IndexProgress
from bot.models import Answer, CustomerContext, Said
from bot.settings import Settings
from eval.calibration import Calibrated, NotEnough, calibrate, upper_bound
from eval.calibration_trials import Trials, try_halves
from eval.cases import load_dataset, load_unanswerable
from eval.errors import CalibrationError, DatasetError
from eval.retrieval import index_corpus, own_settings
from eval.suite.cases import Expected, Side, SuiteCase, check_suite, load_suite

NEVER = -1.0
"""In place of the confidence of what no threshold lets be answered."""
FAULTS_TOLD = 3
ROWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledQuestion:
    """A message, and the ids of the articles of which a right answer cites one; without any, every answer is wrong,
    unless `any_answer`."""

    text: str
    articles: frozenset[str]
    context: CustomerContext = field(default_factory=CustomerContext)
    history: tuple[Said, ...] = ()
    any_answer: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What a threshold would do on the questions asked; `at_most` is the exact bound of its risk, taken by itself."""

    threshold: float
    answered: int
    wrong: int
    at_most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationReport:
    """What was asked, what was found, and the calibration if it was written."""

    dataset: str
    answerable: int
    unanswerable: int
    answerable_answered: int
    """Of the answerable questions, those that the threshold lets be answered."""
    found: Calibrated | NotEnough
    rows: tuple[Row, ...]
    trials: Trials | None = None
    """Whether such promises are kept, the questions taken as the whole population."""
    written: Calibration | None = None

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        is_found = isinstance(self.found, Calibrated)
        return {
            "dataset": self.dataset,
            "answerable": self.answerable,
            "unanswerable": self.unanswerable,
            "answerable_answered": self.answerable_answered,
            "calibrated": asdict(self.found) if is_found else None,
            "not_enough": None if is_found else asdict(self.found),
            "thresholds": [asdict(row) for row in self.rows],
            "trials": asdict(self.trials) if self.trials else None,
            "written": self.written.model_dump(mode="json") if self.written else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationOptions:
    """What is to be promised, on which questions, and whether the product is to keep it."""

    folder: Path
    alpha: float = 0.05
    delta: float = 0.05
    write: bool = False
    trials: int = 0
    """So many times, calibrate on a random half too and see whether the promise holds for the whole."""
    side: Side = Side.TUNE
    """Of a suite, the side that is asked. The other one is there to measure what the promise is worth."""


def calibrate_folder(
    options: CalibrationOptions, settings: Settings, progress: IndexProgress, now: datetime
) -> CalibrationReport:
    """Ask every question of the folder and find the threshold. A suite is asked on the product's index, and with
    `write` the product answers by it from then on; a data set in the form of BEIR is asked on an index of its own.

    Raises CalibrationError (a senseless promise; nothing to write it for; no unanswerable question to write it by),
    DatasetError, IndexUnavailable.
    """
    calibrate(np.empty(0), np.empty(0, dtype=np.bool_), options.alpha, options.delta)
    if (options.folder / "queries.jsonl").is_file():
        return _on_own_index(options, settings, progress)
    return _on_product(options, settings, progress, now)


def ask_labelled(
    questions: Sequence[LabelledQuestion], assistant: Assistant, progress: IndexProgress
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Of every question the confidence, NEVER where no threshold lets it be answered, and whether the answer that would
    be given is wrong; both have the shape (questions,). Rules and curated answers of editors do not count."""
    willing = replace(assistant, answer_threshold=0.0, rules=None, curated=no_curated_answer)
    progress.stage("Questions", len(questions))
    confidence, wrong = np.full(len(questions), NEVER), np.ones(len(questions), dtype=np.bool_)
    for number, question in enumerate(questions):
        reply = willing.answer(question.text[: willing.question_characters], question.context, question.history).reply
        if isinstance(reply, Answer):
            cited = {citation.article_id for citation in reply.citations}
            confidence[number] = reply.confidence
            wrong[number] = not (question.any_answer or cited & question.articles)
        progress.advance(1)
    return confidence, wrong


def of_dataset(folder: Path) -> tuple[LabelledQuestion, ...]:
    """The questions of a folder in the form of BEIR, those that its corpus cannot answer last."""
    cases = [LabelledQuestion(text=case.text, articles=frozenset(case.relevant)) for case in load_dataset(folder).cases]
    cases += [LabelledQuestion(text=text, articles=frozenset()) for text in load_unanswerable(folder)]
    return tuple(case for case in cases if case.text.strip())


def of_suite(cases: Sequence[SuiteCase], side: Side) -> tuple[LabelledQuestion, ...]:
    """The messages of one side of a suite."""
    return tuple(
        LabelledQuestion(
            text=case.text,
            articles=frozenset(case.articles),
            context=CustomerContext(platform=case.platform, locale=case.locale),
            history=case.history,
            any_answer=not case.articles and Expected.ANSWER in case.expect,
        )
        for case in cases
        if case.side is side
    )


def cases_sha256(questions: Sequence[LabelledQuestion]) -> str:
    """The hash of what was asked and how it was labelled."""
    return sha256_of(
        [
            [
                each.text,
                sorted(each.articles),
                each.any_answer,
                [each.context.platform.value, each.context.locale],
                [[said.role, said.text] for said in each.history],
            ]
            for each in questions
        ]
    )


def _on_own_index(options: CalibrationOptions, settings: Settings, progress: IndexProgress) -> CalibrationReport:
    if options.write:
        raise CalibrationError(
            f"The questions of {options.folder} are asked on an index of their own, and what is found holds for that; "
            "to write a calibration, give a suite: .jsonl files of cases about the articles that are indexed here."
        )
    dataset = load_dataset(options.folder)
    footnote = open_footnote(own_settings(dataset, settings))
    try:
        index_corpus(footnote, dataset, progress)
        return _report(dataset.name, of_dataset(dataset.folder), footnote, options, progress)
    finally:
        footnote.close()


def _on_product(
    options: CalibrationOptions, settings: Settings, progress: IndexProgress, now: datetime
) -> CalibrationReport:
    cases = load_suite(options.folder)
    questions = of_suite(cases, options.side)
    if options.write and all(question.articles or question.any_answer for question in questions):
        raise CalibrationError(
            f"Every question of {options.folder} can be answered: a threshold found on them promises nothing about "
            "customers who ask what no article answers. Add such cases, about as many as customers ask."
        )
    footnote = open_footnote(settings)
    try:
        index = footnote.index.current()
        if faults := check_suite(cases, index.articles):
            raise DatasetError(" ".join(faults[:FAULTS_TOLD]))
        report = _report(options.folder.resolve().name, questions, footnote, options, progress)
        if not options.write or not isinstance(report.found, Calibrated):
            return report
        calibration = Calibration(
            **asdict(report.found),
            index_sha256=index.sha256,
            config_hash=calibrated_hash(footnote.settings, footnote.encoder),
            cases_sha256=cases_sha256(questions),
            made_at=now,
            curve=tuple(_point(row, report.found.n) for row in report.rows),
        )
        write_calibration(calibration_file(settings.index_folder), calibration)
        return replace(report, written=calibration)
    finally:
        footnote.close()


def _point(row: Row, asked: int) -> CurvePoint:
    return CurvePoint(threshold=row.threshold, coverage=row.answered / asked, risk=row.wrong / row.answered)


def _report(
    name: str,
    questions: Sequence[LabelledQuestion],
    footnote: Footnote,
    options: CalibrationOptions,
    progress: IndexProgress,
) -> CalibrationReport:
    confidence, wrong = ask_labelled(questions, footnote.assistant, progress)
    found = calibrate(confidence, wrong, options.alpha, options.delta)
    answerable = np.array([bool(question.articles) for question in questions], dtype=np.bool_)
    answered = confidence >= found.threshold if isinstance(found, Calibrated) else np.zeros_like(answerable)
    return CalibrationReport(
        dataset=name,
        answerable=int(answerable.sum()),
        unanswerable=int((~answerable).sum()),
        answerable_answered=int((answered & answerable).sum()),
        found=found,
        rows=rows_of(confidence, wrong, options.delta),
        trials=try_halves(confidence, wrong, options.alpha, options.delta, options.trials) if options.trials else None,
    )


def rows_of(confidence: NDArray[np.float64], wrong: NDArray[np.bool_], delta: float) -> tuple[Row, ...]:
    """What thresholds from strict to loose would do, ROWS at most. Both have the shape (n,)."""
    ranked = np.sort(confidence[confidence >= 0])[::-1]
    places = np.linspace(0, len(ranked), ROWS + 1).round().astype(int)[1:] - 1
    thresholds = sorted({float(ranked[place]) for place in places if place >= 0}, reverse=True)
    rows = []
    for threshold in thresholds:
        answered = confidence >= threshold
        bad, all_ = int(wrong[answered].sum()), int(answered.sum())
        rows.append(Row(threshold, all_, bad, upper_bound(bad, all_, delta)))
    return tuple(rows)
