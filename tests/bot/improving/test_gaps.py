from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.improving.gaps import FoundGap, find_gaps, merged, week_counts
from bot.storage.gaps import Cause, Gap, GapQuestion, GapState, NearPassage, Source
from tests.bot.improving.words_encoder import word_vectors

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEAR = NearPassage(article_id="cards", title="Cards", heading="", start=0, end=5, text="Cards", score=0.5)


def question(number: int, text: str, answered: bool = False, days: int = 1) -> GapQuestion:
    return GapQuestion(
        turn_id=f"t{number}",
        question=text,
        source=Source.LOW_CONFIDENCE,
        asked_at=NOW - timedelta(days=days),
        cause=Cause.NO_ARTICLE,
        answered=answered,
        checked_on="one",
        nearest=(NEAR,),
    )


def stolen(answered: bool = False) -> list[GapQuestion]:
    return [
        question(number, text, answered, days=number)
        for number, text in enumerate(
            ["my card was stolen", "the card is stolen", "stolen card", "somebody has stolen my card"], start=1
        )
    ]


def found_among(questions: Sequence[GapQuestion]) -> tuple[FoundGap, ...]:
    return find_gaps(questions, word_vectors([each.question for each in questions]), NOW)


def test_a_gap_has_its_size_trend_examples_and_passages() -> None:
    (found,) = found_among([*stolen(), replace(question(9, "zebra crossing"), nearest=())])
    gap = found.gap
    assert (gap.size, gap.unanswered, gap.state, gap.cause) == (4, 4, GapState.OPEN, Cause.NO_ARTICLE)
    assert gap.name == "card · stolen"
    assert gap.weeks == (0, 0, 0, 0, 0, 0, 0, 4)
    assert set(gap.examples) == {each.question for each in stolen()}
    assert gap.nearest == (NEAR,)
    assert (gap.first_at, gap.last_at) == (NOW - timedelta(days=4), NOW - timedelta(days=1))


def test_questions_that_find_the_same_section_are_one_gap() -> None:
    texts = ["a dumbbell", "whey protein", "fish oil", "olive soap", "stolen parcel", "wrong size"]
    buying = replace(NEAR, article_id="buying", score=0.8)
    own = [replace(question(number, text), nearest=()) for number, text in enumerate(texts)]
    (found,) = found_among([*(replace(each, nearest=(buying,)) for each in own[:4]), *own[4:]])
    assert found.turns == {"t0", "t1", "t2", "t3"}


def test_another_section_of_the_same_article_is_another_matter() -> None:
    texts = ["a dumbbell", "whey protein", "fish oil", "olive soap"]
    parts = [replace(NEAR, score=0.8, heading=each) for each in ("Buying", "Buying", "Returns", "Returns")]
    own = [replace(question(n, texts[n]), nearest=(part,)) for n, part in enumerate(parts)]
    assert {found.turns for found in found_among(own)} == {frozenset({"t0", "t1"}), frozenset({"t2", "t3"})}


def test_one_question_is_no_gap_and_none_is_none() -> None:
    assert found_among([question(1, "zebra crossing")]) == ()
    assert found_among([]) == ()


def test_a_gap_is_closed_once_its_questions_are_answered() -> None:
    (found,) = found_among(stolen(answered=True))
    assert found.gap.state is GapState.CLOSED
    (half,) = found_among([*stolen(answered=True)[:2], *stolen()[2:]])
    assert half.gap.state is GapState.OPEN and half.gap.unanswered == 2


def numbered(number: int, found: FoundGap, **values: object) -> Gap:
    return replace(found.gap, number=number, **values)  # type: ignore[arg-type]


def test_a_gap_keeps_its_number_as_long_as_its_questions_stay_together() -> None:
    (found,) = found_among(stolen())
    before = numbered(7, found, changed_at=NOW - timedelta(days=3))
    was_in = dict.fromkeys(found.turns, 7)
    later = found_among([*stolen(), question(10, "stolen card again")])
    gaps, is_in = merged(later, [before], was_in, NOW)
    assert [(gap.number, gap.size) for gap in gaps] == [(7, 5)]
    assert gaps[0].changed_at == NOW - timedelta(days=3)
    assert set(is_in.values()) == {7} and "t10" in is_in


def test_new_gaps_get_new_numbers() -> None:
    (found,) = found_among(stolen())
    other = numbered(3, found, name="other", state=GapState.CLOSED)
    gaps, _ = merged([found], [other], {}, NOW)
    assert {gap.number for gap in gaps} == {3, 4}


def test_what_people_did_to_a_gap_stays() -> None:
    (found,) = found_among(stolen())
    was_in = dict.fromkeys(found.turns, 1)
    muted = numbered(1, found, state=GapState.MUTED, changed_by="eda")
    assert merged([found], [muted], was_in, NOW)[0][0].state is GapState.MUTED
    closed = numbered(1, found, state=GapState.CLOSED, changed_by="eda", changed_at=NOW)
    assert merged([found], [closed], was_in, NOW)[0][0].state is GapState.CLOSED
    before_the_last = replace(closed, changed_at=NOW - timedelta(days=2))
    assert merged([found], [before_the_last], was_in, NOW)[0][0].state is GapState.OPEN


def test_a_gap_that_closed_by_itself_opens_when_it_is_no_longer_answered() -> None:
    (found,) = found_among(stolen())
    closed = numbered(1, found, state=GapState.CLOSED, changed_at=NOW - timedelta(days=9))
    (gap,), _ = merged([found], [closed], dict.fromkeys(found.turns, 1), NOW)
    assert (gap.state, gap.changed_at) == (GapState.OPEN, NOW)


def test_open_gaps_that_are_found_no_more_go_and_closed_ones_stay() -> None:
    (found,) = found_among(stolen())
    kept = numbered(1, found, state=GapState.CLOSED)
    gaps, is_in = merged([], [kept, numbered(2, found)], {}, NOW)
    assert (gaps, is_in) == ((kept,), {})


def test_a_gap_that_splits_keeps_its_number_once() -> None:
    (found,) = found_among(stolen())
    turns = sorted(found.turns)
    parts = [FoundGap(found.gap, frozenset(turns[:3])), FoundGap(found.gap, frozenset(turns[3:]))]
    gaps, _ = merged(parts, [numbered(5, found)], dict.fromkeys(turns, 5), NOW)
    assert sorted(gap.number for gap in gaps) == [5, 6]


def test_weeks_are_counted_back_from_now() -> None:
    moments = [NOW, NOW - timedelta(days=6), NOW - timedelta(days=8), NOW - timedelta(days=400)]
    assert week_counts(moments, NOW) == (0, 0, 0, 0, 0, 0, 1, 2)
