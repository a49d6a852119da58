"""Families against labels, and the twins that are put into a help center."""

import pytest

from eval.families import LEAST_WORDS, VERSIONS, about_another, for_the_app, pair_scores, thing_of, with_twins
from knowledge.families import families_of
from knowledge.models import Article, Platform

TOPICS = (
    "passkey",
    "invoice",
    "parcel",
    "calendar",
    "keyboard",
    "printer",
    "balcony",
    "saucepan",
    "tickets",
    "orchard",
)


def body(topic: str, number: int) -> str:
    words = iter(f"{topic[:2]}{(place * 37 + number) % 211}x" for place in range(300))
    lines = [f"The {topic} of {' '.join(next(words) for _ in range(8))} is ready in 2025." for _ in range(24)]
    return "\n\n".join(" ".join(lines[at : at + 3]) for at in range(0, 24, 3))


ARTICLES = [
    Article(id=topic, title=f"Look after your {topic}", body=body(topic, number)) for number, topic in enumerate(TOPICS)
]


def test_pairs_by_hand() -> None:
    found = {"a": "a", "b": "a", "c": "a", "d": "d", "e": "d", "f": "f"}
    scores = pair_scores(found, [["a", "b"], ["d", "f"], ["c"]])
    assert (scores.found, scores.labelled, scores.both) == (4, 2, 1)
    assert (scores.precision, scores.recall) == (0.25, 0.5)
    assert scores.f1 == pytest.approx(1 / 3)


def test_nothing_found_and_nothing_to_find() -> None:
    assert pair_scores({"a": "a"}, []).f1 == 1
    assert pair_scores({"a": "a", "b": "b"}, [["a", "b"]]).f1 == 0


def test_each_article_with_text_gets_a_version_in_turn() -> None:
    made = with_twins([*ARTICLES, Article(id="zz", title="Short", body="Few words.")])
    assert [made.kinds[twin] for _, twin in made.families] == [name for name, _ in VERSIONS] * 2
    assert sum(kind == "look-alike" for kind in made.kinds.values()) == len(ARTICLES) // 2
    assert len(made.articles) == len(ARTICLES) + 1 + len(made.kinds)
    assert LEAST_WORDS > 2


def test_every_version_differs_from_its_article() -> None:
    for _, change in VERSIONS:
        changed = change(ARTICLES[0])
        assert changed.body != ARTICLES[0].body or changed.title != ARTICLES[0].title


def test_a_twin_for_the_app_taps() -> None:
    twin = for_the_app(Article(id="a", title="Close it", body="Select **X** on the website, then click on OK."))
    assert (twin.title, twin.body, twin.platform) == (
        "Close it (app)",
        "Tap **X** on the app, then tap OK.",
        Platform.APP,
    )


def test_a_look_alike_is_about_another_thing() -> None:
    thing = thing_of(ARTICLES[2])
    assert thing == "parcel"
    other = about_another(ARTICLES[2], thing)
    assert "parcel" not in (other.title + other.body).lower()
    assert thing_of(Article(id="a", title="Hello there", body="Nothing of it.")) is None


def test_the_families_that_were_put_in_are_found() -> None:
    made = with_twins(ARTICLES)
    assert pair_scores(families_of(made.articles), made.families).f1 == 1
