"""Runs that can be looked at again: files beside the index, apart from every conversation, the newest ones only."""

import json
import os
import re
from contextlib import suppress
from pathlib import Path

from bot.errors import StorageError
from bot.trials.run import ID_DIGITS, Run

FOLDER = "playground"
MOST_KEPT = 500
_NAME = re.compile(rf"[0-9a-f]{{{ID_DIGITS}}}")


class KeptRuns:
    """A file for each run, under its id. Several processes may share the folder."""

    def __init__(self, folder: Path, most: int = MOST_KEPT) -> None:
        self._folder = folder
        self._most = most

    def keep(self, run: Run) -> str:
        """Keeps a run and gives its id; the oldest ones make room. StorageError when the disk does not take it."""
        id_ = run.id
        file = self._folder / f"{id_}.json"
        beside = file.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(run.to_json(), ensure_ascii=False), encoding="utf-8")
            beside.replace(file)
            self._make_room()
        except OSError as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise StorageError(f"The run cannot be kept in {self._folder} ({error.strerror}).") from error
        return id_

    def run(self, id_: str) -> Run | None:
        """The run with this id; None when there is none any more, or it cannot be read."""
        if not _NAME.fullmatch(id_):
            return None
        try:
            return Run.from_json(json.loads((self._folder / f"{id_}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _make_room(self) -> None:
        files = []
        for file in self._folder.glob("*.json"):
            with suppress(FileNotFoundError):  # another process made room
                files.append((file.stat().st_mtime_ns, file))
        for _, file in sorted(files)[: max(0, len(files) - self._most)]:
            file.unlink(missing_ok=True)
