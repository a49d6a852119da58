"""The command `footnote`: each command parses, calls one thing and prints."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.answering.history import read_history
from bot.commands.agents import agents
from bot.commands.deliveries import deliveries
from bot.commands.gating import Gatekeeper, print_indexed
from bot.commands.generations import generations, roll_back_to
from bot.commands.options import AsJson, DataDir, opened
from bot.commands.sites import sites
from bot.doctor import examine
from bot.errors import FootnoteError
from bot.models import CustomerContext
from bot.replaying import replay, replay_to_json
from bot.settings import describe, load_settings
from bot.terminal import (
    TerminalProgress,
    print_differences,
    print_hits,
    print_json,
    print_reply,
    print_report,
    print_settings,
    print_trace,
    read_text,
    run_command,
)
from bot.updating import forget_articles, update_index
from bot.web.server import serve as serve_http
from bot.wire import reply_to_json
from embeddings.errors import EmbeddingError
from knowledge.errors import KnowledgeError
from knowledge.models import Platform
from prompts.errors import PromptError

app = typer.Typer(
    help="Answers from your help center, a footnote under every sentence, a human when it does not know.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

OnPlatform = Annotated[Platform, typer.Option("--platform", help="Where the customer is.")]


@app.command()
def index(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Folders or files: .md .html .jsonl, .txt listing.")
    ] = None,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Do nothing when there is an index.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make every passage and vector anew.")] = False,
    gate: Annotated[
        bool, typer.Option("--gate", help="Let a new index serve only if the evaluation's gate is open.")
    ] = False,
    suite: Annotated[
        Path | None,
        typer.Option("--suite", help="Folder of cases for --gate.", show_default="those about the sample help center"),
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Read articles and make them searchable; without SOURCES, all remembered ones are read again."""
    if suite is not None and not gate:
        raise typer.BadParameter("--suite names the cases of --gate; give that too.")
    with opened(load_settings(data_dir=data_dir)) as footnote:
        if if_missing and footnote.current_generation() is not None:
            return
        with TerminalProgress() as progress:
            keeper = Gatekeeper(footnote.settings, suite, progress) if gate else None
            report = update_index(footnote, sources or (), progress, rebuild=rebuild, gate=keeper)
    print_indexed(report, keeper, as_json)


@app.command()
def forget(
    source: Annotated[str, typer.Argument(help="A folder or file that was indexed.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Take a source's articles out of the index and do not read it again."""
    with opened(load_settings(data_dir=data_dir)) as footnote, TerminalProgress() as progress:
        report = forget_articles(footnote, source, progress)
    if as_json:
        print_json(report.to_json())
    else:
        print_report(report)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What a customer would ask.")] = None,
    platform: OnPlatform = Platform.ANY,
    history: Annotated[
        Path | None, typer.Option("--history", help="JSON list of the messages before it, each with role and text.")
    ] = None,
    turn: Annotated[
        str | None, typer.Option("--replay", metavar="TURN", help="Answer a stored turn again, from its receipt.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what was considered and decided.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Answer one question, with footnotes; or one of a stored conversation once more."""
    if (question is None) == (turn is None):
        raise typer.BadParameter("Give a question, or --replay with the id of a turn.")
    if turn is not None:
        _replay(turn, explain, as_json, data_dir)
        return
    said = read_history(read_text(history)) if history else ()
    with opened(load_settings(data_dir=data_dir)) as footnote:
        outcome = footnote.assistant.answer(str(question), CustomerContext(platform=platform), said)
    if as_json:
        trace = outcome.trace if explain else None
        print_json({"reply": reply_to_json(outcome.reply), "timings_ms": outcome.timings_ms, "trace": trace})
        return
    print_reply(outcome.reply)
    if explain:
        print_trace(outcome.trace)


def _replay(turn: str, explain: bool, as_json: bool, data_dir: Path | None) -> None:
    with opened(load_settings(data_dir=data_dir)) as footnote:
        replayed = replay(footnote.assistant, footnote.database, turn)
    if as_json:
        print_json(replay_to_json(replayed, explain))
    else:
        print_reply(replayed.outcome.reply)
        if explain:
            print_trace(replayed.outcome.trace)
    if replayed.differences:
        print_differences(replayed.differences)
    if not replayed.same:
        raise typer.Exit(1)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")] = 10,
    platform: OnPlatform = Platform.ANY,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Rank passages for a query."""
    with opened(load_settings(data_dir=data_dir)) as footnote:
        hits = footnote.assistant.search(query, CustomerContext(platform=platform))[:k]
        if as_json:
            print_json(
                {"query": query, "hits": [footnote.hit_to_json(rank, hit) for rank, hit in enumerate(hits, start=1)]}
            )
        else:
            print_hits(hits)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the HTTP interface, the help center and the demo page."""
    serve_http(load_settings(host=host, port=port, data_dir=data_dir))


@app.command()
def settings(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List every setting with its value, where the value comes from, and help."""
    given = frozenset({"data_dir"}) if data_dir else frozenset()
    rows = describe(load_settings(data_dir=data_dir), given)
    if as_json:
        print_json([asdict(row) for row in rows])
    else:
        print_settings(rows)


@app.command()
def doctor(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Check data, index and model; each finding comes with the command that mends it."""
    findings = examine(load_settings(data_dir=data_dir))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(
                f"{finding.severity.value:<8} {finding.sentence}"
                + (f"\n         Mend: {finding.mend}" if finding.mend else "")
            )
    if any(finding.severity.is_failure for finding in findings):
        raise typer.Exit(1)


app.command()(deliveries)
app.command()(sites)
app.command()(generations)
app.command("roll-back")(roll_back_to)
app.add_typer(agents, name="agents")


def main() -> None:
    """Run the command; what could not be done becomes one sentence on standard error and exit code 1."""
    run_command(app, FootnoteError, KnowledgeError, EmbeddingError, PromptError)
