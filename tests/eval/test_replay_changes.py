from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.replay_changes import (
    GONE,
    NO_SEARCH,
    Change,
    Replied,
    Tally,
    changes_between,
    replied,
    section_of,
    share,
)


def reply(kind: str = "answer", **values: Any) -> Replied:
    usual: dict[str, Any] = {"reason": None, "confidence": 0.7, "top": "fees", "cited": (), "quotes": frozenset()}
    if kind == "answer":
        usual |= {"cited": ("fees",), "quotes": frozenset({"q1"})}
    return Replied(kind=kind, **{**usual, **values})


HANDOFF = reply("handoff", reason="low_confidence")


@pytest.mark.parametrize(
    ("then", "now", "changes"),
    [
        (reply(), reply(), ()),
        (reply(), reply(confidence=0.2), ()),
        (reply(), HANDOFF, (Change.ABSTAINS,)),
        (reply("clarify"), reply(), (Change.ANSWERS,)),
        (HANDOFF, reply("handoff", reason="loop"), (Change.REPLY,)),
        (HANDOFF, reply("clarify", top="limits"), (Change.REPLY, Change.TOP)),
        (reply(), reply(top="limits"), (Change.TOP,)),
        (reply(), reply(cited=("fees", "limits")), (Change.CITATIONS,)),
        (reply(cited=("a", "b")), reply(cited=("b", "a")), ()),
        (reply(), reply(quotes=frozenset({"q2"})), (Change.CITATIONS,)),
        (reply(quotes=None), reply(quotes=frozenset({"q2"})), ()),
        (reply(quotes=None), reply(cited=("limits",), top="limits"), (Change.TOP, Change.CITATIONS)),
        (reply("notice", top=None), reply("notice", top=None), ()),
    ],
)
def test_what_counts_as_a_change(then: Replied, now: Replied, changes: tuple[Change, ...]) -> None:
    assert changes_between(then, now) == changes


def test_a_receipt_tells_what_counts() -> None:
    receipt = {
        "reply": {"kind": "answer", "reason": None, "confidence": 0.8},
        "citations": [{"article_id": id_, "sha256": sha} for id_, sha in (("a", "1"), ("b", "2"), ("a", "3"))],
        "passages": [{"article_id": "b"}, {"article_id": "a"}],
        "account": {"composer": "extractive"},
    }
    told = Replied(
        kind="answer", reason=None, confidence=0.8, top="b", cited=("a", "b"), quotes=frozenset({"1", "2", "3"})
    )
    assert replied(receipt) == told
    assert replied({**receipt, "account": {"composer": "model"}}).quotes is None
    assert replied({**receipt, "account": None, "passages": []}).top is None


def test_where_a_question_belongs() -> None:
    sections = {"fees": "money", "limits": "account"}
    assert section_of(reply(top="limits"), sections) == "money"
    assert section_of(reply("handoff", top="limits"), sections) == "account"
    assert section_of(reply("handoff", top="deleted"), sections) == GONE
    assert section_of(reply("notice", top=None), sections) == NO_SEARCH


def test_a_tally_counts_with_exact_intervals() -> None:
    tally = Tally()
    pairs = [(reply(), reply())] * 14 + [(reply(), HANDOFF)] * 5 + [(HANDOFF, reply())]
    for then, now in pairs:
        tally.add(then, now, changes_between(then, now))
    shares = tally.shares()
    assert (shares["answered_then"].count, shares["answered_now"].count, shares["unchanged"].count) == (19, 15, 14)
    lost = shares["answered_to_abstained"]
    assert (lost.count, lost.n, lost.share) == (5, 20, 0.25)
    assert (round(lost.low, 4), round(lost.high, 4)) == (0.0866, 0.4910)
    assert tally.p_answered() == pytest.approx(2 * (1 + 6) / 64)
    assert Tally().shares() == {} and Tally().p_answered() == 1.0


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(counted: tuple[int, int]) -> None:
    found = share(*counted)
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert found.low < found.high
