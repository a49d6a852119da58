"""An editor, and the form of a curated answer filled in."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.assembly import now
from bot.roles import Role
from bot.staffed import StaffedFootnote
from bot.web.console.curated_form import sentence_key
from tests.bot.web.console.conftest import Seat, seat_of
from tests.bot.web.stage import CHANGE_EMAIL, QUOTE
from tests.curated import quotes_in

PATH = "/console/curated"
(STEP,) = quotes_in(CHANGE_EMAIL, QUOTE)


def form(**fields: str) -> dict[str, str]:
    usual = {
        "wordings": "How do I <b>switch</b> inbox?\nnew inbox",
        "article": CHANGE_EMAIL.id,
        "sentence": sentence_key(STEP),
        "lead": "In short:",
        "owner": "eda",
        "expires_on": (now().date() + timedelta(days=30)).isoformat(),
        "step": "save",
    }
    return {**usual, **fields}


@pytest.fixture
def eda(client: TestClient, footnote: StaffedFootnote) -> Seat:
    return seat_of(client, footnote, "eda", "Eda", Role.EDITOR)


@pytest.fixture
def written(eda: Seat) -> dict[str, Any]:
    return dict(eda.script(PATH, form()).json())
