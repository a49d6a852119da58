"""A gate over a new generation, and the way back to an earlier one."""

import shutil
from datetime import timedelta

import pytest

from bot.errors import IndexUnavailable, RequestRefused
from bot.indexing.active import ActiveGeneration
from bot.indexing.generations import generation_folder
from bot.indexing.rolling_back import Standing, kept_generations, roll_back
from bot.storage.generations import active_generation
from bot.storage.sources import forget_source, remembered_sources
from knowledge.models import Article, Rejected
from tests.bot.indexing.workshop import NOW, Shelf, Workshop


def docs(version: int) -> Shelf:
    return Shelf("folder:docs", [Article(id="fees", title="Fees", body=f"The fee is {version} USDT.")])


def version_of(workshop: Workshop) -> str:
    return workshop.generation().articles["fees"].body


def standing(workshop: Workshop) -> dict[int, Standing]:
    kept = kept_generations(workshop.database, workshop.folder)
    return {each.row.number: each.standing for each in kept}


def back(workshop: Workshop, number: int | None = None) -> int:
    return roll_back(workshop.database, workshop.folder, workshop.encoder.identity, number).number


def shut(number: int) -> bool:
    return False


def test_an_open_gate_hears_the_number_before_it_serves(workshop: Workshop) -> None:
    heard: list[tuple[int, int | None]] = []

    def gate(number: int) -> bool:
        row = active_generation(workshop.database)
        assert generation_folder(workshop.folder, number).is_dir()
        heard.append((number, row.number if row else None))
        return True

    assert workshop.index(docs(1), gate=gate).serves
    report = workshop.index(docs(2), gate=gate)
    assert (report.generation, report.is_new, report.serves) == (2, True, True)
    assert heard == [(1, None), (2, 1)] and version_of(workshop) == "The fee is 2 USDT."


def test_nothing_changed_is_nothing_to_gate(workshop: Workshop) -> None:
    workshop.index(docs(1))
    report = workshop.index(docs(1), gate=shut)
    assert (report.generation, report.is_new, report.serves) == (1, False, True)


def test_a_shut_gate_leaves_what_serves_and_what_can_be_gone_back_to(workshop: Workshop) -> None:
    workshop.index(docs(1))
    workshop.index(docs(2))
    for version in (3, 4):
        report = workshop.index(docs(version), gate=shut)
        assert (report.generation, report.serves, report.changed) == (version, False, 1)
    assert standing(workshop) == {4: Standing.SET_ASIDE, 2: Standing.SERVES, 1: Standing.SERVED}
    assert workshop.entries() == [".writer.lock", "gen-000001", "gen-000002", "gen-000004"]
    assert version_of(workshop) == "The fee is 2 USDT."
    assert workshop.index(docs(4)).generation == 5, "without a gate it serves"
    assert standing(workshop) == {5: Standing.SERVES, 2: Standing.SERVED}


def test_a_shut_gate_on_the_first_index_leaves_none(workshop: Workshop) -> None:
    assert not workshop.index(docs(1), gate=shut).serves
    assert active_generation(workshop.database) is None and standing(workshop) == {1: Standing.SET_ASIDE}
    with pytest.raises(IndexUnavailable, match="There is no index yet"):
        back(workshop)
    assert back(workshop, 1) == 1
    assert version_of(workshop) == "The fee is 1 USDT."


def test_a_source_that_does_not_serve_is_not_remembered_until_it_does(workshop: Workshop) -> None:
    workshop.index(docs(1))
    more = Shelf("folder:more", [Article(id="vault", title="Vault", body="A vault is slow.")])
    broken = Rejected("folder:docs", "b.md", "The file b.md is binary.")
    both = (Shelf("folder:docs", [*docs(1).items, broken]), more)
    later = NOW + timedelta(days=1)
    report = workshop.index(*both, gate=shut, now=later)
    assert not report.serves
    (docs_row,) = remembered_sources(workshop.database)
    assert (docs_row.key, docs_row.last_read_at) == ("folder:docs", later)
    back(workshop, report.generation)
    assert [(row.key, row.location) for row in remembered_sources(workshop.database)] == [
        ("folder:docs", "docs"),
        ("folder:more", "more"),
    ]


def test_the_one_before_serves_again_and_the_way_forward_is_kept(workshop: Workshop) -> None:
    for version in (1, 2):
        workshop.index(docs(version))
    assert back(workshop) == 1
    assert version_of(workshop) == "The fee is 1 USDT."
    assert standing(workshop) == {2: Standing.SET_ASIDE, 1: Standing.SERVES}
    with pytest.raises(RequestRefused, match="No generation before 1 is kept"):
        back(workshop)
    assert back(workshop, 2) == 2
    assert standing(workshop) == {2: Standing.SERVES, 1: Standing.SERVED}


def test_after_a_roll_back_the_sources_are_compared_with_what_serves(workshop: Workshop) -> None:
    for version in (1, 2):
        workshop.index(docs(version))
    back(workshop)
    assert workshop.index(docs(1)).is_new is False, "the sources hold what serves"
    report = workshop.index(docs(2))
    assert (report.generation, report.changed, report.unchanged) == (3, 1, 0)
    assert standing(workshop) == {3: Standing.SERVES, 1: Standing.SERVED}, "what was rolled back is no way back"
    assert back(workshop) == 1


def test_articles_of_a_source_that_was_forgotten_since_have_an_owner_again(workshop: Workshop) -> None:
    workshop.index(docs(1))
    workshop.index(Shelf("folder:docs", []))
    with workshop.database.write() as connection:
        forget_source(connection, "folder:docs")
    back(workshop)
    assert [row.key for row in remembered_sources(workshop.database)] == ["folder:docs"]
    assert workshop.index(docs(2)).changed == 1


def test_a_server_that_runs_takes_it_up(workshop: Workshop) -> None:
    active = ActiveGeneration(workshop.database, workshop.folder, workshop.encoder.identity, poll_seconds=0)
    for version in (1, 2):
        workshop.index(docs(version))
        assert active.current().number == version
    back(workshop)
    assert active.current().number == 1
    back(workshop, 2)
    assert active.current().number == 2


def test_a_roll_back_while_the_gate_is_asked_has_the_last_word(workshop: Workshop) -> None:
    for version in (1, 2):
        workshop.index(docs(version))
    report = workshop.index(docs(3), gate=lambda number: back(workshop) == 1)
    assert not report.serves and version_of(workshop) == "The fee is 1 USDT."


def test_what_cannot_serve_is_refused(workshop: Workshop) -> None:
    for version in (1, 2):
        workshop.index(docs(version))
    with pytest.raises(RequestRefused, match="Generation 2 serves already"):
        back(workshop, 2)
    with pytest.raises(RequestRefused, match=r"no generation 9; those that are kept: 2, 1\."):
        back(workshop, 9)
    with pytest.raises(IndexUnavailable, match="made with the encoder letters"):
        roll_back(workshop.database, workshop.folder, "other")
    (generation_folder(workshop.folder, 1) / "dense.faiss").write_bytes(b"")
    with pytest.raises(IndexUnavailable, match=r"dense\.faiss"):
        back(workshop)
    assert version_of(workshop) == "The fee is 2 USDT."


def test_half_a_generation_is_none(workshop: Workshop) -> None:
    workshop.index(docs(1))
    workshop.index(docs(2), gate=shut)
    shutil.copytree(generation_folder(workshop.folder, 2), generation_folder(workshop.folder, 7))
    assert standing(workshop) == {2: Standing.SET_ASIDE, 1: Standing.SERVES}, "its manifest is that of another number"


def test_no_index_at_all(workshop: Workshop) -> None:
    assert standing(workshop) == {}
    with pytest.raises(IndexUnavailable, match="There is no index yet"):
        back(workshop)
