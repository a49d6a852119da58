"""`footnote deliveries`: what help desks have been told, what they have not taken, and what becomes of that."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bot.commands.options import AsJson, DataDir, opened
from bot.errors import RequestRefused
from bot.settings import load_settings
from bot.storage.database import Database, Transaction
from bot.storage.delivery_reports import DeskReport, desk_reports, give_up_all
from bot.storage.outbox import Delivery, dead_letters, give_up, replay, replay_all
from bot.terminal import print_json, print_table

MOST_LISTED = 1000
_DONE = {
    "sent_again": "{} sent again, as soon as a server runs.",
    "given_up": "{} dropped for good; what waited behind is sent next.",
}


def deliveries(
    dead: Annotated[bool, typer.Option("--dead", help="List what was given up after the last attempt.")] = False,
    replay_id: Annotated[
        str | None, typer.Option("--replay", metavar="ID", help="Send one of those again, with a fresh schedule.")
    ] = None,
    replay_desk: Annotated[
        str | None, typer.Option("--replay-all", metavar="DESK", help="Send all of a desk's again.")
    ] = None,
    give_up_id: Annotated[
        str | None, typer.Option("--give-up", metavar="ID", help="Drop one for good; what waits behind it is sent.")
    ] = None,
    give_up_desk: Annotated[
        str | None, typer.Option("--give-up-all", metavar="DESK", help="Drop all that a desk has not taken, for good.")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show what help desks have not taken yet, and send again or drop what was given up."""
    wishes = (replay_id, replay_desk, give_up_id, give_up_desk)
    if dead + sum(wish is not None for wish in wishes) > 1:
        raise typer.BadParameter("Give one of --dead, --replay, --replay-all, --give-up and --give-up-all.")
    with opened(load_settings(data_dir=data_dir)) as footnote:
        database = footnote.database
        if dead:
            _print_dead(database, as_json)
        elif replay_id is not None or replay_desk is not None:
            _print_done("sent_again", _send_again(database, replay_id, replay_desk), as_json)
        elif give_up_id is not None or give_up_desk is not None:
            _print_done("given_up", _drop(database, give_up_id, give_up_desk), as_json)
        else:
            _print_desks(database, as_json)


def _send_again(database: Database, delivery_id: str | None, desk: str | None) -> int:
    """Sends one dead letter again, or all of a desk's; how many."""
    now = datetime.now(UTC)
    with database.write() as connection:
        if delivery_id is None:
            return replay_all(connection, _known(connection, desk), now)
        replay(connection, delivery_id, now)
        return 1


def _drop(database: Database, delivery_id: str | None, desk: str | None) -> int:
    """Drops one dead letter, or everything that a desk has not taken; how many events."""
    with database.write() as connection:
        if delivery_id is None:
            return give_up_all(connection, _known(connection, desk))
        give_up(connection, delivery_id)
        return 1


def _known(connection: Transaction, desk: str | None) -> str:
    """A desk's name. RequestRefused when nothing was ever sent to a desk of that name."""
    names = [report.desk for report in desk_reports(connection)]
    if desk not in names:
        raise RequestRefused(f"Nothing was ever sent to a desk {desk!r}; desks are: {', '.join(names) or 'none yet'}.")
    return str(desk)


def _print_done(what: str, count: int, as_json: bool) -> None:
    if as_json:
        print_json({what: count})
    else:
        typer.echo(_DONE[what].format("1 event is" if count == 1 else f"{count:,} events are"))


def _print_desks(database: Database, as_json: bool) -> None:
    with database.read() as connection:
        reports = desk_reports(connection)
    if as_json:
        print_json({"desks": [_report_to_json(report) for report in reports]})
    elif reports:
        print_table(("desk", "waiting", "since", "dead", "delivered", "what failed last"), _report_rows(reports))
    else:
        typer.echo("Nothing was ever sent to a help desk.")


def _print_dead(database: Database, as_json: bool) -> None:
    with database.read() as connection:
        letters = dead_letters(connection, most=MOST_LISTED)
    if as_json:
        print_json({"dead": [_letter_to_json(letter) for letter in letters]})
    elif letters:
        print_table(("id", "desk", "event", "conversation", "behind it", "why"), _letter_rows(letters))
    else:
        typer.echo("No event was given up.")


def _report_to_json(report: DeskReport) -> dict[str, Any]:
    since = report.waiting_since
    return {**asdict(report), "waiting_since": None if since is None else since.isoformat()}


def _report_rows(reports: Sequence[DeskReport]) -> Iterator[tuple[str, ...]]:
    for each in reports:
        since = "" if each.waiting_since is None else f"{each.waiting_since:%Y-%m-%d %H:%M} UTC"
        yield each.desk, str(each.pending), since, str(each.dead), str(each.delivered), each.last_error or ""


def _letter_to_json(letter: Delivery) -> dict[str, Any]:
    return {
        "id": letter.id,
        "desk": letter.desk,
        "event_id": letter.event.id,
        "type": letter.event.type,
        "conversation_id": letter.event.conversation_id,
        "occurred_at": letter.event.occurred_at.isoformat(),
        "attempts": letter.attempts,
        "waiting_behind": letter.waiting_behind,
        "last_error": letter.last_error,
    }


def _letter_rows(letters: Sequence[Delivery]) -> Iterator[tuple[str, ...]]:
    for each in letters:
        why = each.last_error or ""
        yield each.id, each.desk, each.event.type, each.event.conversation_id, str(each.waiting_behind), why
