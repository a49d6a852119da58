"""Which revision a database is at, and how it gets to the newest one. alembic loads only when there is work to do."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, inspect, select, table

from bot.errors import StorageError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0015"
"""The newest revision under migrations/versions (a test compares them)."""

MIGRATIONS = Path(__file__).parent / "migrations"

_OURS = "active_generation"
"""A table that every revision of Footnote has: other programs too keep a table of alembic's."""

_alembic_version = table("alembic_version", column("version_num"))


def current_revision(connection: Connection, name: str) -> str | None:
    """The revision the database `name` is at; None for an empty one. StorageError if it is not Footnote's."""
    tables = inspect(connection).get_table_names()
    found = connection.scalar(select(_alembic_version.c.version_num)) if _alembic_version.name in tables else None
    strangers = sorted({*tables} - {_alembic_version.name})
    if strangers and (_alembic_version.name not in tables or (found is not None and _OURS not in tables)):
        raise StorageError(
            f"The database {name} belongs to another program (it has a table “{strangers[0]}” and no record of "
            f"Footnote's). Choose another place with FOOTNOTE_DATA_DIR, or another database with FOOTNOTE_DATABASE_URL."
        )
    return found


def migrations(connection: Connection) -> "Config":
    """alembic's configuration for this package's scripts on an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def bring_to_head(connection: Connection, name: str) -> None:
    """Runs the migrations that the database `name` is missing, all in the connection's transaction.

    StorageError if the database is newer than this program, or another program's.
    """
    from alembic import command
    from alembic.script import ScriptDirectory

    config = migrations(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    current = current_revision(connection, name)
    if current is not None and current not in known:
        raise StorageError(
            f"The database {name} was written by a newer Footnote (its revision is {current}, this program knows up to "
            f"{HEAD}). Install the newer version, or put an older backup in its place."
        )
    command.upgrade(config, HEAD)
