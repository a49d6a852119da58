"""A help center that changes: newer listings, deleted articles, and a server that goes on meanwhile."""

import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.end_to_end.conftest import Command, Done, own_process
from tests.fakes import LetterEncoder
from tests.site import serving

LETTERS = LetterEncoder()
FIRST_LISTING = """All
FAQ
Announcements
Product documents
How do I book a tour of the vault?
Tours start at nine. Bring your badge.Published on 3 Feb 2025Updated on 4 Mar 20251,204Where can I park?
Parking is free on Sundays.Published on 11 Jun 2024Updated on 14 May 202512What is a lockbox?
A lockbox holds one key.Published on 1 Jan 2024Updated on 2 Jan 20247
"""
SECOND_LISTING = """All
FAQ
Announcements
Product documents
How do I book a tour of the vault?
Tours start at ten. Bring your badge and your ticket.Published on Feb 3, 2025Updated on Jun 2, 202655When is it open?
The shop opens at eight.Published on Aug 17, 2025Updated on May 29, 20263,786Where can I park?
Parking costs five euros.Published on Jun 11, 2024Updated on Jan 5, 2025
"""


def hits(footnote: Command, query: str, data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = footnote("search", query, "-k", "1000", "--json", "--data-dir", str(data)).json[
        "hits"
    ]
    return found


@pytest.mark.parametrize("newest_first", [False, True])
def test_two_listings_leave_one_article_with_the_newer_text(
    footnote: Command, tmp_path: Path, newest_first: bool
) -> None:
    listings = [tmp_path / "2025-03.txt", tmp_path / "2026-06.txt"]
    for file, text in zip(listings, (FIRST_LISTING, SECOND_LISTING), strict=True):
        file.write_text(text, encoding="utf-8")
    data = tmp_path / "data"
    for file in reversed(listings) if newest_first else listings:
        assert footnote("index", str(file), "--json", "--data-dir", str(data)).json["articles"]["failed"] == 0
    found = hits(footnote, "tour of the vault, parking, shop, lockbox", data)
    texts = {hit["title"]: (hit["text"], hit["updated_at"]) for hit in found}
    assert len(found) == len(texts) == 4
    assert texts["How do I book a tour of the vault?"] == (
        "Tours start at ten. Bring your badge and your ticket.",
        "2026-06-02",
    )
    assert texts["Where can I park?"] == ("Parking is free on Sundays.", "2025-05-14")
    assert texts["What is a lockbox?"] == ("A lockbox holds one key.", "2024-01-02")


def test_an_article_that_was_deleted_is_never_returned_again(footnote: Command, tmp_path: Path) -> None:
    folder, data = tmp_path / "docs", tmp_path / "data"
    folder.mkdir()
    for name in ("badge", "tour", "shop"):
        (folder / f"{name}.md").write_text(f"# About the {name}\n\nEverything about the {name}.\n", encoding="utf-8")
    footnote("index", str(folder), "--data-dir", str(data))
    (folder / "tour.md").unlink()
    (folder / "shop.md").write_text("# About the shop\n\nThe shop is closed.\n", encoding="utf-8")
    done = footnote("index", "--json", "--data-dir", str(data)).json
    assert done["articles"] == {"added": 0, "changed": 1, "removed": 1, "unchanged": 1, "failed": 0}
    for query in ("About the tour", "Everything about the tour", "tour"):
        assert {hit["article_id"] for hit in hits(footnote, query, data)} == {"badge", "shop"}
        asked = footnote("ask", query, "--json", "--explain", "--data-dir", str(data)).json
        assert "tour" not in {
            each["article_id"] for each in (*asked["reply"]["citations"], *asked["trace"]["candidates"])
        }
    with serving(data, LETTERS) as site:
        assert httpx2.get(f"{site.address}/help/tour", timeout=20).status_code == 404
        assert httpx2.get(f"{site.address}/help/badge", timeout=20).status_code == 200


def test_a_server_serves_what_another_process_indexed(footnote: Command, tmp_path: Path) -> None:
    article, data = tmp_path / "hours.md", tmp_path / "data"
    article.write_text("# Hours\n\nWe open at eight.\n", encoding="utf-8")
    footnote("index", str(article), "--data-dir", str(data))
    with serving(data, LETTERS) as site, httpx2.Client(timeout=20) as client:
        assert "We open at eight." in client.get(f"{site.address}/help/hours").text
        article.write_text("# Hours\n\nWe open at nine.\n", encoding="utf-8")
        done: Done = own_process("index", "--data-dir", str(data))
        assert done.code == 0, done.err
        time.sleep(site.footnote.settings.index_poll_seconds)
        assert "We open at nine." in client.get(f"{site.address}/help/hours").text
