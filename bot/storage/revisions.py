"""Which revision a database is at, and how it gets to the newest one. alembic loads only when there is work to do."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, inspect, select, table

from bot.errors import StorageError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0002"
"""The newest revision under migrations/versions (a test compares them)."""

MIGRATIONS = Path(__file__).parent / "migrations"

_alembic_version = table("alembic_version", column("version_num"))


def current_revision(connection: Connection) -> str | None:
    """The revision the database is at; None for an empty one. StorageError for a database that is not Footnote's."""
    names = inspect(connection).get_table_names()
    if _alembic_version.name in names:
        return connection.scalar(select(_alembic_version.c.version_num))
    if names:
        raise StorageError(
            f"The database {connection.engine.url.database} belongs to another program (it has a table "
            f"“{sorted(names)[0]}” and no record of Footnote's). Choose another place with FOOTNOTE_DATA_DIR."
        )
    return None


def migrations(connection: Connection) -> "Config":
    """alembic's configuration for this package's scripts on an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def bring_to_head(engine: Engine) -> None:
    """Runs the migrations that are missing, all in one transaction.

    Foreign keys are off meanwhile and checked before the commit (https://sqlite.org/lang_altertable.html, section 7),
    because SQLite alters a table by building it anew. StorageError if the database is newer than this program.
    """
    with engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        connection.detach()
        with connection.begin():
            _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    name = connection.engine.url.database
    config = migrations(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    current = current_revision(connection)
    if current is not None and current not in known:
        raise StorageError(
            f"The database {name} was written by a newer Footnote (its revision is {current}, this program knows up to "
            f"{HEAD}). Install the newer version, or put an older backup in its place."
        )
    command.upgrade(config, HEAD)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise StorageError(
            f"The database {name} was not migrated: {len(broken)} rows point at rows that are not there "
            f"(the first in table “{broken[0][0]}”). Put a backup in its place."
        )
