"""How often the right article is found for the last message of a conversation, as it stands and resolved."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.followups import resolve
from bot.assembly import Footnote, open_footnote
from bot.indexing.progress import IndexProgress
from bot.models import CustomerContext, Said
from bot.settings import Settings
from bot.updating import SAMPLE_HELP_CENTER, build
from eval.cases import json_rows, read_qrels
from eval.errors import DatasetError
from eval.metrics import Estimate, estimate, retrieval_values
from knowledge.models import Platform
from knowledge.sources import open_source

METRICS = ("success@5", "success@1")
KINDS = ("follow_up", "topic_change")
RAW, JOINED, RESOLVED, WITHOUT_TITLES = "last_message", "all_messages", "resolved", "resolved_without_titles"

Query = tuple[str, Platform]
"""What is searched, and for which platform."""

Way = Callable[["Dialogue"], Query]
"""How the last message of a dialogue becomes what is searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """What was said, the customer's last message, and the ids of the articles that answer it, each with its grade."""

    id: str
    text: str
    history: tuple[Said, ...]
    relevant: Mapping[str, int]
    kind: str = "follow_up"
    shape: str = ""
    """In what way a follow-up needs what was said: a coin, a platform, a pronoun."""
    platform: Platform = Platform.ANY
    """What the site knows."""

    @property
    def half(self) -> str:
        """`tune` is for looking at while rules are written, `report` is not; by the SHA-256 of the id."""
        return "report" if hashlib.sha256(self.id.encode()).digest()[0] % 2 else "tune"


@dataclass(frozen=True, slots=True)
class DialogueRow:
    """Each metric of each way over some of the dialogues, and what resolving gains over the last message, paired."""

    dialogues: str
    n: int
    success: Mapping[str, Mapping[str, Estimate]]
    """By metric, by way."""
    gain: Mapping[str, Estimate]
    """By metric."""


@dataclass(frozen=True, slots=True)
class DialogueReport:
    """The figures of the dialogues: all of them, by half, by kind, by shape."""

    dataset: str
    articles: int
    rows: tuple[DialogueRow, ...]
    missed: Mapping[str, str]
    """By id, what was searched for each dialogue of the tuning half whose article was not among the first five."""

    def to_json(self) -> dict[str, Any]:
        """Every mean with its 95 % interval."""
        return {
            "dataset": self.dataset,
            "articles": self.articles,
            "rows": [
                {
                    "dialogues": row.dialogues,
                    "n": row.n,
                    "metrics": {metric: _rounded(ways) for metric, ways in row.success.items()},
                    "gain": _rounded(row.gain),
                }
                for row in self.rows
            ],
        }


def measure_dialogues(folder: Path, settings: Settings, progress: IndexProgress) -> DialogueReport:
    """Index the sample help center (again when it has changed) and search every dialogue's last message in each way.

    Raises DatasetError when the folder is no set of dialogues.
    """
    dialogues = load_dialogues(folder)
    own = settings.apart(settings.data_dir / "eval" / "sample-help-center")
    footnote = open_footnote(own)
    try:
        build(footnote, [open_source(SAMPLE_HELP_CENTER)], progress, rebuild=footnote.current_generation() is None)
        articles = footnote.index.current().articles
        ways = ways_to_ask({id_: article.title for id_, article in articles.items()})
        return compare_ways(folder.resolve().name, len(articles), dialogues, ways, _search(footnote), progress)
    finally:
        footnote.close()


def load_dialogues(folder: Path) -> tuple[Dialogue, ...]:
    """The dialogues of a BEIR folder that have a relevant document; `history` is a list of objects with `role` and
    `text`, and for the assistant's also `kind` and `article_ids` where they are known. Raises DatasetError."""
    for needed in ("queries.jsonl", "qrels/test.tsv"):
        if not (folder / needed).is_file():
            raise DatasetError(f"The dialogues {folder} have no {needed}; they need queries.jsonl and qrels/test.tsv.")
    qrels = read_qrels(folder / "qrels" / "test.tsv")
    dialogues = tuple(
        _dialogue(row, qrels[row["_id"]], folder)
        for row in json_rows(folder / "queries.jsonl", ("_id", "text"))
        if row["_id"] in qrels
    )
    if not dialogues:
        raise DatasetError(f"No dialogue of {folder} has a relevant document in qrels/test.tsv.")
    return dialogues


def ways_to_ask(titles: Mapping[str, str]) -> dict[str, Way]:
    """Each way by name: the last message as it stands, all of the customer's messages as one text, and the last one
    resolved, with and without what is known of the assistant's replies beside their text."""

    def resolved(dialogue: Dialogue, history: Sequence[Said]) -> Query:
        found = resolve(dialogue.text, history, titles)
        return found.text, found.platform or dialogue.platform

    def bare(history: Sequence[Said]) -> list[Said]:
        return [Said(role=said.role, text=said.text) for said in history]

    def all_messages(dialogue: Dialogue) -> Query:
        said = [said.text for said in dialogue.history if said.role == "user"]
        return "\n".join([*said, dialogue.text]), dialogue.platform

    return {
        RAW: lambda dialogue: (dialogue.text, dialogue.platform),
        JOINED: all_messages,
        RESOLVED: lambda dialogue: resolved(dialogue, dialogue.history),
        WITHOUT_TITLES: lambda dialogue: resolved(dialogue, bare(dialogue.history)),
    }


def compare_ways(
    name: str,
    articles: int,
    dialogues: Sequence[Dialogue],
    ways: Mapping[str, Way],
    search: Callable[[Query], Sequence[str]],
    progress: IndexProgress,
) -> DialogueReport:
    """Ask `search`, which gives ids of articles, best first, every dialogue in each of `ways`."""
    progress.stage(f"Dialogues of {name}", len(dialogues) * len(ways))
    qrels = {dialogue.id: dialogue.relevant for dialogue in dialogues}
    values: dict[str, dict[str, Mapping[str, float]]] = {metric: {} for metric in METRICS}
    asked = {}
    for way, ask in ways.items():
        run = {}
        for dialogue in dialogues:
            asked[way, dialogue.id] = query = ask(dialogue)
            run[dialogue.id] = search(query)
            progress.advance(1)
        measured = retrieval_values(qrels, run)
        for metric in METRICS:
            values[metric][way] = measured[metric]
    slices = _slices(dialogues)
    rows = tuple(_row(label, [dialogue.id for dialogue in part], values) for label, part in slices.items())
    found = values[METRICS[0]][RESOLVED]
    missed = {each.id: asked[RESOLVED, each.id][0] for each in slices.get("tune", ()) if not found[each.id]}
    return DialogueReport(name, articles, rows, missed)


def _search(footnote: Footnote) -> Callable[[Query], Sequence[str]]:
    def search(query: Query) -> Sequence[str]:
        text, platform = query
        if not text.strip():
            return ()
        read = text[: footnote.settings.question_characters]
        hits = footnote.assistant.search(read, CustomerContext(platform=platform))
        return list(dict.fromkeys(hit.passage.article_id for hit in hits))

    return search


def _dialogue(row: Mapping[str, Any], relevant: Mapping[str, int], folder: Path) -> Dialogue:
    try:
        fields = {"kind": row.get("kind", KINDS[0]), "shape": row.get("shape", "")}
        if fields["kind"] not in KINDS:
            raise ValueError(f"its kind is {fields['kind']!r}, not one of {', '.join(KINDS)}")
        return Dialogue(
            id=row["_id"],
            text=row["text"],
            history=tuple(_said(said) for said in row["history"]),
            relevant=relevant,
            platform=Platform(row.get("platform", Platform.ANY)),
            **fields,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"The dialogue {row['_id']!r} of {folder} cannot be read: {error}.") from error


def _said(row: Mapping[str, Any]) -> Said:
    if row["role"] not in ("user", "assistant") or not isinstance(row["text"], str):
        raise ValueError(f"{row!r} is not what a user or an assistant said")
    return Said(role=row["role"], text=row["text"], kind=row.get("kind"), article_ids=tuple(row.get("article_ids", ())))


def _slices(dialogues: Sequence[Dialogue]) -> dict[str, list[Dialogue]]:
    """The dialogues of each row of the report."""
    slices: dict[str, list[Dialogue]] = {"all": list(dialogues)}
    for half in ("tune", "report"):
        for kind in ("", *KINDS):
            label = f"{half}: {kind}" if kind else half
            slices[label] = [each for each in dialogues if each.half == half and kind in ("", each.kind)]
    for dialogue in dialogues:
        slices.setdefault(f"shape: {dialogue.shape or dialogue.kind}", []).append(dialogue)
    return {label: part for label, part in slices.items() if part}


def _row(label: str, ids: Sequence[str], values: Mapping[str, Mapping[str, Mapping[str, float]]]) -> DialogueRow:
    success = {
        metric: {way: estimate([found[id_] for id_ in ids]) for way, found in ways.items()}
        for metric, ways in values.items()
    }
    gain = {metric: estimate([ways[RESOLVED][id_] - ways[RAW][id_] for id_ in ids]) for metric, ways in values.items()}
    return DialogueRow(label, len(ids), success, gain)


def _rounded(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    return {
        name: {"mean": round(value.mean, 4), "interval_95": [round(value.low, 4), round(value.high, 4)]}
        for name, value in estimates.items()
    }
