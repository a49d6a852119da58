from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.storage.database import Database
from bot.storage.reports import report_rows
from bot.storage.ruled_replies import replies_under, rules_that_weighed
from bot.storage.scope import Scope
from tests.bot.storage.test_curated_given import sent


def told(*rules: tuple[int, bool]) -> dict[str, Any]:
    return {"rules": [{"number": number, "weighs": weighs} for number, weighs in rules]}


@pytest.mark.parametrize(
    ("trace", "expected"),
    [({}, ()), ({"rules": None}, ()), (told((3, True), (4, False), (3, True), (7, True)), (3, 7))],
)
def test_which_rules_weighed(trace: dict[str, Any], expected: tuple[int, ...]) -> None:
    assert rules_that_weighed(trace) == expected


def test_in_how_many_replies_rules_weighed(database: Database, now: datetime) -> None:
    today, earlier = now.date(), now - timedelta(days=40)
    sent(database, now, "m1", told((1, True), (2, True)))
    sent(database, now, "m2", told((1, True), (2, False)))
    sent(database, earlier, "m3", told((1, True)))
    sent(database, now, "m4", {})
    sent(database, now, "m5", told((1, True)), shown=False)
    assert replies_under(database, [1, 2, 3], today) == {1: 2, 2: 1, 3: 0}
    assert replies_under(database, [1], earlier.date()) == {1: 3}
    assert replies_under(database, [], today) == {}
    scope = Scope(first=today, last=today)
    assert report_rows(database, scope, now).ruled == 2
    assert report_rows(database, replace(scope, first=earlier.date()), now).ruled == 3
    assert report_rows(database, replace(scope, locale="es"), now).ruled == 0
