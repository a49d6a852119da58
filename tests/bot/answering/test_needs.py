import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.needs import LEAST_WORDS, LONG_WORDS, MOST_PARTS, needs_of, parts_of, to_the_point

SENTENCE = "I cannot open the account that I opened in March. "
WORDS = st.lists(st.sampled_from([*"abcdef", "end.", "Why?", "No. 5", "🙂", "\n\n", "-", "1.", "so:"]), max_size=400)


@pytest.mark.parametrize("message", ["", "  ", "How do I log in?", "Hello! How do I log in?", "One.Two.Three"])
def test_a_message_of_few_parts_has_no_asides(message: str) -> None:
    assert parts_of(message) == ()


def test_sentences_and_lines_are_parts() -> None:
    message = "Hello there!  I see this error:\n\nERR_7 at login.py\n Why? "
    assert parts_of(message) == ("Hello there!", "I see this error:", "ERR_7 at login.py", "Why?")


def test_parts_have_an_end() -> None:
    assert parts_of("Part. " * 100) == ("Part.",) * MOST_PARTS


@pytest.mark.parametrize(
    ("nearness", "kept"),
    [
        ([0.1, 0.9, 0.1], "b"),
        ([0.1, 0.45, 0.41], "b c"),
        ([0.3, 0.35, 0.21], "a b c"),
        ([0.3, 0.35, 0.19], "a b"),
        ([0.0, 0.0, 0.0], "a b c"),
        ([-0.5, -0.1, 0.1], "c"),
    ],
)
def test_what_is_far_from_everything_is_an_aside(nearness: list[float], kept: str) -> None:
    assert to_the_point(["a", "b", "c"], nearness) == kept


def test_no_parts_have_no_point() -> None:
    assert to_the_point([], []) == ""


@pytest.mark.parametrize("message", ["", "  ", "How do I log in?", "One. Two. Three.", SENTENCE * 6])
def test_a_short_message_is_one_need(message: str) -> None:
    assert len(message.split()) <= LONG_WORDS
    assert needs_of(message) == (message,)


def test_a_long_message_is_searched_part_by_part() -> None:
    assert needs_of(SENTENCE * 7) == (SENTENCE.strip(),) * 7


def test_what_is_too_short_to_be_a_need_is_left_out() -> None:
    assert needs_of(f"Hello! {SENTENCE * 7}Thank you.") == (SENTENCE.strip(),) * 7


def test_one_endless_sentence_stays_whole() -> None:
    message = "and then " * LONG_WORDS
    assert needs_of(message) == (message,)
    assert needs_of("Hi. Yes. " + message + "it stopped.") == ("Hi. Yes. " + message + "it stopped.",)


def test_needs_have_an_end() -> None:
    numbered = [f"This is the sentence {number} here." for number in range(3 * MOST_PARTS)]
    assert needs_of(" ".join(numbered)) == tuple(numbered[:MOST_PARTS])


@settings(deadline=None)
@given(WORDS)
def test_any_message_has_a_need_and_needs_are_its_own_words(words: list[str]) -> None:
    message = " ".join(words)
    needs, parts = needs_of(message), parts_of(message)
    assert 1 <= len(needs) <= MOST_PARTS
    assert all(part in message and part == part.strip() != "" for part in parts)
    assert needs == (message,) or (set(needs) <= set(parts) and all(len(need.split()) >= LEAST_WORDS for need in needs))


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=9))
def test_the_nearest_part_is_always_to_the_point(nearness: list[float]) -> None:
    parts = [f"part{place}" for place in range(len(nearness))]
    kept = to_the_point(parts, nearness).split()
    assert parts[nearness.index(max(nearness))] in kept
    assert kept == [part for part in parts if part in kept]
