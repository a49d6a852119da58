"""The sums over replies of a store that was filled row by row, made anew of all the facts that are there."""

from collections import defaultdict
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from bot.storage.reply_sums import NOTHING, Sums, worth
from bot.storage.schema import article_sums, reply_facts, reply_sums

BY = {
    reply_sums: ("day", "platform", "locale", "kind", "reason"),
    article_sums: ("day", "article_id", "kind"),
}


def sum_up(connection: Connection) -> None:
    """Puts the sums over all facts in the place of those that are there."""
    found: dict[Table, defaultdict[tuple[Any, ...], Sums]] = {table: defaultdict(lambda: NOTHING) for table in BY}
    for fact in connection.execute(select(reply_facts)).mappings():
        own = worth(fact)
        for table, by in BY.items():
            found[table][tuple(fact[name] for name in by)] += own
    for table, by in BY.items():
        connection.execute(delete(table))
        rows = [dict(zip(by, key, strict=True)) | asdict(sums) for key, sums in found[table].items()]
        if rows:
            connection.execute(insert(table), rows)
