import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from bot.errors import StorageError
from bot.settings import DatabaseUrl
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


def tables(where: Path | DatabaseUrl) -> list[str]:
    """Its tables, without opening it as Footnote does."""
    address = f"sqlite:///{where}" if isinstance(where, Path) else where.get_secret_value()
    engine = create_engine(address)
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
    engine.dispose()
    return names


def test_the_migrations_end_where_the_schema_is(database: Database) -> None:
    with database.read() as connection:
        assert differences(connection) == []
        migrated = shape(connection)
    with database.write() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        assert shape(connection) == migrated


def test_up_down_up(database: Database) -> None:
    with database.write() as connection:
        command.downgrade(migrations(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    database.close()
    with open_database(database.where) as again, again.read() as connection:
        assert current_revision(connection, again.name) == HEAD
        assert differences(connection) == []


def test_each_revision_can_be_taken_back_and_made_again(database: Database) -> None:
    with database.write() as connection:
        config = migrations(connection)
        for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions():
            command.downgrade(config, script.down_revision or "base")
            assert current_revision(connection, "") == script.down_revision
        for script in reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())):
            command.upgrade(config, script.revision)
        assert differences(connection) == []


def test_head_is_the_newest_script() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [HEAD]


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    nowhere: Path | DatabaseUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upgrade_and_stumble(config: Any, revision: str, really: Any = command.upgrade) -> None:
        really(config, revision)
        raise RuntimeError("power cut")

    monkeypatch.setattr(command, "upgrade", upgrade_and_stumble)
    with pytest.raises(RuntimeError, match="power cut"):
        open_database(nowhere)
    monkeypatch.undo()
    assert tables(nowhere) == []
    open_database(nowhere).close()


def test_a_database_is_migrated_once(nowhere: Path | DatabaseUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []

    def upgrade(config: Any, revision: str, really: Any = command.upgrade) -> None:
        before = current_revision(config.attributes["connection"], "")
        really(config, revision)
        time.sleep(0.1)
        ran.append(before)

    monkeypatch.setattr(command, "upgrade", upgrade)
    with ThreadPoolExecutor(3) as pool:
        for database in list(pool.map(open_database, [nowhere] * 3)):
            database.close()
    assert ran.count(None) == 1


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


def test_rows_without_their_parent_stop_a_migration(sqlite_database: Database, tmp_path: Path) -> None:
    sqlite_database.close()
    names = {*tables(tmp_path / "footnote.db")} - {"active_generation", "alembic_version"}
    connection = sqlite3.connect(tmp_path / "footnote.db")
    connection.execute("INSERT INTO active_generation VALUES (1, 7)")
    connection.execute("DELETE FROM alembic_version")
    for name in names:
        connection.execute(f"DROP TABLE {name}")
    connection.execute("ALTER TABLE active_generation RENAME TO orphans")
    connection.commit()
    connection.close()
    with pytest.raises(StorageError, match="1 rows point at rows that are not there"):
        open_database(tmp_path / "footnote.db")


def test_a_database_of_a_newer_footnote_is_left_alone(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(StorageError, match=r"was written by a newer Footnote .*9999.*newer version") as caught:
        open_database(database.where)
    assert database.name in str(caught.value)


def test_another_programs_database_is_left_alone(nowhere: Path | DatabaseUrl) -> None:
    """One with tables of its own, whether or not it too keeps alembic's, at a revision that we have as well."""
    if isinstance(nowhere, Path):
        nowhere.parent.mkdir()
    engine = create_engine(f"sqlite:///{nowhere}" if isinstance(nowhere, Path) else nowhere.get_secret_value())
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE invoices (id integer)")
    with pytest.raises(StorageError, match=r"belongs to another program .*invoices.*FOOTNOTE_DATABASE_URL"):
        open_database(nowhere)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num text)")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{HEAD}')")
    engine.dispose()
    with pytest.raises(StorageError, match=r"belongs to another program .*invoices.*FOOTNOTE_DATABASE_URL"):
        open_database(nowhere)
    assert sorted(tables(nowhere)) == ["alembic_version", "invoices"]


def test_a_path_with_signs_that_configuration_files_and_urls_read(tmp_path: Path) -> None:
    path = tmp_path / "100%(here)s ?#ü" / "foot note.db"
    with open_database(path):
        assert path.is_file()


def test_at_head_opening_loads_no_alembic_and_a_file_no_psycopg(sqlite_database: Database) -> None:
    script = (
        "import sys; from pathlib import Path; from bot.storage.database import open_database;"
        "open_database(Path(sys.argv[1])).close(); print({'alembic', 'psycopg'} & set(sys.modules))"
    )
    command_line = [sys.executable, "-c", script, str(sqlite_database.where)]
    assert subprocess.run(command_line, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "set()\n"
