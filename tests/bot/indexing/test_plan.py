from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.indexing.plan import IndexPlan, SourceRead, plan_index
from knowledge.models import Article, Rejected

FOLDER, OTHER, MARCH, JUNE = "folder:docs", "folder:more", "listing:march.txt", "listing:june.txt"


def article(id_: str, body: str = "Text.", source: str = FOLDER, day: int | None = None, origin: str = "") -> Article:
    return Article(
        id=id_,
        title=id_.title(),
        body=body,
        updated_at=date(2026, 1, day) if day else None,
        source=source,
        origin=origin or f"{id_}.md",
    )


def corpus(*articles: Article) -> dict[str, Article]:
    return {article.id: article for article in articles}


def complete(*articles: Article, key: str = FOLDER, rejected: tuple[Rejected, ...] = ()) -> SourceRead:
    return SourceRead(key, True, articles, rejected)


def listing(*articles: Article, key: str = MARCH) -> SourceRead:
    return SourceRead(key, False, articles)


def ids(plan: IndexPlan) -> dict[str, tuple[str, ...]]:
    return {"added": plan.added, "changed": plan.changed, "removed": plan.removed, "unchanged": plan.unchanged}


def expected(
    added: tuple[str, ...] = (),
    changed: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
    unchanged: tuple[str, ...] = (),
) -> dict[str, tuple[str, ...]]:
    return {"added": added, "changed": changed, "removed": removed, "unchanged": unchanged}


A, B, C = article("a"), article("b"), article("c")


@pytest.mark.parametrize(
    ("current", "reads", "changes"),
    [
        pytest.param([], [complete(B, A)], expected(added=("a", "b")), id="the first reading adds all"),
        pytest.param([A, B], [complete(A, B)], expected(unchanged=("a", "b")), id="the same again changes nothing"),
        pytest.param(
            [A, B], [complete(A, article("b", "New."))], expected(changed=("b",), unchanged=("a",)), id="an edit"
        ),
        pytest.param([A, B], [complete(A)], expected(removed=("b",), unchanged=("a",)), id="gone from its source"),
        pytest.param(
            [A, article("x", source=OTHER)],
            [complete(key=OTHER)],
            expected(removed=("x",), unchanged=("a",)),
            id="a source that was not read loses nothing",
        ),
        pytest.param(
            [article("x", source=MARCH), article("y", source=MARCH)],
            [listing(article("x", source=MARCH))],
            expected(unchanged=("x", "y")),
            id="a listing never removes",
        ),
        pytest.param(
            [A, B],
            [complete(A, rejected=(Rejected(FOLDER, "b.md", "It is binary."),))],
            expected(unchanged=("a", "b")),
            id="an origin that was rejected keeps its old article",
        ),
        pytest.param(
            [A, B],
            [complete(A, rejected=(Rejected(OTHER, "b.md", "It is binary."),))],
            expected(removed=("b",), unchanged=("a",)),
            id="the same origin of another source does not",
        ),
        pytest.param([A], [], expected(unchanged=("a",)), id="nothing read"),
    ],
)
def test_a_plan_names_what_changes(
    current: list[Article], reads: list[SourceRead], changes: dict[str, tuple[str, ...]]
) -> None:
    assert ids(plan_index(corpus(*current), reads, {MARCH, JUNE})) == changes


OLD, NEW = article("x", "Old.", MARCH, day=3), article("x", "New.", JUNE, day=9)
SAME_DAY, UNDATED = article("x", "Same day.", JUNE, day=3), article("x", "Undated.", JUNE)


@pytest.mark.parametrize(
    ("kept", "read", "winner"),
    [
        pytest.param(OLD, NEW, NEW, id="newer wins"),
        pytest.param(NEW, OLD, NEW, id="older loses"),
        pytest.param(OLD, SAME_DAY, OLD, id="the same day in another listing loses"),
        pytest.param(
            OLD, replace(OLD, body="Corrected."), replace(OLD, body="Corrected."), id="the same day, same listing"
        ),
        pytest.param(OLD, UNDATED, OLD, id="no date is the oldest"),
        pytest.param(UNDATED, OLD, OLD, id="any date beats none"),
        pytest.param(UNDATED, replace(UNDATED, source=MARCH), UNDATED, id="two without a date: the first stays"),
    ],
)
def test_the_newer_text_of_two_listings_wins(kept: Article, read: Article, winner: Article) -> None:
    plan = plan_index(corpus(kept), [listing(read, key=read.source)], {kept.source})
    assert plan.articles["x"] == winner
    assert ids(plan) == (expected(unchanged=("x",)) if winner == kept else expected(changed=("x",)))
    assert not plan.rejected


@pytest.mark.parametrize("reversed_", [False, True])
def test_two_listings_in_one_reading_give_the_newer_text_in_either_order(reversed_: bool) -> None:
    reads = [listing(OLD), listing(NEW, article("y", source=JUNE), key=JUNE)]
    plan = plan_index({}, reads[::-1] if reversed_ else reads)
    assert plan.articles["x"] == NEW
    assert plan.articles["x"].source == JUNE
    assert ids(plan) == expected(added=("x", "y"))


def test_an_id_of_another_complete_source_is_rejected_with_both_origins() -> None:
    stranger = article("a", "Other.", OTHER, origin="faq/a.html")
    for reads in ([complete(stranger, key=OTHER)], [complete(stranger, key=OTHER), complete(A, B)]):
        plan = plan_index(corpus(A, B), reads)
        assert ids(plan) == expected(unchanged=("a", "b"))
        assert plan.articles["a"].source == FOLDER
        (rejected,) = plan.rejected
        assert (rejected.source, rejected.origin) == (OTHER, "faq/a.html")
        assert "faq/a.html" in rejected.sentence
        assert "a.md" in rejected.sentence


def test_the_first_remembered_source_gets_a_new_id() -> None:
    plan = plan_index({}, [complete(A), complete(article("a", "Other.", OTHER), key=OTHER)])
    assert plan.articles["a"].source == FOLDER
    assert [rejected.source for rejected in plan.rejected] == [OTHER]


def test_an_id_that_its_source_gave_up_is_free() -> None:
    successor = article("a", "Other.", OTHER)
    plan = plan_index(corpus(A), [complete(), complete(successor, key=OTHER)])
    assert (plan.articles["a"].source, plan.rejected) == (OTHER, ())
    assert ids(plan) == expected(changed=("a",))


def test_a_listing_does_not_touch_an_article_of_a_complete_source() -> None:
    snippet = article("a", "Snippet.", MARCH, day=9)
    for reads in ([listing(snippet)], [listing(snippet), complete(A)]):
        plan = plan_index(corpus(A), reads)
        assert plan.articles == corpus(A)
        assert [rejected.source for rejected in plan.rejected] == [MARCH]


def test_a_complete_source_takes_an_article_over_from_a_listing() -> None:
    snippet = article("a", "Snippet.", MARCH, day=9)
    for current, listings in ((corpus(snippet), {MARCH}), ({}, set())):
        plan = plan_index(current, [listing(key=MARCH), complete(A)], listings)
        assert plan.articles["a"].source == FOLDER
        assert not plan.rejected


def test_two_articles_with_one_id_in_a_source_keep_the_one_that_was_there() -> None:
    twin = article("a", "Twin.", origin="0.md")
    plan = plan_index(corpus(A), [complete(twin, A)])
    assert plan.articles == corpus(A)
    assert [rejected.origin for rejected in plan.rejected] == ["0.md"]
    plan = plan_index({}, [complete(twin, A)])
    assert plan.articles == corpus(twin)
    assert [rejected.origin for rejected in plan.rejected] == ["a.md"]


def test_an_article_whose_file_took_a_foreign_id_keeps_its_old_version() -> None:
    renamed = article("x", "Now x.", origin="a.md")
    plan = plan_index(corpus(A, article("x", source=OTHER)), [complete(renamed)])
    assert ids(plan) == expected(unchanged=("a", "x"))
    assert plan.articles["a"].body == "Text."
    assert [rejected.origin for rejected in plan.rejected] == ["a.md"]


def test_a_renamed_file_is_unchanged_but_moved() -> None:
    plan = plan_index(corpus(A), [complete(article("a", origin="new/a.md"))])
    assert (plan.unchanged, plan.moved, plan.is_empty) == (("a",), ("a",), False)
    assert plan.articles["a"].origin == "new/a.md"


def test_planning_twice_changes_nothing_more() -> None:
    reads = [listing(OLD), complete(A, B), listing(SAME_DAY, article("b", "Snippet.", JUNE, day=4), key=JUNE)]
    first = plan_index(corpus(C), reads)
    second = plan_index(first.articles, reads)
    assert second.is_empty
    assert second.rejected == first.rejected
    assert list(first.articles) == sorted(first.articles)


def an_article(source: str) -> st.SearchStrategy[Article]:
    return st.builds(
        article,
        st.sampled_from("abcd"),
        st.sampled_from(["One.", "Two."]),
        st.just(source),
        st.sampled_from([None, 1, 2]),
        st.sampled_from(["1.md", "2.md", "3.md"]),
    )


def a_read(source: str, is_complete: bool) -> st.SearchStrategy[SourceRead]:
    bad = st.builds(Rejected, st.just(source), st.sampled_from(["1.md", "2.md", "3.md"]), st.just("It is binary."))
    return st.builds(
        SourceRead,
        st.just(source),
        st.just(is_complete),
        st.lists(an_article(source), max_size=4).map(tuple),
        st.lists(bad, max_size=1).map(tuple),
    )


READS = st.tuples(a_read(FOLDER, True), a_read(MARCH, False), a_read(OTHER, True), a_read(JUNE, False)).flatmap(
    lambda reads: st.lists(st.sampled_from(reads), unique_by=lambda read: read.key).map(tuple)
)


@given(READS, READS)
def test_any_plan_accounts_for_every_article_and_is_stable(
    before: tuple[SourceRead, ...], reads: tuple[SourceRead, ...]
) -> None:
    current = plan_index({}, before).articles
    plan = plan_index(current, reads, {MARCH, JUNE})
    assert sorted(plan.added + plan.changed + plan.unchanged) == list(plan.articles)
    assert sorted(plan.changed + plan.unchanged + plan.removed) == sorted(current)
    read_in_full = {read.key for read in reads if read.complete}
    assert {current[id_].source for id_ in plan.removed} <= read_in_full
    again = plan_index(plan.articles, reads, {MARCH, JUNE})
    assert again.articles == plan.articles
    assert not again.added + again.changed + again.removed
