import dataclasses
from collections.abc import Sequence
from statistics import fmean

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.answering.questions import Need, Question, Wording
from bot.answering.ranking import SIGNALS
from bot.answering.signals import (
    LEAST_FOR_A_NEED,
    NEEDS_COUNTED,
    late_index,
    late_scores,
    proposed,
    signals_of,
    withheld,
)
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, FREEZE_APP, FREEZE_WEB, Shelf
from tests.fakes import LetterEncoder, TokenlessEncoder

TEXTS = ("How do I change my email?", "What does USDT on TRC20 cost?", "Freeze my account", "Which code is valid?")


@pytest.fixture(scope="module")
def small() -> Shelf:
    return Shelf((CHANGE_EMAIL, FEES, FREEZE_WEB, FREEZE_APP))


def needs(*texts: str) -> tuple[Need, ...]:
    encodings = [LetterEncoder().encode_queries([text]) for text in texts]
    return tuple(Need(encoding.vectors[0], encoding.tokens) for encoding in encodings)


def asked(*texts: str) -> Question:
    return Question((Wording(" ".join(texts), needs(*texts)),))


def title_keys(shelf: Shelf) -> dict[int, int]:
    return {key: shelf.title_keys[passage.article_id] for key, passage in shelf.passages.items()}


def signals(shelf: Shelf, question: Question) -> dict[str, dict[int, float]]:
    """Each signal of every passage."""
    titles = title_keys(shelf)
    keys = np.array(sorted(titles), dtype=np.int64)
    proposal = dataclasses.replace(proposed(shelf.indexes, question, 60), keys=keys)
    of_keys = np.array([titles[key] for key in keys.tolist()], np.int64)
    found = signals_of(shelf.indexes, question, proposal, of_keys, shelf.family_keys)
    late = late_index(shelf.indexes, question)
    if late is not None and question.needs:
        found["late"] = late_scores(late, question, keys)
    return {name: dict(zip(keys.tolist(), values.tolist(), strict=True)) for name, values in found.items()}


def by_key(keys: Sequence[int], values: NDArray[np.floating]) -> dict[int, float]:
    return dict(zip(keys, values.tolist(), strict=True))


def candidates(shelf: Shelf, question: Question, count: int) -> set[int]:
    return set(proposed(shelf.indexes, question, count).keys.tolist())


def test_every_signal_of_every_candidate(small: Shelf) -> None:
    found, (need,) = signals(small, asked(TEXTS[0])), needs(TEXTS[0])
    assert set(found) == set(SIGNALS)
    keys, indexes = list(small.passages), small.indexes
    assert found["dense"] == by_key(keys, indexes.dense.products(need.vector, keys))
    assert found["sentence"] == by_key(keys, indexes.sentences.products(need.vector, keys))
    assert indexes.late is not None
    assert found["late"] == pytest.approx(by_key(keys, indexes.late.scores(need.tokens, keys)))
    assert found["code"] == by_key(keys, indexes.codes.scored(TEXTS[0]).of(keys))
    of_titles = by_key(indexes.titles.ids, indexes.titles.products(need.vector, indexes.titles.ids))
    assert found["title"] == {key: of_titles[title] for key, title in title_keys(small).items()}


def test_words_count_as_a_share_of_the_best(small: Shelf) -> None:
    found = signals(small, asked(TEXTS[0]))["lexical"]
    plain = by_key([*small.passages], small.indexes.lexical.scored(TEXTS[0]).of([*small.passages]))
    assert max(found.values()) == 1.0
    assert found == pytest.approx({key: score / max(plain.values()) for key, score in plain.items()})
    assert set(signals(small, asked("zzz"))["lexical"].values()) == {0.0}


def test_of_several_needs_the_best_met_ones_count(small: Shelf) -> None:
    together = signals(small, asked(*TEXTS))
    alone = [signals(small, asked(text)) for text in TEXTS]
    for name in ("dense", "sentence", "title", "late"):
        for key in small.passages:
            best = sorted((one[name][key] for one in alone), reverse=True)[:NEEDS_COUNTED]
            assert together[name][key] == pytest.approx(fmean(best), abs=1e-6)


def test_wordings_count_by_their_shares(small: Shelf) -> None:
    first, second = (signals(small, asked(text)) for text in TEXTS[:2])
    question = Question(
        tuple(Wording(text, needs(text), share) for text, share in zip(TEXTS, (0.25, 0.75), strict=False))
    )
    both = signals(small, question)
    assert set(both) == set(SIGNALS)
    for name, values in both.items():
        assert values == pytest.approx({key: 0.25 * first[name][key] + 0.75 * second[name][key] for key in values})


def test_without_token_vectors_on_either_side_late_is_left_out(small: Shelf) -> None:
    lesser = Shelf((FEES,), TokenlessEncoder())
    without = Question((Wording("fees", (Need(needs("fees")[0].vector, np.zeros((0, 0), dtype=np.int8)),)),))
    for shelf, question in ((lesser, asked("fees")), (small, without)):
        assert late_index(shelf.indexes, question) is None
        assert set(signals(shelf, question)) == set(SIGNALS) - {"late"}
    assert late_index(small.indexes, asked("fees")) is small.indexes.late


def test_a_need_without_a_token_is_met_by_nothing(small: Shelf) -> None:
    bare = Need(needs("fees")[0].vector, np.zeros((0, 32), dtype=np.int8))
    assert set(signals(small, Question((Wording("fees", (bare,)),)))["late"].values()) == {0.0}
    beside = signals(small, Question((Wording("fees", (bare, *needs("fees"))),)))["late"]
    alone = signals(small, asked("fees"))["late"]
    assert beside == pytest.approx({key: score / 2 for key, score in alone.items()})


def test_without_any_need_words_and_codes_are_left(small: Shelf) -> None:
    question = Question((Wording("USDT TRC20", ()),), problem="It failed.")
    assert set(signals(small, question)) == {"lexical", "code"}
    found = candidates(small, question, 60)
    assert {small.passages[key].article_id for key in found} == {"withdrawal-fees"}


def test_nothing_has_no_signal(small: Shelf) -> None:
    nothing = proposed(Shelf(()).indexes, asked("fees"), 60)
    found = signals_of(small.indexes, asked("fees"), nothing, nothing.keys, {})
    assert all(not len(values) for values in found.values())
    empty = Shelf(())
    assert candidates(empty, asked("fees"), 60) == set()
    assert all(values == {} for values in signals(empty, asked("fees")).values())


def test_each_index_proposes_and_many_needs_share_the_places(small: Shelf) -> None:
    assert len(candidates(small, asked("zzz"), 1)) <= 2
    assert candidates(small, asked("zzz"), 1_000) == set(small.passages)
    few = candidates(small, asked(*["zzz"] * 40), 60)
    assert LEAST_FOR_A_NEED <= len(few) <= 2 * LEAST_FOR_A_NEED


def test_the_version_to_which_a_need_belongs_most_counts_for_its_family() -> None:
    web = dataclasses.replace(FREEZE_WEB, questions=("in a browser",))
    app = dataclasses.replace(FREEZE_APP, questions=("on my phone",))
    shelf = Shelf((web, app, FEES))
    versions = tuple(shelf.title_keys[each.id] for each in (web, app))
    shelf.family_keys = dict.fromkeys(versions, versions)
    found, keys = signals(shelf, asked("on my phone"))["belonging"], title_keys(shelf)
    by_article = {shelf.titled[keys[key]]: value for key, value in found.items()}
    owner = shelf.indexes.belonging
    assert owner is not None
    share = owner.belonging(needs("on my phone")[0].vector, "on my phone")
    assert by_article["freeze-app"] == pytest.approx(share.of(versions))
    assert (
        by_article["freeze-app"] > by_article["freeze-web"] and by_article["freeze-app"] > by_article["withdrawal-fees"]
    )


def test_without_names_in_the_index_nothing_belongs(small: Shelf) -> None:
    lesser = dataclasses.replace(small.indexes, belonging=None)
    proposal = proposed(lesser, asked("fees"), 60)
    assert proposal.belonging == () and withheld(asked("fees"), proposal) == 0.0
