"""Articles, sources and generations in the console, over a real index of a small folder."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.indexing.active import ActiveGeneration
from bot.indexing.progress import SilentProgress
from bot.roles import Role
from bot.staffed import StaffedFootnote
from bot.storage.audit import audit_entries
from bot.storage.generations import active_generation
from bot.updating import update_index
from tests.bot.web.console.conftest import Seat, SuggestingAssistant, seat_of
from tests.bot.web.console.figures_on_page import figures_on
from tests.bot.web.stage import open_stage
from tests.seeded_store import seeded_turns, store

FILES = {
    "fees.md": "---\ntitle: Trading fees\nsection: faq\nupdated_at: 2026-01-05\nviews: 12\n---\n"
    "A trade costs money.\n\n## Makers\n\nMakers pay less.",
    "fees-2024.md": "---\ntitle: Trading fees in 2024\nsection: announcements\n---\nA trade cost more then.",
    "playbook.md": "---\ntitle: <b>Playbook</b>\naudience: internal\n---\nNobody outside reads this.",
    "broken.md": "---\ntitle: Broken\naudience: everybody\n---\nText.",
}


@pytest.fixture
def help_center(tmp_path: Path) -> Path:
    folder = tmp_path / "help"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def footnote(
    tmp_path: Path, blank_database: Path, assistant: SuggestingAssistant, help_center: Path
) -> Iterator[StaffedFootnote]:
    shutil.copy(blank_database, tmp_path / "footnote.db")
    stage = open_stage(tmp_path, assistant)
    index = ActiveGeneration(stage.database, stage.settings.index_folder, stage.encoder.identity, 0.0)
    footnote = replace(stage, index=index)
    update_index(footnote, [str(help_center)], SilentProgress())
    yield footnote
    footnote.database.close()


@pytest.fixture
def editor(client: TestClient, footnote: StaffedFootnote, ada: Seat) -> Seat:
    return seat_of(client, footnote, "eda", "Eda", Role.EDITOR)


def changed(footnote: StaffedFootnote, help_center: Path, name: str, text: str | None) -> None:
    """A file of the help center becomes this, or goes, and the index follows."""
    if text is None:
        (help_center / name).unlink()
    else:
        (help_center / name).write_text(text, encoding="utf-8")
    update_index(footnote, (), SilentProgress())


def test_every_article_is_listed_with_its_figures(ada: Seat, footnote: StaffedFootnote) -> None:
    store(footnote.database, seeded_turns(300, datetime.now(UTC), ["fees", "fees-2024"]))
    page, told = ada.get("/console/knowledge"), ada.get("/console/knowledge", accept="application/json").json()
    assert page.status_code == 200
    rows = {row["id"]: row for row in told["articles"]}
    assert set(rows) == {"fees", "fees-2024", "playbook"}
    assert rows["fees"]["answers"] > 10
    assert (rows["fees"]["views"], rows["fees"]["passages"]) == (12, 2)
    assert (rows["playbook"]["audience"], rows["playbook"]["passages"]) == ("internal", 0)
    shown = figures_on(page.text).values
    assert shown.pop("total") == "3"
    names = ("answers", "thumbs_up", "thumbs_down", "passages", "family")
    assert shown == {f"{id_}/{name}": str(row[name]) for id_, row in rows.items() for name in names}
    assert "&lt;b&gt;Playbook&lt;/b&gt;" in page.text
    assert "<b>Playbook</b>" not in page.text


def test_the_list_is_narrowed_by_its_address(ada: Seat) -> None:
    def ids(query: str) -> list[str]:
        told = ada.get(f"/console/knowledge?{query}", accept="application/json").json()
        return [row["id"] for row in told["articles"]]

    assert ids("q=makers") == ["fees"]
    assert ids("audience=internal") == ["playbook"]
    assert ids("section=announcements") == ["fees-2024"]
    assert ids("q=nothing+like+it") == []
    assert "No article is like that." in ada.get("/console/knowledge?q=nothing+like+it").text


def test_an_article_shows_its_passages_and_its_citations(ada: Seat, footnote: StaffedFootnote) -> None:
    store(footnote.database, seeded_turns(300, datetime.now(UTC), ["fees", "fees-2024"]))
    page = ada.get("/console/knowledge/fees")
    told = ada.get("/console/knowledge/fees", accept="application/json").json()
    shown = figures_on(page.text).values
    expected = {name: str(told[name]) for name in ("passages", "answers", "thumbs_up", "thumbs_down")}
    expected |= {f"day/{day}/{name}": str(value) for day, each in told["days"].items() for name, value in each.items()}
    assert shown == expected
    assert len(told["days"]) > 20
    assert "Makers pay less." in page.text
    assert "Passage 1" in page.text
    assert told["pieces"][0]["start"] == 0
    internal = ada.get("/console/knowledge/playbook").text
    assert "An internal article is never quoted" in internal
    assert "No answer of the last 90 days cites it." in internal


def test_an_article_that_was_deleted_meanwhile_is_said_to_be(
    ada: Seat, footnote: StaffedFootnote, help_center: Path
) -> None:
    assert ada.get("/console/knowledge/fees-2024").status_code == 200
    changed(footnote, help_center, "fees-2024.md", None)
    gone = ada.get("/console/knowledge/fees-2024")
    assert gone.status_code == 404
    assert "The article “fees-2024” is not in the index that serves now." in gone.text
    told = ada.get("/console/knowledge/fees-2024", accept="application/json")
    assert told.json()["error"]["code"] == "article_not_found"


def test_sources_say_what_failed_and_why(ada: Seat, help_center: Path) -> None:
    page, told = ada.get("/console/knowledge").text, ada.get("/console/knowledge", accept="application/json").json()
    assert str(help_center) in page
    assert "1 could not become an article" in page
    (rejected,) = told["sources"][0]["rejected"]
    assert "broken.md" in rejected["origin"]
    assert rejected["sentence"] in unescape(page)


def test_an_admin_rolls_back_and_it_is_written_down(ada: Seat, footnote: StaffedFootnote, help_center: Path) -> None:
    changed(footnote, help_center, "new.md", "---\ntitle: New\n---\nSomething new.")
    assert "Let generation 1 serve" in ada.get("/console/knowledge").text
    done = ada.post("/console/generations/roll-back", {"number": "1"})
    assert (done.status_code, done.headers["location"]) == (303, "/console/knowledge#generations")
    serving = active_generation(footnote.database)
    assert serving is not None
    assert serving.number == 1
    assert ada.get("/console/knowledge/new").status_code == 404
    newest = audit_entries(footnote.database, 1)[0]
    assert (newest.agent, newest.action, newest.object) == ("ada", "rolled_back", "1")
    assert newest.at > datetime.now(UTC) - timedelta(minutes=1)
    again = ada.post("/console/generations/roll-back", {"number": "1"})
    assert "Generation 1 serves already." in again.text
    assert ada.script("/console/generations/roll-back", {"number": "99"}).status_code == 400
    assert audit_entries(footnote.database, 1)[0].number == newest.number


def test_only_an_admin_may_roll_back(editor: Seat, footnote: StaffedFootnote, help_center: Path) -> None:
    changed(footnote, help_center, "new.md", "---\ntitle: New\n---\nSomething new.")
    assert "Let generation 1 serve" not in editor.get("/console/knowledge").text
    assert editor.post("/console/generations/roll-back", {"number": "1"}).status_code == 403
    assert (
        editor.post("/console/generations/roll-back", {"number": "1"}, origin="http://evil.example").status_code == 403
    )


def test_without_an_index_the_page_says_what_will_be_here(ada: Seat, footnote: StaffedFootnote) -> None:
    with footnote.database.write() as connection:
        for table in ("active_generation", "generations", "quarantine", "sources"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    footnote.index._generation = None
    shutil.rmtree(footnote.settings.index_folder)
    page = ada.get("/console/knowledge")
    assert page.status_code == 200
    for sentence in ("There is no index yet.", "No source was read yet.", "There is none yet."):
        assert sentence in page.text
    assert ada.get("/console/knowledge/fees").status_code == 404
