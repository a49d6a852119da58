from eval.planted_corpus import Planted, plant_corpus
from eval.planted_facts import load_kinds


def test_enough_of_every_kind_is_planted() -> None:
    planted = plant_corpus()
    assert {kind: len(planted.of_kind(kind)) for kind in Planted} == {
        Planted.DUPLICATE: 40,
        Planted.CONTRADICTION: 40,
        Planted.LOOK_ALIKE: 40,
    }
    ids = [article.id for article in planted.articles]
    assert len(set(ids)) == len(ids) == 240
    assert all(pair.first in ids and pair.second in ids for pair in planted.pairs)


def test_a_seed_gives_the_same_corpus_and_another_one_another() -> None:
    assert plant_corpus(3) == plant_corpus(3) != plant_corpus(4)


def test_a_contradiction_gives_two_values_and_a_duplicate_none() -> None:
    planted = plant_corpus()
    by_id = {article.id: article for article in planted.articles}
    for pair in planted.pairs:
        if pair.kind is Planted.CONTRADICTION:
            was, is_ = pair.detail.split(" / ")
            assert was in by_id[pair.first].body and is_ in by_id[pair.second].body


def test_facts_have_wordings_and_values_that_differ() -> None:
    for kind in load_kinds():
        assert len(set(kind.about)) == 12 and len(kind.titles) == 3
        for fact in kind.facts:
            assert len(fact.wordings) == 3
            assert all(("{v}" in wording) == bool(fact.values) for wording in fact.wordings)
            spelt = [text for value in fact.values for text in value]
            assert len(set(spelt)) == len(spelt)
