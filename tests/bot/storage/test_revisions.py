import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from bot.errors import StorageError
from bot.storage import revisions
from bot.storage.database import Database, open_database
from bot.storage.revisions import HEAD, MIGRATIONS, current_revision, migrations
from bot.storage.schema import metadata

ROOT = Path(__file__).parents[3]


def shape(connection: Connection) -> dict[str, Any]:
    inspector = inspect(connection)
    return {
        name: (
            inspector.get_pk_constraint(name),
            inspector.get_foreign_keys(name),
            sorted(inspector.get_unique_constraints(name), key=lambda each: str(each["name"])),
            inspector.get_check_constraints(name),
            inspector.get_indexes(name),
        )
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def differences(connection: Connection) -> list[Any]:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


def test_the_migrations_end_where_the_schema_is(database: Database) -> None:
    with database.read() as connection:
        assert differences(connection) == []
        migrated = shape(connection)
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        assert shape(connection) == migrated
    engine.dispose()


def test_up_down_up(database: Database) -> None:
    with database.write() as connection:
        command.downgrade(migrations(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    database.close()
    with open_database(database.path) as again, again.read() as connection:
        assert current_revision(connection) == HEAD
        assert differences(connection) == []


def test_head_is_the_newest_script() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [HEAD]


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def upgrade_and_stumble(config: Any, revision: str, really: Any = command.upgrade) -> None:
        really(config, revision)
        raise RuntimeError("power cut")

    monkeypatch.setattr(command, "upgrade", upgrade_and_stumble)
    with pytest.raises(RuntimeError, match="power cut"):
        open_database(tmp_path / "footnote.db")
    monkeypatch.undo()
    with sqlite3_rows(tmp_path / "footnote.db", "SELECT name FROM sqlite_master") as rows:
        assert rows == []
    open_database(tmp_path / "footnote.db").close()


def test_foreign_keys_are_off_while_a_migration_rebuilds_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []

    def upgrade(config: Any, revision: str, really: Any = command.upgrade) -> None:
        found.append(config.attributes["connection"].exec_driver_sql("PRAGMA foreign_keys").scalar())
        really(config, revision)

    monkeypatch.setattr(command, "upgrade", upgrade)
    with open_database(tmp_path / "footnote.db") as database, database.write() as connection:
        found.append(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())
    assert found == [0, 1]


def test_the_package_may_lie_under_a_path_with_a_percent_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MIGRATIONS, tmp_path / "100%(x)s" / "migrations")
    monkeypatch.setattr(revisions, "MIGRATIONS", tmp_path / "100%(x)s" / "migrations")
    open_database(tmp_path / "footnote.db").close()


def test_rows_without_their_parent_stop_a_migration(database: Database) -> None:
    database.close()
    connection = sqlite3.connect(database.path)
    connection.execute("INSERT INTO active_generation VALUES (1, 7)")
    connection.execute("DELETE FROM alembic_version")
    connection.execute("DROP TABLE turns")
    for name in ("conversations", "quarantine", "sources", "generations"):
        connection.execute(f"DROP TABLE {name}")
    connection.execute("ALTER TABLE active_generation RENAME TO orphans")
    connection.commit()
    connection.close()
    with pytest.raises(StorageError, match="1 rows point at rows that are not there"):
        open_database(database.path)


def test_a_database_of_a_newer_footnote_is_left_alone(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(StorageError, match=r"footnote\.db was written by a newer Footnote .*9999.*newer version"):
        open_database(database.path)


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE invoices (id)")
    connection.close()
    with pytest.raises(StorageError, match=r"other\.db belongs to another program .*invoices.*FOOTNOTE_DATA_DIR"):
        open_database(path)
    with sqlite3_rows(path, "SELECT name FROM sqlite_master") as rows:
        assert rows == [("invoices",)]


def test_a_path_with_signs_that_configuration_files_and_urls_read(tmp_path: Path) -> None:
    path = tmp_path / "100%(here)s ?#ü" / "foot note.db"
    with open_database(path):
        assert path.is_file()


def test_at_head_opening_loads_no_alembic(database: Database) -> None:
    script = (
        "import sys; from pathlib import Path; from bot.storage.database import open_database;"
        "open_database(Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    command_line = [sys.executable, "-c", script, str(database.path)]
    assert subprocess.run(command_line, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "False\n"


class sqlite3_rows:
    """What a statement gives on a plain connection of the standard library."""

    def __init__(self, path: Path, statement: str) -> None:
        self.connection = sqlite3.connect(path)
        self.statement = statement

    def __enter__(self) -> list[Any]:
        return self.connection.execute(self.statement).fetchall()

    def __exit__(self, *_: object) -> None:
        self.connection.close()
