import pytest

from bot.indexing.generations import generation_folder
from bot.storage.generations import active_generation
from bot.storage.quarantine import quarantined
from bot.storage.sources import remembered_sources
from knowledge.errors import SourceError
from knowledge.models import Article, Audience, Rejected
from tests.bot.indexing.workshop import Shelf, Workshop

FEES = Article(id="fees", title="What does a withdrawal cost?", body="A withdrawal of BTC costs 0.0001 BTC.")
EMAIL = Article(
    id="email",
    title="How do I change my email?",
    body="## On the web\n\nOpen **Profile**.\n\n## On the app\n\nTap your picture, then **Security**.",
)
SECRET = Article(id="secret", title="Recovery playbook", body="Call the risk desk first.", audience=Audience.INTERNAL)


def numbers(added: int = 0, changed: int = 0, removed: int = 0, unchanged: int = 0, failed: int = 0) -> dict[str, int]:
    return {"added": added, "changed": changed, "removed": removed, "unchanged": unchanged, "failed": failed}


def test_rebuild_of_one_source_keeps_the_others_from_the_generation_before(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES]))
    workshop.index(Shelf("more", [EMAIL]))
    workshop.index(Shelf("third", [SECRET]))
    (generation_folder(workshop.folder, 3) / "articles.jsonl").unlink()
    workshop.index(Shelf("third", [SECRET]), rebuild=True)
    assert set(workshop.generation().articles) == {"fees", "email", "secret"}


def test_what_was_rejected_is_quarantined_and_cleared(workshop: Workshop) -> None:
    bad = Rejected("docs", "email.md", "The file email.md is binary.")
    workshop.index(Shelf("docs", [FEES, EMAIL]))
    report = workshop.index(Shelf("docs", [FEES, bad]))
    assert report.to_json()["articles"] == numbers(unchanged=2, failed=1)
    assert report.rejected == (bad,)
    assert report.generation == 1
    assert [(row.origin, row.sentence) for row in quarantined(workshop.database)] == [("email.md", bad.sentence)]
    workshop.index(Shelf("docs", [FEES, EMAIL]))
    assert quarantined(workshop.database) == ()


def test_a_source_that_cannot_be_read_does_not_stop_the_others(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES]), Shelf("more", [EMAIL]))
    gone = Shelf("more", [], broken="The folder more is not there.")
    report = workshop.index(Shelf("docs", [FEES, SECRET]), gone)
    assert report.to_json()["articles"] == numbers(added=1, unchanged=2, failed=1)
    assert "email" in workshop.generation().articles
    assert [(row.source_key, row.sentence) for row in quarantined(workshop.database)] == [("more", gone.broken)]


def test_a_new_source_that_cannot_be_read_is_not_remembered(workshop: Workshop) -> None:
    typo = Shelf("dosc", [], broken="The folder dosc is not there.")
    assert [entry.sentence for entry in workshop.index(typo, Shelf("docs", [FEES])).rejected] == [typo.broken]
    assert [source.key for source in remembered_sources(workshop.database)] == ["docs"]
    assert quarantined(workshop.database) == ()


def test_sources_are_remembered_by_key_and_place(workshop: Workshop) -> None:
    workshop.index(Shelf("folder:/srv/help", [FEES]), Shelf("web:https://help.example/", []))
    remembered = [(source.key, source.location) for source in remembered_sources(workshop.database)]
    assert remembered == [("folder:/srv/help", "/srv/help"), ("web:https://help.example/", "https://help.example/")]


def test_the_source_remembered_first_owns_a_new_id_in_whatever_order_they_are_given(workshop: Workshop) -> None:
    workshop.index(Shelf("docs", [FEES]))
    workshop.index(Shelf("more", [EMAIL]))
    other = Article(id="secret", title="Another secret", body="Another text.")
    docs, more = Shelf("docs", [FEES, SECRET]), Shelf("more", [EMAIL, other])
    report = workshop.index(more, docs, more)
    assert [entry.source for entry in report.rejected] == ["more"]
    assert workshop.generation().articles["secret"] == SECRET


def test_the_only_source_that_cannot_be_read_is_an_error(workshop: Workshop) -> None:
    with pytest.raises(SourceError, match="is not there"):
        workshop.index(Shelf("docs", [], broken="The folder docs is not there."))
    assert active_generation(workshop.database) is None
    assert workshop.entries() == [".writer.lock"]


def test_a_listing_keeps_being_one_when_it_is_not_read(workshop: Workshop) -> None:
    snippet = Article(id="fees", title=FEES.title, body="A snippet.")
    workshop.index(Shelf("march.txt", [snippet], complete=False))
    assert workshop.generation().manifest.listings == ("march.txt",)
    report = workshop.index(Shelf("docs", [FEES]))
    assert (report.changed, report.rejected) == (1, ())
    assert workshop.generation().manifest.listings == ()
