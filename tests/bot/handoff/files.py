"""A SQLite database in a file, for simulations that cut the power."""

from pathlib import Path

from bot.storage.database import Database, open_database


class File:
    """Opened anew after one power cut in twenty, as a process that starts does it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = open_database(path)
        self.cuts = 0

    def reopened(self) -> Database:
        self.cuts += 1
        if self.cuts % 20 == 0:
            self.database.close()
            self.database = open_database(self.path)
        return self.database
