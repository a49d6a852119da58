"""Seed phrases written without a space: "abandonabilityable…", a line of Chinese characters."""

from bot.safety.wordlists import LENGTHS, WordList, valid_windows, word_lists

_SHORTEST = 36
_LONGEST = 24 * 9
_WORD_LENGTHS = range(3, 10)


def glued_mnemonic(word: str) -> bool:
    """Whether an unbroken run of letters (folded, lower case) is nothing but the words of a seed phrase."""
    if len(word) in LENGTHS and "㐀" <= word[0] <= "鿿":
        return any(_is_mnemonic_of_characters(word, words) for words in word_lists() if words.is_han)
    if _SHORTEST <= len(word) <= _LONGEST and word.isascii():
        return any(_is_made_of(word, words) for words in word_lists())
    return False


def _is_mnemonic_of_characters(word: str, words: WordList) -> bool:
    numbers = [words.numbers.get(character) for character in word]
    known = [number for number in numbers if number is not None]
    return len(known) == len(word) and (0, len(word)) in valid_windows(known)


def _is_made_of(word: str, words: WordList) -> bool:
    reached = {0}
    for end in range(_WORD_LENGTHS[0], len(word) + 1):
        if any(end - length in reached and word[end - length : end] in words.numbers for length in _WORD_LENGTHS):
            reached.add(end)
    return len(word) in reached
