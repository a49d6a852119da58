"""Every figure that Footnote claims on public data sets, measured in one run: `make figures`."""

import json
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.indexing.progress import IndexProgress
from bot.settings import Settings
from eval.answer_figures import answer_figures
from eval.cases import load_dataset
from eval.errors import DatasetError
from eval.reporting import markdown_table
from eval.retrieval import evaluate_retrieval

RETRIEVAL_FLOORS = {
    "stackfaq_webapps": 0.97,
    "emanual_smart_tv": 0.82,
    "hint3_curekart": None,
    "hint3_sofmattress": None,
    "tau2_banking": None,
}
"""Data sets on which retrieval is reported, each with the nDCG@10 that it must reach, if any."""

INGEST_TREE = Path("hc_arduino") / "tree.tar.gz"
SECOND_RUN_SHARE, SECOND_RUN_SECONDS = 0.1, 6.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number: what of, on what, and what was asked of it."""

    name: str
    dataset: str
    n: int
    value: float
    interval_95: tuple[float, float] | None
    asked: str | None
    holds: bool | None


def measure_figures(shared: Path, output: Path, settings: Settings, progress: IndexProgress) -> None:
    """Measure everything on the data sets in `shared`; write `figures.json` and `figures.md` into `output`."""
    if not shared.is_dir():
        raise DatasetError(f"The folder of data sets {shared} does not exist; name it with --shared (make: SHARED=…).")
    figures = [
        figure
        for name, floor in RETRIEVAL_FLOORS.items()
        if (shared / name).is_dir()
        for figure in _retrieval(shared / name, floor, settings, progress)
    ]
    if (shared / INGEST_TREE).is_file():
        figures += _ingest(shared / INGEST_TREE)
    figures += [Figure(**row) for row in answer_figures(shared, settings, progress)]
    output.mkdir(parents=True, exist_ok=True)
    document = {"machine": _machine(), "figures": [asdict(figure) for figure in figures]}
    (output / "figures.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (output / "figures.md").write_text(_page(figures), encoding="utf-8")


def _retrieval(folder: Path, floor: float | None, settings: Settings, progress: IndexProgress) -> list[Figure]:
    report = evaluate_retrieval(load_dataset(folder), settings, progress)
    figures = []
    for name, value in report.metrics.items():
        asked = floor if name == "ndcg@10" else None
        figures.append(
            Figure(
                name=name,
                dataset=report.dataset,
                n=value.n,
                value=round(value.mean, 4),
                interval_95=(round(value.low, 4), round(value.high, 4)),
                asked=f"≥ {asked}" if asked else None,
                holds=value.mean >= asked if asked else None,
            )
        )
    return figures


def _ingest(archive: Path) -> list[Figure]:
    """A live help center's files through `footnote index`, each run in a process of its own as a user would."""
    home = Path(tempfile.mkdtemp(prefix="footnote-figures-"))
    try:
        with tarfile.open(archive) as files:
            files.extractall(home / "tree", filter="data")
        first, first_seconds = _index(home)
        second, second_seconds = _index(home)
        articles = sorted((home / "tree").rglob("*.md"))
        articles[0].unlink()
        articles[1].write_text(articles[1].read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8")
        third, third_seconds = _index(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    limit = max(SECOND_RUN_SHARE * first_seconds, SECOND_RUN_SECONDS)
    failed = first["articles"]["failed"]
    name, total = "hc_arduino (files)", sum(first["articles"].values())
    changes = f"{third['articles']['changed']} changed, {third['articles']['removed']} removed"
    return [
        Figure("files that fail", name, total, failed, None, "0", failed == 0),
        Figure("first run, seconds", name, total, round(first_seconds, 1), None, None, None),
        Figure(
            "second run, seconds", name, total, round(second_seconds, 1), None,
            f"≤ {limit:.1f}", second_seconds <= limit and second["articles"]["unchanged"] == total,
        ),
        Figure(
            "run after one edit and one deletion, seconds", name, total, round(third_seconds, 1), None,
            f"1 changed, 1 removed (was: {changes})", changes == "1 changed, 1 removed",
        ),
    ]  # fmt: skip


def _index(home: Path) -> tuple[dict[str, Any], float]:
    command = [sys.executable, "-m", "bot", "index", str(home / "tree"), "--json", "--data-dir", str(home / "data")]
    started = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return json.loads(done.stdout), time.perf_counter() - started


def _machine() -> dict[str, str]:
    return {"processor": platform.machine(), "system": platform.system(), "python": platform.python_version()}


def _page(figures: list[Figure]) -> str:
    rows = []
    for figure in figures:
        interval = f"{figure.interval_95[0]} – {figure.interval_95[1]}" if figure.interval_95 else ""
        holds = {None: "", True: "yes", False: "**no**"}[figure.holds]
        rows.append(
            [figure.name, figure.dataset, f"{figure.n:,}", f"{figure.value}", interval, figure.asked or "", holds]
        )
    return (
        "# Figures\n\nWritten by `make figures`. Quality figures are means over n questions with a 95 % bootstrap "
        "interval; seconds are those of one run on one machine and say little elsewhere.\n\n"
        + markdown_table(["figure", "data set", "n", "value", "95 % interval", "asked", "holds"], rows)
    )
