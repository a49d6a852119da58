"""The figures about answers that `make figures` writes: what is quoted, cited, linked, resolved and verified."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.answering.verification import contradiction
from bot.assembly import open_encoder
from bot.indexing.progress import IndexProgress
from bot.settings import Settings
from bot.updating import SAMPLE_HELP_CENTER
from eval.answers import AnswersReport, evaluate_answers
from eval.cases import load_dataset
from eval.dialogues import measure_dialogues
from eval.faithfulness import fit_support, measure_swaps, read_paraphrases, read_replies
from eval.links import measure_links, questions_of
from eval.metrics import Estimate
from eval.twins import measure_twins
from knowledge.models import Article
from knowledge.sources import open_source

DIALOGUES = Path(__file__).with_name("datasets") / "corvane_dialogues"
SQUAD, MANUAL, TREE, BEGIN = "squad2_dev", "emanual_smart_tv", "hc_arduino", "begin_faithfulness"
SQUAD_QUESTIONS, SWAPS, LINKED_QUESTIONS = 1000, 500, 200
SAMPLE = "sample help center"

Row = dict[str, Any]
"""The fields of a `eval.figures.Figure`."""


def answer_figures(shared: Path, settings: Settings, progress: IndexProgress) -> list[Row]:
    """Every figure about answers: those on the sample help center, and those on the data sets that are in `shared`."""
    measured: Mapping[str, Callable[[], list[Row]]] = {
        SQUAD: lambda: _squad(shared / SQUAD, settings, progress),
        MANUAL: lambda: _manual(shared / MANUAL, settings, progress),
        TREE: lambda: measure_links(TREE, shared / TREE / "corpus.jsonl", None, settings, progress).rows(),
        BEGIN: lambda: _support(shared / BEGIN / "begin.jsonl", settings, progress),
    }
    rows = measure_links(SAMPLE.replace(" ", "-"), SAMPLE_HELP_CENTER, None, settings, progress).rows()
    rows += _dialogues(settings, progress) + _twins(settings, progress) + _swaps()
    return rows + [row for name, measure in measured.items() if (shared / name).is_dir() for row in measure()]


def _squad(folder: Path, settings: Settings, progress: IndexProgress) -> list[Row]:
    report = evaluate_answers(load_dataset(folder, SQUAD_QUESTIONS), settings, progress, SQUAD_QUESTIONS)
    asked = {"answer_quoted": 0.80, "quote_exact": 1.0}
    return [_row(report, name, asked.get(name)) for name in ("answer_quoted", "answer_opens", "quote_exact")]


def _manual(folder: Path, settings: Settings, progress: IndexProgress) -> list[Row]:
    report = evaluate_answers(load_dataset(folder), settings, progress)
    names = ("token_f1", "top_token_f1", "token_f1_gain", "rouge_l", "top_rouge_l", "rouge_l_gain")
    rows = [_row(report, name, 0.0 if name.endswith("gain") else None) for name in names]
    linked = measure_links(MANUAL, folder / "corpus.jsonl", questions_of(folder, LINKED_QUESTIONS), settings, progress)
    return rows + linked.rows()


def _dialogues(settings: Settings, progress: IndexProgress) -> list[Row]:
    report = measure_dialogues(DIALOGUES, settings, progress)
    rows = []
    for row in (each for each in report.rows if each.dialogues in ("all", "report")):
        name, resolved = f"follow-ups ({row.dialogues}), success@5", row.success["success@5"]["resolved"]
        rows.append(_figure(name, report.dataset, resolved, 0.90))
        rows.append(_figure(f"{name}, gain over the last message", report.dataset, row.gain["success@5"], 0.25))
    return rows


def _twins(settings: Settings, progress: IndexProgress) -> list[Row]:
    figures = measure_twins(settings, progress).to_json()["platform_given"]
    fits, twice = figures["version_fits"], figures["family_cited_twice"]
    return [
        {
            "name": "twins: the cited version fits the platform",
            "dataset": SAMPLE,
            "n": fits["n"],
            "value": fits["share"],
            "interval_95": tuple(fits["interval_95"]),
            "asked": "≥ 0.98",
            "holds": fits["share"] >= 0.98,
        },
        {
            "name": "twins: answers that cite a family twice",
            "dataset": SAMPLE,
            "n": twice["n"],
            "value": round(twice["share"] * twice["n"]),
            "interval_95": None,
            "asked": "0",
            "holds": twice["share"] == 0,
        },
    ]


def _swaps() -> list[Row]:
    """Swaps in sentences and paraphrases of the sample help center, judged as a model's sentences are, by words."""
    articles = [item for item in open_source(SAMPLE_HELP_CENTER).read() if isinstance(item, Article)]

    def refuses(sentence: str, article: Article) -> str | None:
        return contradiction(sentence, article)

    report = measure_swaps(articles, read_paraphrases(), SWAPS, refuses)
    caught = {
        "name": "swapped networks, fees, numbers, dates, menus … that are caught",
        "dataset": SAMPLE,
        "n": sum(n for _, n in report.caught.values()),
        "value": round(report.share_caught, 4),
        "interval_95": None,
        "asked": "≥ 0.99",
        "holds": report.share_caught >= 0.99,
    }
    refused = [
        {
            "name": f"unchanged sentences that are refused: {source}",
            "dataset": SAMPLE,
            "n": n,
            "value": round(wrongly / n, 4),
            "interval_95": None,
            "asked": None,
            "holds": None,
        }
        for source, (wrongly, n) in report.refused.items()
    ]
    return [caught, *refused]


def _support(file: Path, settings: Settings, progress: IndexProgress) -> list[Row]:
    report = fit_support(read_replies(file), open_encoder(settings), progress)
    held = report.words_held
    names = {"AUROC": held.auroc, "precision": held.precision, "recall": held.recall}
    return [
        {
            "name": f"support of a model's sentence, {name}",
            "dataset": file.parent.name,
            "n": held.n,
            "value": round(value, 4),
            "interval_95": None,
            "asked": None,
            "holds": None,
        }
        for name, value in names.items()
    ]


def _row(report: AnswersReport, name: str, asked: float | None) -> Row:
    return _figure(name, report.dataset, report.metrics[name], asked)


def _figure(name: str, dataset: str, value: Estimate, asked: float | None) -> Row:
    return {
        "name": name,
        "dataset": dataset,
        "n": value.n,
        "value": round(value.mean, 4),
        "interval_95": (round(value.low, 4), round(value.high, 4)),
        "asked": None if asked is None else f"≥ {asked:g}",
        "holds": None if asked is None else value.mean >= asked,
    }
