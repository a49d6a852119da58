from bot.storage.proposed_cases import CaseSource, CaseState
from bot.web.console.case_views import CaseQuery, named_article
from knowledge.models import Article, Audience


def test_a_list_is_at_its_address() -> None:
    query = CaseQuery(CaseState.ACCEPTED, CaseSource.THUMB, 25)
    assert query.path() == "/console/cases?state=accepted&source=thumb"
    assert query.path(after=50) == "/console/cases?state=accepted&source=thumb&after=50"
    assert query.path(source="", state="proposed") == "/console/cases?state=proposed"


def test_an_article_that_is_gone_or_internal_is_said_to_be() -> None:
    articles = {
        "a b": Article(id="a b", title="A", body="A."),
        "in": Article(id="in", title="In", body="I.", audience=Audience.INTERNAL),
    }
    named = [named_article(id_, articles) for id_ in ("a b", "in", "gone")]
    assert [(each.title, each.readable) for each in named] == [("A", True), ("In", False), ("gone", False)]
    assert named[0].path == "/console/knowledge/a%20b"
