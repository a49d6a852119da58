import json
from dataclasses import replace
from datetime import date

from knowledge.models import Action, Article, Audience, Passage, Platform, passage_id

ARTICLE = Article(
    id="a",
    title="A",
    body="Text.",
    url="https://www.corvane.example/a",
    section="announcements",
    platform=Platform.WEB,
    audience=Audience.INTERNAL,
    locale="es",
    published_at=date(2025, 1, 2),
    updated_at=date(2026, 1, 2),
    views=7,
    actions=(Action("Do it", "https://www.corvane.example/do"),),
    supersedes=("b",),
    questions=("What is A?", "a?"),
    source="folder:x",
    origin="a.md",
)


def test_articles_survive_json() -> None:
    for article in (ARTICLE, Article(id="b", title="B", body="")):
        again = Article.from_json(json.loads(json.dumps(article.to_json())))
        assert again == article
        assert (again.source, again.origin) == (article.source, article.origin)


def test_where_an_article_came_from_is_no_part_of_its_content() -> None:
    assert replace(ARTICLE, source="elsewhere", origin="z.md") == ARTICLE
    assert replace(ARTICLE, views=8) != ARTICLE


def test_passages_survive_json_and_have_a_key_of_60_bits() -> None:
    id = passage_id("a", "A", "H", "Text.")
    passage = Passage(id=id, article_id="a", title="A", heading="H", url=None, text="Text.", start=0, end=5)
    assert Passage.from_json(json.loads(json.dumps(passage.to_json()))) == passage
    assert 0 <= passage.key < 2**60
    assert passage.embedded_text == "A\nH\nText."


def test_ids_tell_every_part_apart() -> None:
    parts = [
        ("a", "b", "c", "d", 0),
        ("ab", "", "c", "d", 0),
        ("a", "bc", "", "d", 0),
        ("a", "b", "c", "d", 1),
        ("a", "b", "cd", "", 0),
    ]
    assert len({passage_id(*each) for each in parts}) == len(parts)
    assert passage_id("a", "b", "c", "d") == passage_id("a", "b", "c", "d", 0)
