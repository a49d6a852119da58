"""The command `footnote-eval replay`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.settings import load_settings
from bot.storage.database import open_database
from bot.terminal import TerminalProgress, print_json, print_table
from eval.replay import ReplayReport, opened_candidate, replay_turns, require_store
from eval.replay_changes import Change, Flip, Replied
from eval.replay_page import NAMES, PAGE_FILE, write_replay

FLIPS_PRINTED = 20


def replay(
    days: Annotated[int, typer.Option("--days", min=1, help="Questions of the last N days.")],
    generation: Annotated[
        int | None,
        typer.Option("--generation", min=1, help="Index generation to ask.", show_default="the one that serves"),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the newest N questions.")] = None,
    ask_model: Annotated[
        bool, typer.Option("--ask-model", help="Have the language model of the settings word answers again.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--output", help="Folder for replay.json and replay.html.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="Folder of the database and the index.")] = None,
) -> None:
    """Recorded questions, asked of another generation or with the settings of this command: what would change."""
    settings, since = load_settings(data_dir=data_dir), datetime.now(UTC) - timedelta(days=days)
    require_store(settings)
    with (
        open_database(settings.database) as database,
        opened_candidate(settings, database, generation, ask_model) as candidate,
        TerminalProgress() as progress,
    ):
        report = replay_turns(database, since, candidate, progress, limit)
    if output is not None:
        write_replay(report, output)
    if as_json:
        print_json(report.to_json())
    else:
        _print_replay(report, output)


def _print_replay(report: ReplayReport, output: Path | None) -> None:
    asked = report.candidate
    typer.echo(
        f"{report.total.n:,} questions asked of generation {asked.generation}, answered from {asked.threshold:.2f}; "
        f"recorded under {report.indexes} indexes and {report.configurations} configurations"
    )
    for reason, count in report.skipped.items():
        typer.echo(f"{count:,} turns are left out: {reason}.")
    rows = [
        (NAMES[name], f"{each.count:,}", f"{each.share:.4f}", f"{each.low:.4f} – {each.high:.4f}")
        for name, each in report.total.shares().items()
    ]
    if rows:
        print_table(("", "count", "share", "95 % interval"), rows)
        typer.echo(f"As many answered now as then: p = {report.total.p_answered():.2g} (McNemar)")
        headers = ("section", "questions", *(NAMES[change.value] for change in Change))
        counts = [
            (name, f"{own.n:,}", *(f"{own.changes[change]:,}" for change in Change))
            for name, own in report.sections.items()
        ]
        print_table(headers, counts)
    _print_flips(report.flips)
    if output is not None:
        typer.echo(f"{output / PAGE_FILE}")


def _print_flips(flips: Sequence[Flip]) -> None:
    if not flips:
        return
    rows = [
        ("; ".join(NAMES[change.value] for change in flip.changes), flip.question, _told(flip.then), _told(flip.now))
        for flip in flips[:FLIPS_PRINTED]
    ]
    print_table(("change", "question", "then", "now"), rows)
    if len(flips) > FLIPS_PRINTED:
        typer.echo(f"… and {len(flips) - FLIPS_PRINTED:,} more; --json and --output have all.")


def _told(reply: Replied) -> str:
    return " ".join((reply.reason or reply.kind, *(reply.cited or [f"(found {reply.top or 'nothing'})"])))
