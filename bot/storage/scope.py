"""Which replies a report is about: days, and where it is narrowed a platform, a locale or some articles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Table

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which replies count: UTC days from `first` to `last`, both included; of one platform, one locale, or about some
    articles, where these are given."""

    first: date
    last: date
    platform: str | None = None
    locale: str | None = None
    articles: Sequence[str] | None = None

    def asked(self) -> set[str]:
        """The columns by which it is narrowed, besides the day."""
        narrowed = {"platform": self.platform, "locale": self.locale, "article_id": self.articles}
        return {name for name, value in narrowed.items() if value is not None}

    def days(self, table: Table) -> ColumnElement[bool]:
        """The rows of its days in a table that has them."""
        found: ColumnElement[bool] = table.c.day.between(day_text(self.first), day_text(self.last))
        return found

    def narrowing(self, table: Table) -> list[ColumnElement[bool]]:
        """What is asked of the rows of a table besides their day."""
        conditions: list[ColumnElement[bool]] = []
        if self.platform is not None:
            conditions.append(table.c.platform == self.platform)
        if self.locale is not None:
            conditions.append(table.c.locale == self.locale)
        if self.articles is not None:
            conditions.append(table.c.article_id.in_(self.articles))
        return conditions

    def conditions(self, table: Table) -> list[ColumnElement[bool]]:
        """The rows of a table that count, by its day, and by platform, locale and article where it is narrowed."""
        return [self.days(table), *self.narrowing(table)]

    def includes(self, row: Row[Any]) -> bool:
        """Whether a row with a day, a platform, a locale and an article counts."""
        return (
            day_text(self.first) <= row.day <= day_text(self.last)
            and self.platform in (None, row.platform)
            and self.locale in (None, row.locale)
            and (self.articles is None or row.article_id in self.articles)
        )

    def moments(self) -> tuple[datetime, datetime]:
        """The moments at which its days begin and are over."""
        begin = datetime.combine(self.first, time(), UTC)
        return begin, datetime.combine(self.last, time(), UTC) + DAY


def day_text(day: date) -> str:
    """A day as it is stored."""
    return day.isoformat()
