"""The command `footnote-eval judge`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.answering.llm import Patience
from bot.assembly import open_language_model
from bot.settings import load_settings
from bot.terminal import TerminalProgress, print_json
from eval.errors import EvaluationError
from eval.judging import JudgeReport, judge_answers
from eval.metrics import Estimate
from eval.suite.running import outcome_of, read_run


def judge(
    run: Annotated[Path, typer.Argument(help="The folder of a run of the suite.")],
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N answers.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What a language model thinks of a run's answers, beside its agreement with people. No gate asks it."""
    settings = load_settings()
    outcomes = [each for each in map(outcome_of, read_run(run)["cases"]) if each.is_answered][:limit]
    model = open_language_model(settings)
    if model is None:
        raise EvaluationError("There is no language model to judge; set FOOTNOTE_LLM_BASE_URL and FOOTNOTE_LLM_MODEL.")
    patience = Patience(first_token=settings.llm_first_token_seconds, total=settings.llm_total_seconds)
    try:
        with TerminalProgress() as progress:
            report = judge_answers(outcomes, model, progress, patience)
    finally:
        model.close()
    if as_json:
        print_json(report.to_json())
    else:
        _print_judge(report)


def _print_judge(report: JudgeReport) -> None:
    agreed = report.agreement
    typer.echo(
        f"{report.model} holds {_told(report.right)} of the answers for right"
        + (f"; on {report.unread:,} it gave no verdict." if report.unread else ".")
    )
    if not agreed.agreed.n:
        typer.echo("People have said of none of them whether it is right, so nobody knows what that is worth.")
        return
    typer.echo(f"Agreement with people: Cohen's κ {_told(agreed.kappa)}; the same verdict on {_told(agreed.agreed)}.")
    typer.echo(
        f"Both right {agreed.both_right:,}, both wrong {agreed.both_wrong:,}, right to the judge alone "
        f"{agreed.only_first:,}, right to people alone {agreed.only_second:,}."
    )


def _told(value: Estimate) -> str:
    if value.mean != value.mean:
        return f"not defined (n = {value.n:,})"
    return f"{value.mean:.3f} ({value.low:.3f} – {value.high:.3f}, n = {value.n:,})"
