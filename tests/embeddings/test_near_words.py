"""Near words against the textbook's distance."""

import time

from hypothesis import example, given
from hypothesis import strategies as st

from embeddings.near_words import NearWords

WORD = st.text(alphabet="abcdeα", max_size=9)


def distance(left: str, right: str) -> int:
    """Optimal string alignment, as a table."""
    table = {(row, 0): row for row in range(len(left) + 1)} | {(0, column): column for column in range(len(right) + 1)}
    for row in range(1, len(left) + 1):
        for column in range(1, len(right) + 1):
            same = left[row - 1] == right[column - 1]
            table[row, column] = min(
                table[row - 1, column] + 1, table[row, column - 1] + 1, table[row - 1, column - 1] + (not same)
            )
            if row > 1 and column > 1 and left[row - 2 : row] == right[column - 2 : column][::-1]:
                table[row, column] = min(table[row, column], table[row - 2, column - 2] + 1)
    return table[len(left), len(right)]


@given(st.lists(WORD, max_size=12), WORD, st.integers(0, 3))
@example(["ab"], "ba", 1)
@example(["aa"], "aaaa", 2)
@example([""], "", 0)
def test_finds_what_the_textbook_finds(words: list[str], word: str, edits: int) -> None:
    expected = {near: distance(word, near) for near in words if distance(word, near) <= edits}
    assert dict(NearWords(words).within(word, edits)) == expected


def test_a_word_given_twice_is_found_once() -> None:
    assert list(NearWords(["fee", "fee"]).within("fees", 1)) == [("fee", 1)]


def test_quick_for_a_large_corpus() -> None:
    syllables = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "ne", "pi", "ro", "su", "te")
    words = [
        a + b + c + d for a in syllables for b in syllables for c in syllables for d in syllables
    ]  # 50,625 of one length: no real corpus is as hard
    near = NearWords(words)
    started = time.process_time()
    for _ in range(20):
        assert ("bacedifo", 1) in list(near.within("bacedifoo", 2))
    assert (time.process_time() - started) / 20 < 0.05
