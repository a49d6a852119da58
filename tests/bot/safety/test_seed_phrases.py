import hashlib

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from mnemonic import Mnemonic

from bot.safety.folding import fold
from bot.safety.seed_phrases import seed_phrases
from bot.safety.speech import SPEECH
from bot.safety.wordlists import LENGTHS
from tests.bot.safety.spellings import DRESSED, SEPARATED

BEFORE = "I lost my phone. My words are:\n"
AFTER = "\nCould somebody reply to me?"
ENGLISH = Mnemonic("english")
entropies = st.sampled_from(LENGTHS).flatmap(lambda words: st.binary(min_size=words * 4 // 3, max_size=words * 4 // 3))


def found(text: str) -> list[tuple[int, int]]:
    folded = fold(text)
    return [folded.original_span(span) for span in seed_phrases(folded.text)]


def framed(spelled: str, first: str, last: str) -> bool:
    """Whether a phrase is found whole, from its first word to its last, between two sentences."""
    text = BEFORE + spelled + AFTER
    start = text.index(first, len(BEFORE))
    end = text.rindex(last, 0, len(text) - len(AFTER)) + len(last)
    return any(begin <= start and end <= stop for begin, stop in found(text))


def covers(text: str, first: str, last: str) -> bool:
    start, end = text.index(first), text.rindex(last) + len(last)
    return any(begin <= start and end <= stop for begin, stop in found(text))


def words_of(seed: int, length: int = 12) -> list[str]:
    """A phrase of random words (not of zeros, as hypothesis likes them): a hash of the seed is the entropy."""
    return ENGLISH.to_mnemonic(hashlib.sha256(str(seed).encode()).digest()[: length * 4 // 3]).split()


@settings(max_examples=400, deadline=None)
@given(entropies, st.sampled_from(sorted(SEPARATED)), st.sampled_from(sorted(DRESSED)))
def test_every_phrase_in_every_spelling(entropy: bytes, separated: str, dressed: str) -> None:
    words = [DRESSED[dressed](word) for word in ENGLISH.to_mnemonic(entropy).split()]
    assert framed(SEPARATED[separated](words), words[0], words[-1])


@settings(max_examples=200, deadline=None)
@example(bytes.fromhex("303d26958c6e88b6d085d2c48a417d99cb32ee3406e4faf9"), "russian", "table rows")  # has снова
@given(entropies, st.sampled_from(sorted(Mnemonic.list_languages())), st.sampled_from(sorted(SEPARATED)))
def test_every_language(entropy: bytes, language: str, separated: str) -> None:
    mnemonic = Mnemonic(language)
    words = mnemonic.to_mnemonic(entropy).replace("сно\ufffd\ufffdа", "снова").split(mnemonic.delimiter)
    assert framed(SEPARATED[separated](words), words[0], words[-1])


@given(entropies)
def test_words_cut_to_four_letters(entropy: bytes) -> None:
    words = [word[:4] for word in ENGLISH.to_mnemonic(entropy).split()]
    assert framed(" ".join(words), words[0], words[-1])


@given(entropies)
def test_words_without_spaces(entropy: bytes) -> None:
    words = ENGLISH.to_mnemonic(entropy).split()
    assert covers(f"It is {''.join(words)} thanks", "".join(words), "".join(words))


@given(entropies)
def test_only_the_phrase_is_masked(entropy: bytes) -> None:
    text = BEFORE + " ".join(ENGLISH.to_mnemonic(entropy).split()) + AFTER
    assert all(start >= len(BEFORE) and end <= len(text) - len(AFTER) for start, end in found(text))


@example(2988, 3, "dunno")  # three words, of which two are speech, in front of it
@given(st.integers(0, 10_000), st.integers(1, 10), st.sampled_from(["and", "dunno", "the", "xxxx"]))
def test_one_word_too_many(seed: int, at: int, extra: str) -> None:
    words = words_of(seed)
    assume(sum(word in SPEECH for word in words) < 3)
    text = f"greetings, the {' '.join([*words[:at], extra, *words[at:]])} ok?"
    assert covers(text, words[0], words[-1])


@given(st.integers(0, 10_000), st.integers(1, 10), st.data())
def test_a_slip_inside_one_word(seed: int, at: int, data: st.DataObject) -> None:
    words = words_of(seed)
    assume(sum(word in SPEECH for word in words) < 3 and len(words[at]) > 4)
    cut = data.draw(st.integers(0, len(words[at]) - 1))
    words[at] = words[at][:cut] + words[at][cut + 1 :]
    assert covers(f"greetings, it is {' '.join(words)} ok?", words[0], words[-1])


@given(st.integers(0, 10_000), st.integers(8, 11))
def test_part_of_a_phrase(seed: int, length: int) -> None:
    words = words_of(seed)[:length]
    assume(sum(word in SPEECH for word in words) < 3)
    assert covers(f"The first ones: {' '.join(words)} etc.", words[0], words[-1])


def test_a_phrase_whose_checksum_is_wrong() -> None:
    words = words_of(3)
    assert not ENGLISH.check(" ".join(reversed(words)))
    assert covers(" ".join(reversed(words)), words[-1], words[0])


def test_list_words_of_the_sentence_before_do_not_hide_the_phrase() -> None:
    words = words_of(4)
    text = f"please verify this seed {' '.join(words)}"
    assert covers(text, words[0], words[-1])


def test_two_phrases() -> None:
    first, second = words_of(5), words_of(6, 24)
    text = f"One is {' '.join(first)}. The other one is: {' '.join(second)}."
    assert covers(text, first[0], first[-1])
    assert covers(text, second[0], second[-1])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abandon",
        "abandon ability able about above absent absorb",
        "Can you tell me what I need to know about the account limit before I open one?",
        "When will you update this page? I still have the same problem since today.",
        "test test test test test test test test test test test test test",
        "I want to change the phone number and the address of my account, but there is no option.",
        "What you can earn each month with this card, and what must I do first?",
        "will this work? can you help? what about that one? when? where? have you any idea?",
        "¿Puedo cambiar el correo electrónico de mi cuenta sin tener acceso al teléfono anterior?",
        "Comment puis-je retirer mon argent vers un autre compte bancaire avant la fin du mois ?",
        "怎么修改我的邮箱地址？我的手机号码已经不能用了，请问可以帮我吗",
        "メールアドレスを変更するにはどうすればいいですか？",
    ],
)
def test_ordinary_sentences(text: str) -> None:
    assert found(text) == []
