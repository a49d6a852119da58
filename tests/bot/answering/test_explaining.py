import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.explaining import LEAST_TOLD, Loss, Part, contributions, loss

WEIGHTS = {"dense": 0.5, "lexical": 0.3, "title": 0.2}


@pytest.mark.parametrize(
    ("winner", "loser", "costs", "gains"),
    [
        ({"dense": 0.8}, {"dense": 0.6}, [("dense", 0.1)], []),
        ({"dense": 0.8, "title": 0.1}, {"dense": 0.6, "title": 0.4}, [("dense", 0.1)], [("title", 0.06)]),
        ({"dense": 0.8, "lexical": 0.9}, {"dense": 0.6, "lexical": 0.2}, [("lexical", 0.21), ("dense", 0.1)], []),
        ({"dense": 0.8}, {"dense": 0.8, "other_platform": 0.1}, [("other_platform", 0.1)], []),
        ({"dense": 0.8, "superseded": 0.1}, {"dense": 0.5}, [("dense", 0.15)], [("superseded", 0.1)]),
        ({"dense": 0.8, "lifted": -0.05}, {"dense": 0.8}, [("lifted", 0.05)], []),
        ({"dense": 0.1}, {"dense": -0.4}, [("dense", 0.05)], []),
        ({"dense": 0.8}, {"dense": 0.8}, [], []),
        ({"dense": 0.8}, {"dense": 0.7999}, [], []),
        ({}, {}, [], []),
    ],
    ids=[
        "one signal",
        "one for it",
        "the most first",
        "a penalty of its own",
        "the winner's penalty",
        "the winner was lifted",
        "below nothing is nothing",
        "equals",
        "too little to be told",
        "no signals",
    ],
)
def test_what_cost_it_the_most(winner, loser, costs, gains) -> None:
    found = loss(winner, loser, WEIGHTS)
    assert [(part.signal, pytest.approx(part.amount)) for part in found.costs] == costs
    assert [(part.signal, pytest.approx(part.amount)) for part in found.gains] == gains


def test_equal_costs_stand_in_the_order_of_their_names() -> None:
    found = loss({"lexical": 1.0, "dense": 0.6}, {}, WEIGHTS)
    assert found == Loss(0.6, (Part("dense", 0.3), Part("lexical", 0.3)), ())


VALUES = st.dictionaries(st.sampled_from(["dense", "lexical", "title", "superseded"]), st.floats(-1, 1))


@given(VALUES, VALUES)
def test_the_parts_make_up_the_difference(winner, loser) -> None:
    found = loss(winner, loser, WEIGHTS)
    told = sum(part.amount for part in found.costs) - sum(part.amount for part in found.gains)
    scores = [sum(contributions(signals, WEIGHTS).values()) for signals in (winner, loser)]
    assert found.behind == pytest.approx(scores[0] - scores[1])
    assert told == pytest.approx(found.behind, abs=4 * LEAST_TOLD)
    assert not {part.signal for part in found.costs} & {part.signal for part in found.gains}
