"""What editors' rules do to a search: nothing is invented, muted passages are gone, the others keep their order."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.passage_rules import (
    LIKE,
    PIN_LEAD,
    PINNED,
    SAME,
    Ruling,
    muted_places,
    pins_in,
    ruled,
    ruled_passage,
    rulings_on,
    without_rivals,
)
from bot.answering.question_likeness import ComparedText, Least, likeness
from bot.models import Hit, Search
from bot.storage.passage_rules import RuleKind
from embeddings.encoders import Encoder
from knowledge.families import families_of, kin_of
from knowledge.models import Article, Audience, Passage, Platform
from knowledge.sources.folder import FolderSource
from tests.bot.answering.conftest import Shelf
from tests.bot.answering.rules import rule_for

ARTICLES = Path(__file__).resolve().parents[3] / "knowledge/articles"


def passage(number: int, article_id: str = "a") -> Passage:
    return Passage(
        id=f"{number:015x}",
        article_id=article_id,
        title="T",
        heading="",
        url=None,
        text=f"Text {number}.",
        start=0,
        end=7,
    )


def search_of(*hits: Hit) -> Search:
    return Search(text="q", generation=1, hits=hits, weights={"dense": 1.0})


def hit(number: int, score: float, article_id: str = "a") -> Hit:
    return Hit(passage(number, article_id), score, {"dense": score})


def pin(number: int, rule: int = 1) -> Ruling:
    return Ruling(rule_for(passage(number), rule, "q", kind=RuleKind.PIN), (passage(number),))


def mute(number: int, rule: int = 1) -> Ruling:
    return Ruling(rule_for(passage(number), rule), (passage(number),))


FOUND = search_of(hit(1, 0.9), hit(2, 0.8), hit(3, 0.7))


def order(search: Search) -> list[int]:
    return [each.passage.key for each in search.hits]


def test_without_a_rule_the_search_is_the_same_object() -> None:
    assert ruled(FOUND, ()) is FOUND


@pytest.mark.parametrize(
    ("rulings", "expected"),
    [
        ((pin(3),), [3, 1, 2]),
        ((pin(1),), [1, 2, 3]),
        ((mute(1),), [2, 3]),
        ((mute(1), mute(2, 2), mute(3, 3)), []),
        ((pin(2), pin(3, 2)), [3, 2, 1]),
        ((pin(3), mute(3, 2)), [1, 2]),
        ((pin(3), mute(1, 2)), [3, 2]),
        ((pin(9),), [1, 2, 3]),
        ((pin(3), pin(3, 2)), [3, 1, 2]),
    ],
)
def test_pinned_first_and_muted_gone(rulings: tuple[Ruling, ...], expected: list[int]) -> None:
    assert order(ruled(FOUND, rulings)) == expected


def test_a_pin_tells_what_it_gave_and_no_more_than_the_order_needs() -> None:
    after = ruled(FOUND, (pin(3),))
    first = after.hits[0]
    assert first.score == pytest.approx(0.9 + PIN_LEAD)
    assert first.signals[PINNED] == pytest.approx(0.7 - first.score)
    (told,) = after.rules
    assert (told["number"], told["kind"], told["place"], told["pins"], told["weighs"]) == (1, "pin", 3, True, True)
    assert told["told"] == "Rule 1 of ada pins “Text 3.” until 2027-01-31: it comes first. Reason: It is wrong."
    assert PINNED not in ruled(FOUND, (pin(1),)).hits[0].signals, "it stood first anyway"


def test_a_mute_tells_where_the_passage_stood() -> None:
    after = ruled(FOUND, (mute(2),))
    (told,) = after.rules
    assert "it was found at place 2 and is not used" in told["told"] and told["weighs"]
    assert muted_places(after.rules) == {"a": ((0, 7),)}
    assert muted_places(ruled(FOUND, (pin(2),)).rules) == {}
    (beside,) = ruled(FOUND, (mute(9),)).rules
    assert beside["place"] is None and not beside["weighs"]
    (both, _) = ruled(FOUND, (pin(3), mute(3, 2))).rules
    assert "another rule mutes it" in both["told"] and not both["pins"]


@given(
    st.lists(st.floats(0, 1, allow_nan=False), min_size=0, max_size=8),
    st.lists(st.tuples(st.booleans(), st.integers(1, 10)), max_size=6),
)
def test_rules_never_invent_a_hit_and_keep_the_order_of_the_others(
    scores: list[float], wished: list[tuple[bool, int]]
) -> None:
    before = search_of(*(hit(at, score) for at, score in enumerate(sorted(scores, reverse=True), start=1)))
    rulings = [pin(key, at) if is_pin else mute(key, at) for at, (is_pin, key) in enumerate(wished, start=1)]
    after = ruled(before, rulings)
    muted = {key for is_pin, key in wished if not is_pin}
    pinned = [each.key for each in pins_in(rulings) if each.key in set(order(before))]
    assert set(order(after)) == set(order(before)) - muted
    assert order(after)[: len(pinned)] == pinned
    assert order(after)[len(pinned) :] == [key for key in order(before) if key not in {*pinned, *muted}]
    numbers = [each.score for each in after.hits]
    assert numbers == sorted(numbers, reverse=True)
    assert len(after.rules) == len(rulings)


def test_of_a_pinned_family_nobody_is_asked_which_is_meant() -> None:
    mixed = search_of(hit(1, 0.9), hit(2, 0.8, "b"), hit(3, 0.7, "c"))
    kin = {"a": ("a", "c"), "c": ("a", "c")}
    assert without_rivals(mixed, kin) == mixed.hits
    assert [each.passage.key for each in without_rivals(ruled(mixed, (pin(1),)), kin)] == [1, 3]
    assert without_rivals(ruled(mixed, (mute(1),)), kin) == mixed.hits[1:]


def at_least(found: Least) -> Callable[[str, Least], bool]:
    """As if every question were so alike."""
    return lambda _, least: found.meaning >= least.meaning


OTHER = Least(0.0, 0.0)


def test_a_rule_holds_where_its_article_is_found(shelf: Shelf) -> None:
    hits = shelf.find("How do I change my email?")
    found = list(dict.fromkeys(each.passage.article_id for each in hits))
    near, far = found[0], found[3]
    of = {id_: shelf.passages[shelf.passage_keys[id_][0]] for id_ in (near, far)}
    rules = [rule_for(of[near], 1, "q"), rule_for(of[far], 2, "q"), rule_for(of[far], 3), rule_for(passage(1), 4)]

    def numbers(found: Least) -> list[int]:
        return [each.rule.number for each in rulings_on(hits, shelf, rules, at_least(found))]

    assert numbers(OTHER) == [3], "a rule for all questions asks for no likeness"
    assert numbers(LIKE) == [1, 3], "much the same counts among the first articles only"
    assert numbers(SAME) == [1, 2, 3], "rule 4 is for a passage whose text has changed"
    assert rulings_on(hits[:1], shelf, rules[1:], at_least(SAME)) == ()
    assert ruled_passage(rules[3], shelf) is None


def test_a_muted_passage_does_not_come_back_by_a_version_of_its_article() -> None:
    said = "Select **Freeze** on the web. Frozen accounts pay 2 USDT."
    web = Article(id="web", title="Freeze my account", body=said, platform=Platform.WEB)
    app = Article(id="app", title="Freeze an account", body=said.replace("Select", "Tap").replace("web", "app"))
    dearer = Article(id="dearer", title="Freezing", body=said.replace("2 USDT", "3 USDT"))
    stranger = Article(id="stranger", title="Freezing accounts", body=said)
    shelf = Shelf((web, app, dearer, stranger))
    shelf.kin = dict.fromkeys(("web", "app", "dearer"), ("app", "dearer", "web"))
    hits = shelf.find("How do I freeze my account?")
    (own,) = (shelf.passages[key] for key in shelf.passage_keys["web"])
    (ruling,) = rulings_on(hits, shelf, [rule_for(own)], at_least(OTHER))
    assert [each.article_id for each in ruling.passages] == ["web", "app"]
    after = ruled(search_of(*hits), (ruling,))
    assert {each.passage.article_id for each in after.hits} == {"dearer", "stranger"}
    assert set(muted_places(after.rules)) == {"web", "app"}
    (pinned,) = rulings_on(hits, shelf, [rule_for(own, 1, "q", kind=RuleKind.PIN)], at_least(SAME))
    assert pinned.passages == (own,)


def questions_by_family() -> dict[str, list[str]]:
    found = [each for each in FolderSource(ARTICLES).read() if isinstance(each, Article)]
    articles = [each for each in found if each.audience is Audience.PUBLIC]
    kin = kin_of(families_of(articles))
    families: dict[str, list[str]] = {}
    for each in articles:
        families.setdefault(min(kin.get(each.id, (each.id,))), []).extend(each.questions)
    return families


@pytest.mark.encoder
def test_questions_about_other_articles_are_not_alike(real_encoder: Encoder) -> None:
    """One question of each family stands for a rule; six others of each are asked."""
    chosen = random.Random(7)
    drawn = {name: chosen.sample(own, 7) for name, own in questions_by_family().items() if len(own) >= 7}
    texts = [text for own in drawn.values() for text in own]
    vectors = real_encoder.encode_queries(texts).vectors
    read = [ComparedText.of(text, [vector]) for text, vector in zip(texts, vectors, strict=True)]
    rules = list(enumerate(read[::7]))
    others = [(at // 7, each) for at, each in enumerate(read) if at % 7]
    pairs = [(asked, rule) for own, asked in others for name, rule in rules if name != own]
    like, same = (sum(likeness(*pair, least) is not None for pair in pairs) for least in (LIKE, SAME))
    assert len(drawn) > 90 and len(pairs) > 50_000
    assert like / len(pairs) <= 0.0005, "before the search is asked whether the article is among the first"
    assert same / len(others) <= 0.005, "of all rules together"


@pytest.mark.encoder
def test_the_same_question_in_other_words_is_alike(real_encoder: Encoder) -> None:
    pairs = (
        ("What are the withdrawal fees?", "how much does it cost to withdraw"),
        ("How do I change my email?", "I want a new email address on my account"),
        ("How long does a deposit take?", "when will my deposit arrive"),
        ("How do I reset my password?", "forgot my password"),
        ("How do I delete my account?", "close my account please"),
        ("How do I change my email?", "How do I change my email"),
    )
    different = (
        ("How do I change my email?", "How do I change my phone number?"),
        ("How long does a deposit take?", "What are the trading fees?"),
    )

    def is_like(one: str, other: str, least: Least = LIKE) -> bool:
        first, second = real_encoder.encode_queries([one, other]).vectors
        return likeness(ComparedText.of(one, [first]), ComparedText.of(other, [second]), least) is not None

    assert all(is_like(*pair) for pair in pairs)
    assert is_like(*pairs[-1], SAME) and is_like("change email", pairs[-1][0], SAME)
    assert not any(is_like(*pair) for pair in different)


def test_the_same_is_more_than_much_the_same() -> None:
    assert LIKE.meaning < SAME.meaning < 1 and LIKE.words < SAME.words < 1


@pytest.mark.parametrize(
    ("one", "other", "cosine", "is_like", "is_same"),
    [
        ("withdrawal fee", "fee of a withdrawal", 0.71, True, True),
        ("withdrawal fee", "fee of a withdrawal", 0.54, True, False),
        ("withdrawal fee", "fee of a withdrawal", 0.53, False, False),
        ("withdrawal fee", "something else", 0.74, True, False),
        ("withdrawal fee", "something else", 0.73, False, False),
        ("withdrawal fee", "withdrawal limit", 0.6, False, False),
        ("withdrawal fee", "Withdrawal fee?", None, True, True),
        ("withdrawal fee", "withdrawal limit", None, True, False),
        ("withdrawal fee", "limit of all withdrawals of a day", None, False, False),
        ("提现手续费是多少", "提现手续费多少", 1.0, True, True),
        ("提现手续费是多少", "提现手续费怎么算", 1.0, True, False),
        ("提现手续费是多少", "怎么修改邮箱", 1.0, False, False),
    ],
)
def test_how_alike_is_enough(one: str, other: str, cosine: float | None, is_like: bool, is_same: bool) -> None:
    known = () if cosine is None else ([1.0, 0.0], [cosine, (1 - cosine**2) ** 0.5])
    vectors = [np.array(each, dtype=np.float32) for each in known]
    texts = (ComparedText.of(one, vectors[:1]), ComparedText.of(other, vectors[1:]))
    assert [likeness(*texts, least) is not None for least in (LIKE, SAME)] == [is_like, is_same]
