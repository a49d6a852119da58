from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import SourceError
from knowledge.models import Article, Rejected
from knowledge.sources.listing import Entry, ListingSource, read_listing

LISTING = """All
FAQ
Announcements
Product documents
How do I rename a vault?
Tap the name.5. Can two vaults share a name? No.Published on 11 Jun 2024Updated on 14 May 202511\
What's a vault?
A vault keeps coins apart.Published on 26 Sept 2023Updated on 16 Mar 20261,897Vault v2.0 is here
New: limits per vault [beta].Published on Aug 26, 2025Updated on Jun 2, 2026Vault FAQ
Published on 3 May we said so.Published on Apr 15, 2026Updated on Jun 15, 20262FA for vaults
Scan the code.Published on 9 Oct 202324,5672FA for teams (web)
Ask your admin.Published on 1 Aug 2024Updated on 16 Mar 202612FA codes: why?
Codes change.Published on 6 September 2023Updated on 15 Oct 20257"""


def entries(text: str) -> list[Entry]:
    found = read_listing(text)[1]
    assert all(isinstance(entry, Entry) for entry in found), found
    return [entry for entry in found if isinstance(entry, Entry)]


def test_every_entry_is_read() -> None:
    found = [(entry.title, entry.published_at, entry.updated_at, entry.views) for entry in entries(LISTING)]
    assert found == [
        ("How do I rename a vault?", date(2024, 6, 11), date(2025, 5, 14), 11),
        ("What's a vault?", date(2023, 9, 26), date(2026, 3, 16), 1897),
        ("Vault v2.0 is here", date(2025, 8, 26), date(2026, 6, 2), None),
        ("Vault FAQ", date(2026, 4, 15), date(2026, 6, 15), None),
        ("2FA for vaults", date(2023, 10, 9), None, 24567),
        ("2FA for teams (web)", date(2024, 8, 1), date(2026, 3, 16), 1),
        ("2FA codes: why?", date(2023, 9, 6), date(2025, 10, 15), 7),
    ]
    assert entries(LISTING)[0].snippet.endswith("5. Can two vaults share a name? No.")
    assert entries(LISTING)[3].snippet == "Published on 3 May we said so."


def test_a_listing_becomes_articles(tmp_path: Path) -> None:
    path = tmp_path / "listing.txt"
    path.write_text(LISTING, "utf-8")
    source = ListingSource(path)
    found = [item for item in source.read() if isinstance(item, Article)]
    assert len(found) == 7
    assert (found[0].id, found[0].section, found[0].origin) == ("how-do-i-rename-a-vault", "faq", "line 6")
    assert found[2].body == "New: limits per vault [beta]."
    assert not source.complete
    assert source.key == f"listing:{path.resolve()}"


@pytest.mark.parametrize(
    ("tabs", "section"),
    [
        ("All\nAnnouncements\n", "announcements"),
        ("Product documents\n", "product-documents"),
        ("All\nFAQ\nAnnouncements\n", "faq"),
        ("All\n\n", "faq"),
        ("", "faq"),
    ],
)
def test_the_section_is_the_only_tab(tabs: str, section: str) -> None:
    assert read_listing(f"{tabs}Title\nText.Published on 1 Aug 2024")[0] == section


@pytest.mark.parametrize(
    ("rest", "views", "title"),
    [
        ("11What is it?", 11, "What is it?"),
        ("112FA reset", 11, "2FA reset"),
        ("2FA reset", None, "2FA reset"),
        ("1,8972FA reset", 1897, "2FA reset"),
        ("140API keys", 140, "API keys"),
        ("345 ways to save", 34, "5 ways to save"),
        ("1,8975 ways to save", 1897, "5 ways to save"),
        ("1232026 in numbers", 123, "2026 in numbers"),
        ("1724/7 support", 17, "24/7 support"),
        ("1234What now?", 1234, "What now?"),
        ("73D Secure", 7, "3D Secure"),
        ("What now?", None, "What now?"),
        ("iPhone tips", None, "iPhone tips"),
        ("7¿Qué es?", 7, "¿Qué es?"),
    ],
)
def test_counts_and_titles_that_run_together(rest: str, views: int | None, title: str) -> None:
    text = f"First\nText.Published on 1 Aug 2024Updated on 16 Mar 2026{rest}\nMore.Published on 2 Aug 2024"
    first, second = entries(text)
    assert (first.views, second.title) == (views, title)


def test_a_word_that_starts_with_digits_is_learned_from_the_text() -> None:
    text = "First\nYour 9X card.Published on 1 Aug 202449X limits\nMore.Published on 2 Aug 2024"
    assert [(entry.views, entry.title) for entry in entries(text)] == [(4, "First"), (None, "9X limits")]


def test_what_does_not_parse_is_rejected_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "listing.txt"
    lines = [
        "All",
        "Guides",
        "First",
        "Text.Published on 1 Aug 20245",
        "No title.Published on 2 Aug 2024Second",
        "Text.Published on 31 Feb 2024Third",
        "Published on 2 Aug 2024First",
        "Again.Published on 2 Aug 2024",
        "Last",
        "no dates at all",
    ]
    path.write_text("\n".join(lines), "utf-8")
    found = list(ListingSource(path).read())
    assert [item.title for item in found if isinstance(item, Article)] == ["First"]
    rejected = {item.origin: item.sentence for item in found if isinstance(item, Rejected)}
    assert set(rejected) == {"line 2", "line 5", "line 6", "line 7", "line 8", "line 9"}
    assert '"Guides" is neither a title nor a known tab' in rejected["line 2"]
    assert "has no title" in rejected["line 5"]
    assert "31 Feb 2024" in rejected["line 6"]
    assert '"Third" has no snippet' in rejected["line 7"]
    assert '"First" is the title of line 4 too' in rejected["line 8"]
    assert '"Last" is followed by no "Published on" date' in rejected["line 9"]
    assert all(sentence.startswith("listing.txt, line ") for sentence in rejected.values())


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "listing.txt"
    path.write_bytes(b"\x00\x01")
    with pytest.raises(SourceError, match="binary"):
        list(ListingSource(path).read())


DATES = st.dates(date(2018, 1, 1), date(2030, 12, 31))
TITLES = st.sampled_from(
    ["What is it?", "Vault v2.0", "2FA for all", "API keys", "Fees (web)", "Über uns", "Is it safe. Really?"]
)
ENTRIES = st.lists(
    st.tuples(TITLES, DATES, st.none() | DATES, st.none() | st.integers(0, 99_999), st.booleans()),
    min_size=1,
    max_size=6,
)


def shown(day: date, british: bool) -> str:
    return f"{day.day} {day:%b %Y}" if british else f"{day:%b} {day.day}, {day.year}"


@given(ENTRIES)
def test_a_listing_that_was_written_is_read_back(
    rows: list[tuple[str, date, date | None, int | None, bool]],
) -> None:
    text = f"All\nFAQ\n{rows[0][0]}\n"
    for (_, published, updated, views, british), following in zip(rows, [*rows[1:], None], strict=True):
        text += f"A snippet with 2FA.Published on {shown(published, british)}"
        text += f"Updated on {shown(updated, british)}" if updated else ""
        text += f"{views:,}" if views is not None else ""
        text += f"{following[0]}\n" if following else ""
    assert [(e.title, e.published_at, e.updated_at, e.views) for e in entries(text)] == [row[:4] for row in rows]


@given(st.text(alphabet="AbPublished on Updated 1 May2025,\n?", max_size=200))
def test_no_line_with_a_date_is_dropped(text: str) -> None:
    section, found = read_listing(text)
    assert section == "faq"
    assert len(found) >= sum("Published on 1 May 2025" in line for line in text.split("\n"))


def test_a_count_without_end_harms_nothing_else() -> None:
    endless = LISTING + "Endless\nText.Published on 1 Aug 2024" + "9" * 50_000 + "\nLast\nText.Published on 1 Aug 2024"
    titles = [entry.title for entry in read_listing(endless)[1] if isinstance(entry, Entry)]
    assert titles[:6] == [entry.title for entry in read_listing(LISTING)[1] if isinstance(entry, Entry)][:6]
