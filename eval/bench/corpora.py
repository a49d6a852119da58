"""What contenders are handed: the same documents, whole for Footnote, cut into common passages for the peers."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

from eval.cases import Dataset, json_rows
from eval.errors import DatasetError

WORDS, OVERLAP = 160, 30
SPEED_PASSAGES = 1500
SPEED_QUESTION_WORDS = 30
"""Speed is measured on questions of customers' length; what longer ones take is told for each data set."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents on disk in both forms. `document_of` leads from a common passage's id to its document's.

    `tokens` counts what the encoder reads of the common passages, its two special ones of each included.
    """

    name: str
    documents_file: Path
    passages_file: Path
    document_of: Mapping[str, str]
    documents: int
    tokens: int

    @property
    def passages(self) -> int:
        """How many common passages."""
        return len(self.document_of)


def windows(text: str) -> list[str]:
    """Pieces of 160 words, each beginning with the last 30 of the one before; one piece, maybe empty, at least."""
    words = [found.span() for found in re.finditer(r"\S+", text)]
    step = WORDS - OVERLAP
    starts = range(0, max(1, len(words) - OVERLAP), step)
    return [text[words[at][0] : words[min(at + WORDS, len(words)) - 1][1]] for at in starts] if words else [""]


def read_documents(dataset: Dataset) -> list[dict[str, Any]]:
    """The rows of a data set's corpus; internal ones are open to all, because a metric counts what can be found."""
    return [
        {key: value for key, value in row.items() if key not in ("internal", "audience")}
        for row in json_rows(dataset.corpus_file, ("_id", "title", "text"))
    ]


def write_corpus(
    name: str, documents: Sequence[Mapping[str, Any]], folder: Path, count: Callable[[str], int]
) -> Corpus:
    """Write both forms into `folder`; `count` gives the tokens that the encoder reads of a text."""
    folder.mkdir(parents=True, exist_ok=True)
    documents_file, passages_file = folder / f"{name}.jsonl", folder / f"{name}.passages.jsonl"
    document_of: dict[str, str] = {}
    rows: list[dict[str, str]] = []
    tokens = 0
    for document in documents:
        for text in windows(document["text"]):
            key = f"p{len(rows):06}"
            document_of[key] = document["_id"]
            rows.append({"id": key, "title": document["title"], "text": text})
            tokens += count(f"{document['title']}\n{text}".strip())
    documents_file.write_text(_lines(documents), encoding="utf-8")
    passages_file.write_text(_lines(rows), encoding="utf-8")
    return Corpus(name, documents_file, passages_file, document_of, len(documents), tokens)


def speed_documents(datasets: Sequence[Dataset]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Documents in the order of the data sets until there are 1,500 common passages (all when there are fewer), and
    the names of the data sets that they come from. Ids carry their data set's name."""
    documents: list[dict[str, Any]] = []
    names: dict[str, None] = {}
    passages = 0
    for dataset in datasets:
        for row in read_documents(dataset):
            if passages >= SPEED_PASSAGES:
                return documents, tuple(names)
            documents.append({**row, "_id": f"{dataset.name}/{row['_id']}"})
            names[dataset.name] = None
            passages += len(windows(row["text"]))
    return documents, tuple(names)


def speed_questions(datasets: Sequence[Dataset], names: Iterable[str], most: int) -> list[str]:
    """Different questions of at most 30 words, one of each named data set in turn; of any length when there are none.

    Raises DatasetError when there are too few to measure anything.
    """
    wanted = set(names)
    sets = [[case.text for case in dataset.cases] for dataset in datasets if dataset.name in wanted]
    in_turn = [text for text in chain.from_iterable(zip_longest(*sets)) if text is not None and text.strip()]
    short = [text for text in in_turn if len(text.split()) <= SPEED_QUESTION_WORDS]
    questions = list(islice(dict.fromkeys(short or in_turn), most))
    if len(questions) < 8:
        raise DatasetError(
            f"The data sets that speed is measured on ({', '.join(sorted(wanted))}) have {len(questions)} questions; "
            "give a larger data set or raise --limit."
        )
    return questions


def _lines(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
