import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.staffed import StaffedFootnote
from bot.web.app import create_app
from knowledge.models import Article
from tests.bot.web.console.conftest import HOST, Seat, SuggestingAssistant, seat_of
from tests.bot.web.stage import open_stage

BODY = (
    "With the Copper card you can spend 1,000 EUR a day. A lost Copper card is replaced for 5 EUR.\n\n"
    "Delivery of the Copper card takes at most 7 days. See [more](/help/nowhere) about <b>cards</b>."
)
LIMITS = Article(id="limits", title="Limits of the <i>Copper</i> card", body=BODY)
DIFFERS = replace(LIMITS, id="limits-again", title="The Copper card, its limits", body=BODY.replace("5 EUR", "9 EUR"))
PATIENCE = 20.0


@pytest.fixture
def footnote(tmp_path: Path, assistant: SuggestingAssistant) -> Iterator[StaffedFootnote]:
    stage = open_stage(tmp_path, assistant, (LIMITS, DIFFERS))
    yield stage
    stage.database.close()


def looked(seat: Seat, path: str = "/console/health") -> dict[str, Any]:
    until = time.monotonic() + PATIENCE
    while True:
        answer = seat.get(path, accept="application/json").json()
        if not answer["looking"]:
            return dict(answer)
        assert time.monotonic() < until, "the look does not end"
        time.sleep(0.02)


def test_what_is_wrong_with_both_places_side_by_side(ada: Seat) -> None:
    told = looked(ada)
    assert told["problem"] is None
    kinds = [finding["kind"] for finding in told["findings"]]
    assert kinds.count("contradiction") == 1 and kinds.count("dead_link") == 2
    contradiction = next(each for each in told["findings"] if each["kind"] == "contradiction")
    for place, article in zip(contradiction["places"], (LIMITS, DIFFERS), strict=True):
        assert article.body[place["start"] : place["end"]] == place["text"]
    page = ada.get("/console/health").text
    assert "5 eur here, 9 eur there" in page and "A lost Copper card is replaced for 9 EUR." in page
    assert "<i>Copper</i>" not in page and "<b>cards</b>" not in page


def test_one_kind_alone(ada: Seat) -> None:
    looked(ada)
    found = looked(ada, "/console/health?kind=dead_link")["findings"]
    assert {finding["kind"] for finding in found} == {"dead_link"}
    assert ada.get("/console/health?kind=none&page=-3").status_code == 200


def test_without_an_index_the_page_says_what_will_be_here(tmp_path: Path, assistant: SuggestingAssistant) -> None:
    stage = open_stage(tmp_path / "bare", assistant, None)
    app: FastAPI = create_app(stage.settings, stage)
    with TestClient(app, base_url=HOST) as client:
        ada = seat_of(client, stage, "ada", "Ada")
        page = ada.get("/console/health")
        assert page.status_code == 200 and "There is no index yet." in page.text
        gaps = ada.get("/console/gaps")
        assert gaps.status_code == 200 and "there is no index" in gaps.text
    stage.database.close()
