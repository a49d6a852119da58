import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import IndexBusy
from bot.indexing.lock import LOCK_FILE, writer_lock

HOLD = """
import sys, time
from pathlib import Path
from bot.indexing.lock import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_makes_the_folder_and_is_free_again_after_the_block(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "index"
    for _ in range(2):
        with writer_lock(folder):
            assert [entry.name for entry in folder.iterdir()] == [LOCK_FILE]


def test_an_error_in_the_block_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(KeyError), writer_lock(tmp_path):
        raise KeyError
    with writer_lock(tmp_path):
        pass


def test_a_second_writer_in_the_process_is_refused(tmp_path: Path) -> None:
    with writer_lock(tmp_path), pytest.raises(IndexBusy, match=f"is writing to {tmp_path}"), writer_lock(tmp_path):
        pass


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(IndexBusy), writer_lock(tmp_path):
            pass
        holder.kill()
        holder.wait()
        with writer_lock(tmp_path):
            pass
