"""Data sets as they were asked once: each question with its candidates' signals in arrays, so that whatever is fitted
afterwards needs no index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.answering.confidence import length_of
from bot.answering.ranking import SIGNALS
from bot.answering.search_index import SearchIndex
from bot.assembly import open_footnote
from bot.indexing.progress import IndexProgress
from bot.models import CustomerContext, Hit
from bot.safety.redaction import redact
from bot.settings import Settings
from eval.cases import load_dataset, load_unanswerable
from eval.errors import DatasetError
from eval.retrieval import index_corpus, own_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question and its candidates, in the order of their passage keys; (c,) is a number for each candidate."""

    signals: NDArray[np.float32]
    """(c, len(SIGNALS)): the values that are weighted and added up, each from 0 to 1."""
    penalties: NDArray[np.float32]
    """(c,): what is taken from the sum."""
    articles: NDArray[np.int32]
    """(c,): the number of the article, of no meaning outside the question."""
    families: NDArray[np.int32]
    """(c,): the number of the article's family, likewise."""
    keys: NDArray[np.int64]
    """(c,): the passage keys, ascending; equal scores rank in their order."""
    grades: NDArray[np.int32]
    """(c,): the grade of the article in the qrels, 0 for one that does not answer."""
    coverage: NDArray[np.float32]
    """(c,): the share of the question's information in the passage; nan where no weights can rank the passage first."""
    length: float
    """How much the question says, as `length_of` tells."""
    relevant: tuple[int, ...]
    """The grades in the qrels, found or not, highest first; none for a question that the corpus cannot answer."""

    def scores(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """(c,): the scores under `weights`, which stand in the order of SIGNALS."""
        found: NDArray[np.float64] = (self.signals * weights).sum(axis=1) - self.penalties
        return found


@dataclass(frozen=True, slots=True)
class AskedDataset:
    """The questions of one data set, those with qrels first, then the unanswerable ones."""

    name: str
    questions: tuple[AskedQuestion, ...]

    @property
    def answerable(self) -> tuple[AskedQuestion, ...]:
        """The questions that have a relevant document."""
        return tuple(question for question in self.questions if question.relevant)


def ask_dataset(
    folder: Path, settings: Settings, progress: IndexProgress, limit: int | None, unanswerable: bool
) -> AskedDataset:
    """Index the data set's corpus and ask every question once; `limit` counts for each of the two files.

    DatasetError when no question has a relevant document.
    """
    dataset = load_dataset(folder, limit)
    if not dataset.cases:
        raise DatasetError(f"No question of the data set {folder} has a relevant document in qrels/test.tsv.")
    questions: list[tuple[str, Mapping[str, int]]] = [(case.text, case.relevant) for case in dataset.cases]
    if unanswerable:
        questions += [(text, {}) for text in load_unanswerable(folder, limit)]
    own = own_settings(dataset, settings)
    footnote = open_footnote(own)
    asked = []
    try:
        index_corpus(footnote, dataset, progress)
        index = footnote.index.current()
        progress.stage(f"Questions of {dataset.name}", len(questions))
        for text, relevant in questions:
            read = text[: own.question_characters]
            hits = footnote.assistant.search(read, CustomerContext()) if read.strip() else ()
            asked.append(asked_question(hits, relevant, redact(read).text, index))
            progress.advance(1)
    finally:
        footnote.close()
    return AskedDataset(dataset.name, tuple(asked))


def asked_question(hits: Sequence[Hit], relevant: Mapping[str, int], text: str, index: SearchIndex) -> AskedQuestion:
    """The hits for `text` as arrays; `relevant` are the grades by article id. DatasetError when a signal is missing."""
    ordered = sorted(hits, key=lambda hit: hit.passage.key)
    missing = [name for name in SIGNALS if any(name not in hit.signals for hit in ordered)]
    if missing:
        raise DatasetError(
            f"The search for {text[:60]!r} gives no signal {', '.join(missing)}, so its weight cannot be learned; "
            "fit with an encoder that works and gives token vectors."
        )
    numbers = {id_: number for number, id_ in enumerate(dict.fromkeys(hit.passage.article_id for hit in ordered))}
    rows = [[hit.signals[name] for name in SIGNALS] for hit in ordered]
    signals = np.array(rows, dtype=np.float32).reshape(len(ordered), len(SIGNALS))
    taken = [sum(value for name, value in hit.signals.items() if name not in SIGNALS) for hit in ordered]
    penalties = np.array(taken, dtype=np.float32)
    first = may_be_first(signals, penalties)
    lexical = index.indexes.lexical
    kin = [min(index.kin.get(hit.passage.article_id, (hit.passage.article_id,))) for hit in ordered]
    families = {id_: number for number, id_ in enumerate(dict.fromkeys(kin))}
    return AskedQuestion(
        signals=signals,
        penalties=penalties,
        articles=np.array([numbers[hit.passage.article_id] for hit in ordered], dtype=np.int32),
        families=np.array([families[id_] for id_ in kin], dtype=np.int32),
        keys=np.array([hit.passage.key for hit in ordered], dtype=np.int64),
        grades=np.array([relevant.get(hit.passage.article_id, 0) for hit in ordered], dtype=np.int32),
        coverage=np.array(
            [
                lexical.coverage(text, hit.passage.key) if may else np.nan
                for hit, may in zip(ordered, first, strict=True)
            ],
            dtype=np.float32,
        ),
        length=length_of(text),
        relevant=tuple(sorted(relevant.values(), reverse=True)),
    )


def may_be_first(signals: NDArray[np.float32], penalties: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(c,): which candidates some weights ≥ 0 can rank first: no other is as good in every signal and better in one,
    or the same in all and earlier. `signals` has the shape (c, signals), `penalties` (c,)."""
    values = np.column_stack([signals, -penalties])
    as_good = (values[None, :, :] >= values[:, None, :]).all(axis=2)
    better = as_good & ~as_good.T
    places = np.arange(len(values))
    earlier_twin = as_good & as_good.T & (places[None, :] < places[:, None])
    return np.logical_not((better | earlier_twin).any(axis=1))
