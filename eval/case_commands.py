"""`footnote-eval cases`: what happened in production becomes cases of a suite."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.assembly import Footnote, open_footnote
from bot.errors import RequestRefused
from bot.improving.proposals import decision_on
from bot.proposing import propose_cases
from bot.settings import load_settings
from bot.storage.proposed_cases import (
    CaseQuote,
    CaseState,
    ProposedCase,
    accept_case,
    cases_by_state,
    dismiss_case,
    every_case,
    proposed_case,
)
from bot.terminal import TerminalProgress, print_json, print_table
from eval.proposals import case_to_json, export_cases
from eval.suite.cases import Expected, Side
from knowledge.models import Article

cases = typer.Typer(
    help="Make cases of what customers held for bad, of handoffs, and of agents' corrections.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Numbers = Annotated[list[int], typer.Argument(help="Numbers of proposed cases, as `cases list` shows them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder of the database and the index.")]


@cases.command()
def propose(
    days: Annotated[int, typer.Option("--days", min=1, help="Turns of the last N days.")] = 30,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Propose turns as cases: thumbs down, and handoffs for want of an answer. Each turn is proposed once."""
    now = datetime.now(UTC)
    with _opened(data_dir) as footnote, TerminalProgress() as progress:
        generation = footnote.current_generation()
        articles = generation.articles if generation else {}
        done = propose_cases(footnote.database, now - timedelta(days=days), now, articles, progress)
        counts = cases_by_state(footnote.database)
    if as_json:
        states = {state.value: count for state, count in counts.items()}
        print_json({"turns": done.looked_at, "new": list(done.numbers), "states": states})
        return
    waiting = counts[CaseState.PROPOSED]
    typer.echo(f"{done.looked_at:,} turns, {len(done.numbers):,} new cases; {waiting:,} wait for a decision.")


@cases.command("list")
def list_cases(
    state: Annotated[CaseState, typer.Option("--state", help="Only those in this state.")] = CaseState.PROPOSED,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """The proposed cases, with what is suggested or was decided."""
    with _opened(data_dir) as footnote:
        found = every_case(footnote.database, state)
    if as_json:
        print_json({"cases": [case_to_json(each) for each in found]})
    elif found:
        headers = ("number", "from", "question", "was replied", "comment", "should be")
        print_table(headers, map(_row, found))
    else:
        typer.echo(f"No case is {state.value}.")


@cases.command()
def accept(
    numbers: Numbers,
    article: Annotated[
        list[str] | None, typer.Option("--article", help="Id of an article that answers; the best first.")
    ] = None,
    quote: Annotated[
        list[str] | None, typer.Option("--quote", help="Piece of an article, to the letter, that answers.")
    ] = None,
    expect: Annotated[Expected | None, typer.Option("--expect", help="What should become of it.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Make cases of proposals: as suggested, or with what you say. All of them or none."""
    with _opened(data_dir) as footnote:
        articles = footnote.index.current().articles
        quotes = tuple(_quote(text, article or (), articles) for text in quote or ())
        named = (expect.value if expect else None, article or (), quotes)
        found = [proposed_case(footnote.database, number) for number in dict.fromkeys(numbers)]
        decided = [(case.number, decision_on(case, articles, *named)) for case in found]
        now = datetime.now(UTC)
        with footnote.database.write() as connection:
            for number, decision in decided:
                accept_case(connection, number, decision, None, now)
    typer.echo(f"{len(decided):,} accepted.")


@cases.command()
def dismiss(numbers: Numbers, data_dir: DataDir = None) -> None:
    """Note that proposals are to be no cases. All of them or none."""
    with _opened(data_dir) as footnote, footnote.database.write() as connection:
        for number in numbers:
            dismiss_case(connection, number, None, datetime.now(UTC))
    typer.echo(f"{len(set(numbers)):,} dismissed.")


@cases.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder of a suite; a file in it is written anew.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Write the accepted cases as a suite, for `footnote-eval run --suite FOLDER --generation N`."""
    with _opened(data_dir) as footnote:
        accepted = every_case(footnote.database, CaseState.ACCEPTED)
        done = export_cases(accepted, footnote.index.current().articles, folder)
    if as_json:
        print_json(done.to_json())
        return
    for sentence in done.left_out:
        typer.echo(sentence)
    sides = " and ".join(f"{count:,} on the side {side.value}" for side, count in done.sides.items())
    typer.echo(f"{done.file}: {sides}.")
    if not all(done.sides[side] for side in Side):
        typer.echo("Accept cases on other topics too, so that there are some to tune on and some to measure with.")


@contextmanager
def _opened(data_dir: Path | None) -> Iterator[Footnote]:
    footnote = open_footnote(load_settings(data_dir=data_dir))
    try:
        yield footnote
    finally:
        footnote.close()


def _quote(text: str, named: Sequence[str], articles: Mapping[str, Article]) -> CaseQuote:
    """The quote with the one of the named articles that it stands in; the first, where it stands in none."""
    if not named:
        raise RequestRefused("A quote was given without its article; add --article.")
    return CaseQuote(next((id_ for id_ in named if id_ in articles and text in articles[id_].body), named[0]), text)


def _row(case: ProposedCase) -> tuple[str, ...]:
    asked, told = case.proposal, case.decision or case.proposal.suggestion
    replied = " ".join((asked.replied.reason or asked.replied.kind, *asked.replied.articles))
    should = " ".join((told.expect, *told.articles)) if told else "?"
    if case.decision is None and not (told and told.articles):
        should += f" (found: {', '.join(asked.found) or 'nothing'})"
    return str(case.number), asked.source.value, asked.question, replied, asked.comment, should
