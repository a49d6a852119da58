from collections.abc import Iterator

import pytest

from bot.indexing.progress import SilentProgress
from bot.indexing.reading import read_sources
from knowledge.errors import SourceError
from knowledge.models import Article, Rejected
from tests.bot.indexing.workshop import Shelf

FEES = Article(id="fees", title="Fees", body="The fee is 1 USDT.")
BAD = Rejected("docs", "bad.md", "The file bad.md is binary.")


class Unplugged(Shelf):
    """A source whose disk goes away while it is read."""

    def read(self) -> Iterator[Article | Rejected]:
        yield FEES
        raise PermissionError(13, "Permission denied")


def test_a_reading_keeps_articles_and_rejections_apart() -> None:
    reading = read_sources([Shelf("docs", [FEES, BAD]), Shelf("march.txt", [], complete=False)], SilentProgress())
    docs, listing = reading.reads
    assert (docs.key, docs.complete, docs.articles, docs.rejected) == ("docs", True, (FEES,), (BAD,))
    assert (listing.key, listing.complete, listing.articles) == ("march.txt", False, ())
    assert reading.failed == ()


def test_a_source_that_breaks_off_gives_nothing_rather_than_a_part() -> None:
    reading = read_sources([Unplugged("folder:/disk", []), Shelf("docs", [FEES])], SilentProgress())
    assert [read.key for read in reading.reads] == ["docs"]
    assert [(entry.source, entry.origin) for entry in reading.failed] == [("folder:/disk", "/disk")]
    assert "Permission denied" in reading.failed[0].sentence


def test_the_only_source_raises_its_sentence() -> None:
    with pytest.raises(SourceError, match="The folder docs is empty"):
        read_sources([Shelf("docs", [], broken="The folder docs is empty.")], SilentProgress())
    with pytest.raises(SourceError, match=r"/disk cannot be read: .*Permission denied"):
        read_sources([Unplugged("folder:/disk", [])], SilentProgress())


def test_when_no_source_can_be_read_each_is_named() -> None:
    broken = [Shelf(key, [], broken=f"No {key}.") for key in ("a", "b")]
    reading = read_sources(broken, SilentProgress())
    assert [entry.sentence for entry in reading.failed] == ["No a.", "No b."]
    assert read_sources([], SilentProgress()).failed == ()
