"""`footnote agents`: who may sign in to the console."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bot.commands.options import AsJson, DataDir
from bot.roles import Role
from bot.safety.agent_names import normalised_name
from bot.settings import Settings, load_settings
from bot.signing_in import login_url, new_agent
from bot.storage.agents import AgentAccount, agent_accounts, disable_agent, enable_agent, set_role
from bot.storage.database import Database, open_database
from bot.storage.login_links import LIFETIME
from bot.terminal import print_json, print_table

agents = typer.Typer(help="List who may sign in to the console; add, let in and disable agents.", rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="Name that the agent signs in with, such as maria or maria@example.com.")]


@agents.callback(invoke_without_command=True)
def list_agents(context: typer.Context, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List who may sign in to the console; add, let in and disable agents."""
    if context.invoked_subcommand is not None:
        if as_json or data_dir is not None:
            raise typer.BadParameter(
                f"Options belong behind the command: footnote agents {context.invoked_subcommand} …"
            )
        return
    with _database(load_settings(data_dir=data_dir)) as database:
        accounts = agent_accounts(database)
    if as_json:
        print_json({"agents": [_to_json(account) for account in accounts]})
    elif accounts:
        print_table(("name", "customers read", "role", "password", "last signed in", "state"), map(_row, accounts))
    else:
        typer.echo("There are no agents yet. `footnote agents add NAME` makes one.")


@agents.command()
def add(
    name: Name,
    display_name: Annotated[
        str | None, typer.Option("--display-name", help="Name that customers read. Default: NAME.")
    ] = None,
    role: Annotated[
        Role | None,
        typer.Option(help="What the agent may do in the console. Default: admin for the first agent, then agent."),
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Make an agent and print a one-time login for them."""
    settings = load_settings(data_dir=data_dir)
    with _database(settings) as database:
        agent = new_agent(database, name, display_name, datetime.now(UTC), role)
        _print_login(settings, database, agent.name, as_json)


@agents.command()
def login(name: Name, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Print a one-time login for an agent; an earlier one that was not used is void."""
    settings = load_settings(data_dir=data_dir)
    with _database(settings) as database:
        _print_login(settings, database, normalised_name(name), as_json)


@agents.command()
def role(
    name: Name,
    role: Annotated[Role, typer.Argument(help="What the agent may do in the console from now on.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Make somebody an agent, an editor or an admin."""
    with _database(load_settings(data_dir=data_dir)) as database:
        changed = set_role(database, normalised_name(name), role, datetime.now(UTC))
    if as_json:
        print_json({"name": normalised_name(name), "role": role.value, "changed": changed})
    else:
        typer.echo(f"The role of {normalised_name(name)} {'is' if changed else 'was already'} {role.value}.")


@agents.command()
def disable(name: Name, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Shut an agent out at once; the name stays in the conversations."""
    with _database(load_settings(data_dir=data_dir)) as database:
        changed = disable_agent(database, normalised_name(name), datetime.now(UTC))
    _print_state(normalised_name(name), "disabled", changed, as_json)


@agents.command()
def enable(name: Name, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Let a disabled agent in again; the password is gone, `footnote agents login` opens the door."""
    with _database(load_settings(data_dir=data_dir)) as database:
        changed = enable_agent(database, normalised_name(name), datetime.now(UTC))
    _print_state(normalised_name(name), "enabled", changed, as_json)


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """The database alone: no model is looked for."""
    with open_database(settings.database) as database:
        yield database


def _print_login(settings: Settings, database: Database, name: str, as_json: bool) -> None:
    now = datetime.now(UTC)
    url = login_url(database, settings.links_start_with, name, now)
    if as_json:
        print_json({"name": name, "login": url, "expires_at": (now + LIFETIME).isoformat(timespec="seconds")})
        return
    minutes = int(LIFETIME.total_seconds() // 60)
    typer.echo(
        f"One-time login for {name}, valid for {minutes} minutes. It opens the console once, for whoever has it:"
    )
    typer.echo(url)
    if settings.public_url is None:
        typer.echo("If the server was started with --port, put that number into the address.", err=True)


def _print_state(name: str, state: str, changed: bool, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "state": state, "changed": changed})
    else:
        typer.echo(f"The agent {name} {'is' if changed else 'was already'} {state}.")


def _to_json(account: AgentAccount) -> dict[str, Any]:
    return {
        "name": account.agent.name,
        "display_name": account.agent.display_name,
        "role": account.agent.role.value,
        "has_password": account.has_password,
        "created_at": account.created_at.isoformat(),
        "signed_in_at": None if account.signed_in_at is None else account.signed_in_at.isoformat(),
        "disabled_at": None if account.disabled_at is None else account.disabled_at.isoformat(),
    }


def _row(account: AgentAccount) -> tuple[str, ...]:
    return (
        account.agent.name,
        account.agent.display_name,
        account.agent.role.value,
        "yes" if account.has_password else "no",
        "never" if account.signed_in_at is None else f"{account.signed_in_at:%Y-%m-%d %H:%M} UTC",
        "active" if account.disabled_at is None else "disabled",
    )
