"""Reports over a store of 2,000 turns: the page, the JSON and the CSV show the same figures."""

import csv
import io
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.answering.calibration import CalibratedThreshold, calibration_file, write_calibration
from bot.models import HandoffReason
from bot.staffed import StaffedFootnote
from bot.web.console.report_words import TABLES
from tests.bot.web.console.conftest import Seat, SuggestingAssistant
from tests.bot.web.console.figures_on_page import figures_on
from tests.bot.web.stage import open_stage
from tests.fakes import calibration
from tests.seeded_store import SeededConversation, seeded_articles, seeded_turns, store
from tests.seeded_sums import sum_up

ARTICLES = seeded_articles(60)
NARROWED = {
    "usual": "",
    "a platform": "?platform=app",
    "a locale": "?locale=zh-CN",
    "a section": "?section=security",
    "long ago": "?from=2020-01-01&to=2020-01-31",
}


@pytest.fixture(scope="module")
def seeded() -> list[SeededConversation]:
    return seeded_turns(2000, datetime.now(UTC), [article.id for article in ARTICLES])


@pytest.fixture(scope="module")
def full_database(
    seeded: list[SeededConversation], blank_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    shutil.copy(blank_database, folder / "footnote.db")
    stage = open_stage(folder, SuggestingAssistant())
    store(stage.database, seeded)
    stage.database.close()
    return folder / "footnote.db"


@pytest.fixture
def footnote(tmp_path: Path, full_database: Path, assistant: SuggestingAssistant) -> Iterator[StaffedFootnote]:
    shutil.copy(full_database, tmp_path / "footnote.db")
    footnote = open_stage(tmp_path, assistant, ARTICLES)
    yield footnote
    footnote.database.close()


def number(text: str) -> float | None:
    return float(text) if text else None


def in_json(made: Any) -> dict[str, float | None]:
    return {
        f"{table}/{row}/{name}": value
        for table, rows in made["tables"].items()
        for row, figures in rows.items()
        for name, value in figures.items()
    }


@pytest.mark.parametrize("name", NARROWED)
def test_page_json_and_csv_show_the_same_figures(ada: Seat, name: str) -> None:
    address = NARROWED[name]
    page = ada.get(f"/console/reports{address}")
    told = ada.get(f"/console/reports.json{address}")
    assert (page.status_code, told.status_code) == (200, 200)
    expected = in_json(told.json())
    shown = figures_on(page.text)
    assert {key: number(value) for key, value in shown.values.items()} == expected
    accepted = ada.get(f"/console/reports{address}", accept="application/json")
    assert in_json(accepted.json()) == expected
    sheet = ada.get(f"/console/reports.csv{address}")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in sheet.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(sheet.text)))
    assert {f"{r['table']}/{r['row'].lstrip(chr(39))}/{r['figure']}": number(r["value"]) for r in rows} == expected


def test_the_usual_report_counts_the_last_thirty_days(ada: Seat, seeded: list[SeededConversation]) -> None:
    tables = ada.get("/console/reports.json").json()["tables"]
    days = set(tables["day"])
    assert len(days) == 30
    mine = [turn for conversation in seeded for turn in conversation.turns if turn.day in days]
    kinds = [turn.kind for turn in mine]
    assert tables["total"]["all"]["answered"] == kinds.count("answer") > 200
    assert tables["total"]["all"]["handed_over"] == kinds.count("handoff")
    sections = {article.id: article.section for article in ARTICLES}
    security = [turn for turn in mine if sections.get(turn.article_id) == "security" and turn.kind != "notice"]
    assert tables["section"]["security"]["questions"] == len(security)
    assert set(tables["reason"]) == {turn.reason for turn in mine if turn.reason}
    assert sum(row["answers"] for row in tables["article"].values()) <= sum(len(turn.cited) for turn in mine)


def test_figures_have_words_and_charts_have_names(ada: Seat) -> None:
    page = ada.get("/console/reports").text
    words = figures_on(page).words
    assert re.fullmatch(r"\d\d\.\d %", words["total/all/answered_share"])
    assert re.fullmatch(r"[\d,]+ ms", words["latency/all/p95"])
    assert page.count('role="img"') == 8
    assert " style=" not in page
    for table, (heading, _, _) in TABLES.items():
        assert table == "total" or heading in page


def test_what_cannot_be_reported_is_said_above_the_usual_report(ada: Seat) -> None:
    page = ada.get("/console/reports?from=never")
    assert page.status_code == 422
    assert "“from” is no day. Write it as 2026-03-31. Below is the usual report." in page.text
    assert "total/all/questions" in figures_on(page.text).values
    for path in ("/console/reports.json", "/console/reports.csv"):
        refused = ada.get(f"{path}?from=never", accept="application/json")
        assert refused.status_code == 422
        assert refused.json()["error"]["code"] == "invalid_report"
    assert ada.get("/console/reports?to=x", accept="application/json").status_code == 422


def test_a_hostile_locale_is_shown_and_becomes_no_formula(ada: Seat, footnote: StaffedFootnote) -> None:
    attack = "=cmd|'/c calc'!A1<script>"
    with footnote.database.write() as connection:
        connection.exec_driver_sql("UPDATE reply_facts SET locale = ? WHERE locale = 'ar'", (attack,))
        sum_up(connection)
    page = ada.get("/console/reports").text
    assert "<script>" not in page
    assert "=cmd|" in page
    assert all(
        not row.startswith("=")
        for line in ada.get("/console/reports.csv").text.split("\r\n")
        for row in line.split(",")
    )


def test_the_promise_of_a_calibration_in_force_is_shown(
    ada: Seat, assistant: SuggestingAssistant, footnote: StaffedFootnote
) -> None:
    assert ada.get("/console/reports.json").json()["promise"]["state"] == "none"
    file = calibration_file(footnote.settings.index_folder)
    file.parent.mkdir(parents=True)
    generation = footnote.current_generation()
    assert generation is not None
    made = calibration(index_sha256=generation.sha256, config_hash="c" * 16)
    write_calibration(file, made)
    assistant.answer_threshold = CalibratedThreshold(file, "c" * 16, 0.5)
    promise = ada.get("/console/reports.json").json()["promise"]
    assert promise["state"] == "valid"
    assert promise["wrong_at_most"] == made.alpha
    assert f"{100 * made.coverage:.1f} % were answered." in ada.get("/console/reports").text


def test_a_reason_of_a_newer_version_does_no_harm(ada: Seat, footnote: StaffedFootnote) -> None:
    with footnote.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE reply_facts SET reason = 'unheard_of', kind = 'handoff' WHERE reason = 'policy'"
        )
        sum_up(connection)
    assert "unheard_of" in ada.get("/console/reports").text
    assert "unheard_of" not in set(HandoffReason)


def test_a_store_without_turns_says_what_will_be_here(ada: Seat, footnote: StaffedFootnote) -> None:
    with footnote.database.write() as connection:
        for table in ("cited_articles", "reply_facts"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        sum_up(connection)
    page = ada.get("/console/reports")
    assert page.status_code == 200
    assert "Nobody was answered yet" in page.text
    assert figures_on(page.text).values == {}
