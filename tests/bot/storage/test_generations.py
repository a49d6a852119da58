from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.errors import StorageError
from bot.storage.database import Database
from bot.storage.generations import (
    GenerationRow,
    activate_generation,
    active_generation,
    drop_generation,
    drop_generations_after,
    known_generations,
)


def generation(number: int, now: datetime) -> GenerationRow:
    return GenerationRow(number, f"{number:064x}", articles=80 + number, passages=400, created_at=now)


def activate(database: Database, row: GenerationRow) -> None:
    with database.write() as connection:
        activate_generation(connection, row)


def test_the_last_one_activated_serves(database: Database, now: datetime) -> None:
    assert active_generation(database) is None
    for number in (1, 2, 10):
        activate(database, generation(number, now))
        assert active_generation(database) == generation(number, now)
    assert [row.number for row in known_generations(database)] == [1, 2, 10]


def test_an_older_one_can_serve_again_and_keeps_when_it_was_made(database: Database, now: datetime) -> None:
    activate(database, generation(1, now))
    activate(database, generation(2, now))
    activate(database, replace(generation(1, now), created_at=now + timedelta(days=1)))
    assert active_generation(database) == generation(1, now)


@pytest.mark.parametrize("change", [{"manifest_sha256": "f" * 64}, {"articles": 1}, {"passages": 1}])
def test_one_number_is_one_generation(database: Database, now: datetime, change: dict[str, object]) -> None:
    activate(database, generation(1, now))
    activate(database, generation(2, now))
    with pytest.raises(StorageError, match="Generation 1 is already recorded"):
        activate(database, replace(generation(1, now), **change))
    assert active_generation(database) == generation(2, now)


def test_all_that_came_later_are_dropped_but_not_the_active_one(database: Database, now: datetime) -> None:
    for number in (1, 2, 3, 4):
        activate(database, generation(number, now))
    activate(database, generation(3, now))
    with pytest.raises(StorageError, match="Generation 3 is serving"), database.write() as connection:
        drop_generations_after(connection, 2)
    with database.write() as connection:
        drop_generations_after(connection, 3)
        drop_generations_after(connection, 3)
    assert [row.number for row in known_generations(database)] == [1, 2, 3]


def test_the_active_one_cannot_be_dropped(database: Database, now: datetime) -> None:
    activate(database, generation(1, now))
    activate(database, generation(2, now))
    with pytest.raises(StorageError, match="Generation 2 is serving"), database.write() as connection:
        drop_generation(connection, 2)
    with database.write() as connection:
        drop_generation(connection, 1)
        drop_generation(connection, 77)
    assert known_generations(database) == (generation(2, now),)
