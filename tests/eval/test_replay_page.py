from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from bot.assistant import Assistant
from eval.replay import Candidate, ReplayReport
from eval.replay_changes import Change, Flip, Replied, Tally
from eval.replay_page import MOST_SHOWN, NAMES, replay_page


class Configured:
    """Of an assistant, what a report tells."""

    config_hash = "c0ffee"


ANSWER = Replied(kind="answer", reason=None, confidence=0.7, top="fees", cited=("fees",))
HANDOFF = Replied(kind="handoff", reason="low_confidence", confidence=0.2, top="<b>", cited=())
FLIP = Flip(
    turn_id="t1",
    asked_at="2026-11-21T10:00:00+00:00",
    question="<script>alert(1)</script>",
    platform="app",
    section="money & more",
    changes=(Change.ABSTAINS, Change.TOP),
    then=ANSWER,
    now=HANDOFF,
)


def report(flips: Sequence[Flip]) -> ReplayReport:
    tally = Tally()
    for flip in flips:
        tally.add(flip.then, flip.now, flip.changes)
    return ReplayReport(
        since=datetime(2026, 11, 15, tzinfo=UTC),
        candidate=Candidate(
            assistant=cast("Assistant", Configured()),
            generation=7,
            index_sha256="1d" * 32,
            threshold=0.5,
            threshold_from="A setting.",
            sections={},
            asks_model=False,
        ),
        total=tally,
        sections={"money & more": tally} if flips else {},
        flips=flips,
        skipped={"older than receipts": 3},
        indexes=2,
        configurations=1,
    )


def test_what_customers_wrote_is_text() -> None:
    page = replay_page(report([FLIP]))
    assert "<script>" not in page and "&lt;script&gt;alert(1)" in page and "money &amp; more" in page
    assert "found first: &lt;b&gt;" in page
    assert "3 turns are left out: older than receipts." in page
    assert f'class="lost">{NAMES["answered_to_abstained"]}; {NAMES["top_article"]}' in page


def test_a_page_stays_readable() -> None:
    many = [replace(FLIP, question=f"question {number}") for number in range(MOST_SHOWN + 1)]
    page = replay_page(report(many))
    assert f"The first {MOST_SHOWN} of {MOST_SHOWN + 1}" in page
    assert f"question {MOST_SHOWN - 1}<" in page and f"question {MOST_SHOWN}<" not in page


def test_nothing_to_compare_is_said() -> None:
    page = replay_page(report([]))
    assert "No question of that time can be compared." in page and "What changes" not in page


def test_every_count_has_a_name() -> None:
    assert set(NAMES) == set(report([FLIP]).total.shares())
