from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.suite.regressions import (
    ASIDES,
    REGRESSIONS,
    SPACES,
    cut,
    half,
    lacking,
    no_ops,
    redated,
    reweighted,
    shuffled,
    untitled,
    with_aside,
    with_unrelated,
)
from knowledge.models import Article

PUBLISHED = date(2026, 5, 9)
ARTICLES = [
    Article(
        id=f"a{n}", title=f"Title {n}", body=f"One {n}.\n\nTwo.\n\nThree.\n\nFour.", views=10, published_at=PUBLISHED
    )
    for n in range(200)
]


def test_there_are_a_hundred_harmless_changes_and_every_change_has_its_name() -> None:
    assert len(no_ops()) == 100 and not any(each.is_regression for each in no_ops())
    assert all(each.is_regression for each in REGRESSIONS)
    names = [each.name for each in (*REGRESSIONS, *no_ops())]
    assert len(set(names)) == len(names)


def test_every_change_changes_something() -> None:
    for change in (*REGRESSIONS, *no_ops()):
        altered = [
            change.articles is not None and list(change.articles(ARTICLES)) != ARTICLES,
            change.message is not None and change.message("how do i") != "how do i",
            change.candidates is not None and change.candidates(20) != 20,
            change.threshold != 0,
            any(factor != 1 for factor in change.weights.values()),
            change.vectors.value != "own",
            change.noise + change.passage_noise > 0,
        ]
        assert sum(altered) == 1, change.name


def test_what_is_lost() -> None:
    assert 150 < len(lacking(ARTICLES, 10)) < 195 and lacking(ARTICLES, 10) == lacking(ARTICLES, 10)
    assert {each.body for each in cut(ARTICLES[:1], 1)} == {"One 0.\n\nTwo."}
    shortened = sum(after != before for after, before in zip(cut(ARTICLES, 3), ARTICLES, strict=True))
    assert 40 < shortened < 95
    assert (half("One."), half("One.\n\nTwo.\n\nThree.")) == ("One.", "One.\n\nTwo.")
    assert untitled(ARTICLES[3]).title == untitled(ARTICLES[4]).title


def test_what_stays() -> None:
    assert sorted(each.id for each in shuffled(ARTICLES, 1)) == sorted(each.id for each in ARTICLES)
    assert shuffled(ARTICLES, 1) != shuffled(ARTICLES, 2)
    (article,) = redated(ARTICLES[:1], 3)
    assert (article.published_at, article.views, article.body) == (date(2026, 5, 6), 31, ARTICLES[0].body)
    assert len(with_unrelated(ARTICLES, 3)) == 201
    assert [each.body.removesuffix(f"\n\n{ASIDES[1]}") for each in with_aside(ARTICLES, 4)] == [
        each.body for each in ARTICLES
    ]


@given(st.integers(0, 10_000))
def test_weights_stay_within_two_hundredths(seed: int) -> None:
    assert all(0.98 <= factor <= 1.02 for factor in reweighted(seed).values())


@pytest.mark.parametrize("change", SPACES)
def test_spaces_change_no_word(change: object) -> None:
    assert change("how do i change it").split() == ["how", "do", "i", "change", "it"]  # type: ignore[operator]
