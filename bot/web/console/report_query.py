"""What a report is asked for, as its address says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from bot.errors import RequestRefused
from knowledge.models import Platform

USUAL_DAYS = 30
MOST_DAYS = 366
RANGES = (7, 30, 90)
"""Days up to today that one link leads to."""
LONGEST_NAME = 200


class ReportRefused(RequestRefused):
    """No report can be made of what was asked for."""

    code = "invalid_report"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """UTC days, both included; a platform, a locale or a section where only one counts, else empty."""

    first: date
    last: date
    platform: str = ""
    locale: str = ""
    section: str = ""

    def fields(self) -> dict[str, str]:
        """As an address has it."""
        fields = {"from": self.first.isoformat(), "to": self.last.isoformat()}
        narrowed = {"platform": self.platform, "locale": self.locale, "section": self.section}
        return {**fields, **{name: value for name, value in narrowed.items() if value}}

    def address(self, path: str) -> str:
        """The address of the report of this form, such as `/console/reports.csv`."""
        return f"{path}?{urlencode(self.fields())}"

    def ranges(self, today: date) -> dict[int, "ReportQuery"]:
        """The same report of the last so many days."""
        narrowed = {"platform": self.platform, "locale": self.locale, "section": self.section}
        return {days: ReportQuery(first=today - timedelta(days=days - 1), last=today, **narrowed) for days in RANGES}


def usual_report(today: date) -> ReportQuery:
    """The last 30 days of everything."""
    return ReportQuery(first=today - timedelta(days=USUAL_DAYS - 1), last=today)


def read_report_query(fields: Mapping[str, str], today: date) -> ReportQuery:
    """The report that an address names; what is left out is the last 30 days of everything. ReportRefused."""
    last = _day(fields, "to") or today
    first = _day(fields, "from") or max(last - timedelta(days=USUAL_DAYS - 1), date.min)
    if first > last:
        raise ReportRefused(f"The first day ({first}) is after the last one ({last}). Swap them.")
    if (last - first).days >= MOST_DAYS:
        raise ReportRefused(f"From {first} to {last} is more than {MOST_DAYS} days. Choose fewer.")
    platform = fields.get("platform", "")
    if platform and platform not in {each.value for each in Platform}:
        raise ReportRefused(f"There is no such platform. Choose one of {', '.join(Platform)}.")
    return ReportQuery(
        first=first,
        last=last,
        platform=platform,
        locale=_name(fields, "locale"),
        section=_name(fields, "section"),
    )


def _day(fields: Mapping[str, str], name: str) -> date | None:
    text = fields.get(name, "")
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 1970 <= found.year <= 9000:
        raise ReportRefused(f"“{name}” is no day. Write it as 2026-03-31.")
    return found


def _name(fields: Mapping[str, str], name: str) -> str:
    text = fields.get(name, "")
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise ReportRefused(f"There is no such {name}. Choose one of those that the page lists.")
    return text
