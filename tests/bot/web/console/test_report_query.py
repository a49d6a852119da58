from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.console.report_query import MOST_DAYS, ReportQuery, ReportRefused, read_report_query, usual_report

TODAY = date(2026, 3, 31)


def test_nothing_asked_is_the_last_thirty_days() -> None:
    assert read_report_query({}, TODAY) == usual_report(TODAY) == ReportQuery(first=date(2026, 3, 2), last=TODAY)


def test_an_address_reads_back_as_it_was() -> None:
    query = ReportQuery(first=date(2026, 1, 1), last=TODAY, platform="app", locale="zh-CN", section="product-documents")
    assert read_report_query(query.fields(), TODAY) == query
    assert query.address("/x").startswith("/x?from=2026-01-01&to=2026-03-31&platform=app&locale=zh-CN")
    assert query.ranges(TODAY)[7].first == date(2026, 3, 25)
    assert query.ranges(TODAY)[7].section == "product-documents"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"from": "yesterday"}, "“from” is no day. Write it as 2026-03-31."),
        ({"to": "9999-12-31"}, "“to” is no day."),
        ({"from": "0001-01-01"}, "“from” is no day."),
        ({"from": "2026-04-01", "to": "2026-03-01"}, "is after the last one (2026-03-01). Swap them."),
        ({"from": "2020-01-01", "to": "2026-03-01"}, f"is more than {MOST_DAYS} days. Choose fewer."),
        ({"platform": "fridge"}, "There is no such platform. Choose one of web, app, any."),
        ({"locale": "x" * 201}, "There is no such locale."),
        ({"section": "a\nb"}, "There is no such section."),
    ],
)
def test_what_cannot_be_reported_is_said(fields: dict[str, str], sentence: str) -> None:
    with pytest.raises(ReportRefused) as refused:
        read_report_query(fields, TODAY)
    assert sentence in str(refused.value)
    assert refused.value.status == 422


@given(st.dictionaries(st.sampled_from(["from", "to", "platform", "locale", "section"]), st.text(max_size=30)))
def test_whatever_is_asked_is_answered_or_refused(fields: dict[str, str]) -> None:
    try:
        query = read_report_query(fields, TODAY)
    except ReportRefused:
        return
    assert query.first <= query.last
