from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.database import open_database
from tests.bot.indexing.workshop import Workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with open_database(tmp_path / "footnote.db") as database:
        yield Workshop(database, tmp_path / "index")
