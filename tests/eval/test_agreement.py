import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from eval.agreement import agreement, kappa

VERDICTS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)


def test_kappa_of_a_table_computed_by_hand() -> None:
    """20 both, 15 neither, 5 the first alone, 10 the second alone: .7 agreed, .5 by chance."""
    pairs = [(True, True)] * 20 + [(False, False)] * 15 + [(True, False)] * 5 + [(False, True)] * 10
    found = agreement([one for one, _ in pairs], [two for _, two in pairs])
    assert found.kappa.mean == pytest.approx(0.4) and found.agreed.mean == pytest.approx(0.7)
    assert found.kappa.low < 0.4 < found.kappa.high < 0.7
    assert (found.both_right, found.both_wrong, found.only_first, found.only_second) == (20, 15, 5, 10)
    told = found.to_json()
    assert (told["n"], told["kappa"], told["only_judge"], told["only_people"]) == (50, 0.4, 5, 10)


@pytest.mark.parametrize(("one", "two"), [([], []), ([True], [True]), ([True, True], [True, True])])
def test_where_chance_explains_everything_there_is_no_kappa(one: list[bool], two: list[bool]) -> None:
    found = agreement(one, two)
    assert math.isnan(found.kappa.mean) and found.to_json()["kappa"] is None


@given(VERDICTS)
def test_it_is_what_another_library_computes(pairs: list[tuple[bool, bool]]) -> None:
    one, two = (np.array(each) for each in zip(*pairs, strict=True))
    found = kappa(one, two)
    if len({*one.tolist(), *two.tolist()}) == 1:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(cohen_kappa_score(one, two))
        assert found == pytest.approx(kappa(two, one))
