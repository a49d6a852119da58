import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import bot.indexing.active
from bot.errors import IndexUnavailable, StorageError
from bot.indexing.active import RETRY_SECONDS, ActiveGeneration
from bot.indexing.generations import Generation, generation_folder, load_generation
from bot.storage.generations import GenerationRow
from knowledge.models import Article
from tests.bot.indexing.workshop import Shelf, Workshop


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def index(workshop: Workshop, version: int) -> None:
    workshop.index(Shelf("docs", [Article(id="fees", title="Fees", body=f"The fee is {version} USDT.")]))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def active(workshop: Workshop, clock: Clock) -> ActiveGeneration:
    return ActiveGeneration(workshop.database, workshop.folder, clock=clock)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the generations that are loaded, as they are."""
    numbers: list[int] = []

    def counted(folder: Path, number: int, manifest_sha256: str | None = None) -> Generation:
        numbers.append(number)
        return load_generation(folder, number, manifest_sha256)

    monkeypatch.setattr(bot.indexing.active, "load_generation", counted)
    return numbers


def asked(monkeypatch: pytest.MonkeyPatch, answer: Callable[[], GenerationRow | None]) -> None:
    monkeypatch.setattr(bot.indexing.active, "active_generation", lambda database: answer())


def test_without_an_index_it_says_what_to_do(active: ActiveGeneration, workshop: Workshop) -> None:
    with pytest.raises(IndexUnavailable, match="run `footnote index`"):
        active.current()
    index(workshop, 1)
    assert active.current().number == 1


def test_a_new_generation_is_seen_after_the_poll_and_the_old_reference_stays(
    active: ActiveGeneration, workshop: Workshop, clock: Clock, loads: list[int]
) -> None:
    index(workshop, 1)
    old = active.current()
    index(workshop, 2)
    clock.seconds += 0.9
    assert active.current() is old
    clock.seconds += 0.2
    new = active.current()
    assert new.number == 2
    assert old.articles["fees"].body == "The fee is 1 USDT."
    assert old.indexes.lexical.scored("fee").best(1)
    clock.seconds += 5
    assert active.current() is new
    assert loads == [1, 2]


def test_who_has_just_made_a_generation_does_not_wait_for_the_poll(
    active: ActiveGeneration, workshop: Workshop
) -> None:
    index(workshop, 1)
    assert active.current().number == 1
    index(workshop, 2)
    assert active.current().number == 1 and active.newest().number == 2 and active.current().number == 2


def test_a_generation_that_cannot_be_loaded_leaves_the_old_one_serving(
    active: ActiveGeneration, workshop: Workshop, clock: Clock, loads: list[int]
) -> None:
    index(workshop, 1)
    old = active.current()
    index(workshop, 2)
    (generation_folder(workshop.folder, 2) / "dense.faiss").write_bytes(b"")
    clock.seconds += 2
    assert active.current() is old
    assert active.problem is not None
    assert "dense.faiss" in active.problem
    clock.seconds += 2
    assert active.current() is old
    assert loads == [1, 2]
    clock.seconds += RETRY_SECONDS
    assert active.current() is old
    assert loads == [1, 2, 2]
    workshop.index(Shelf("docs", [Article(id="fees", title="Fees", body="New.")]), rebuild=True)
    clock.seconds += 2
    assert active.current().number == 3
    assert active.problem is None


def test_a_database_that_fails_leaves_the_old_one_serving(
    active: ActiveGeneration, workshop: Workshop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(workshop, 1)
    old = active.current()

    def broken() -> GenerationRow | None:
        raise StorageError("The database is busy.")

    asked(monkeypatch, broken)
    clock.seconds += 2
    assert active.current() is old
    assert active.problem == "The database is busy."
    with pytest.raises(StorageError):
        ActiveGeneration(workshop.database, workshop.folder).current()


def test_a_generation_removed_while_it_is_loaded_is_followed_to_the_next(
    active: ActiveGeneration, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in range(1, 5):
        index(workshop, version)
    newest = bot.indexing.active.active_generation(workshop.database)
    assert newest is not None
    rows = iter([GenerationRow(1, "0" * 64, 1, 1, newest.created_at), newest])
    asked(monkeypatch, lambda: next(rows))
    assert active.current().number == 4


def test_a_generation_of_another_encoder_is_refused(workshop: Workshop) -> None:
    index(workshop, 1)
    assert ActiveGeneration(workshop.database, workshop.folder, encoder="letters").current().number == 1
    with pytest.raises(IndexUnavailable, match=r"with the encoder letters, .* other: run `footnote index`"):
        ActiveGeneration(workshop.database, workshop.folder, encoder="other").current()


def test_one_thread_loads_while_the_others_keep_the_old_one(
    active: ActiveGeneration, workshop: Workshop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(workshop, 1)
    old = active.current()
    index(workshop, 2)
    clock.seconds += 2
    loading, go_on = threading.Event(), threading.Event()

    def slow(folder: Path, number: int, manifest_sha256: str | None = None) -> Generation:
        loading.set()
        assert go_on.wait(10)
        return load_generation(folder, number, manifest_sha256)

    monkeypatch.setattr(bot.indexing.active, "load_generation", slow)
    loaded: list[Generation] = []
    loader = threading.Thread(target=lambda: loaded.append(active.current()))
    loader.start()
    assert loading.wait(10)
    assert active.current() is old
    go_on.set()
    loader.join(10)
    assert [generation.number for generation in loaded] == [2]
    assert active.current() is loaded[0]


def test_the_first_generation_is_loaded_once_for_all_threads(
    active: ActiveGeneration, workshop: Workshop, loads: list[int]
) -> None:
    index(workshop, 1)
    found: list[Generation] = []
    threads = [threading.Thread(target=lambda: found.append(active.current())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 8
    assert loads == [1]
