"""A replay as files: JSON for programs, and one page of HTML that needs nothing else."""

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval.errors import EvaluationError
from eval.replay import ReplayReport
from eval.replay_changes import Change

PAGE_FILE, REPORT_FILE = "replay.html", "replay.json"
MOST_SHOWN = 1000
"""Flips on the page; the JSON has all."""
NAMES = {
    "answered_then": "answered then",
    "answered_now": "answered now",
    "unchanged": "nothing changed",
    Change.ABSTAINS.value: "answers lost",
    Change.ANSWERS.value: "answers gained",
    Change.REPLY.value: "no answer, other reply",
    Change.TOP.value: "other article first",
    Change.CITATIONS.value: "other citations",
}
"""What a reader calls each count."""
_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def write_replay(report: ReplayReport, folder: Path) -> None:
    """`replay.json` and `replay.html` in the folder. Raises EvaluationError when it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PAGE_FILE).write_text(replay_page(report), encoding="utf-8")
        told = json.dumps(report.to_json(), indent=1, ensure_ascii=False)
        (folder / REPORT_FILE).write_text(told + "\n", encoding="utf-8")
    except OSError as error:
        raise EvaluationError(
            f"The replay cannot be written to {folder}: {error}. Choose another folder with --output."
        ) from error


def replay_page(report: ReplayReport) -> str:
    """The page: counts, sections, and what flips, the answers that would be lost first."""
    told = report.to_json()
    template = _environment.get_template("replay.html.j2")
    changes = [change.value for change in Change]
    return template.render(replay=told, names=NAMES, changes=changes, flips=told["flips"][:MOST_SHOWN])
