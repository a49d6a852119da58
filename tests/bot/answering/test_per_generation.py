from concurrent.futures import ThreadPoolExecutor

from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, Shelf, spellings_of


def test_the_words_are_those_of_the_generation() -> None:
    spellings = spellings_of(lambda word: False)
    emails, fees = Shelf((CHANGE_EMAIL,)), Shelf((FEES,))
    assert spellings.of(emails).correct("cahnge").text == "change"
    assert spellings.of(fees).correct("cahnge").text == "cahnge"
    assert spellings.of(fees).correct("withdrawl").text == "withdrawal"


def test_a_word_that_the_encoder_knows_is_left_alone() -> None:
    shelf = Shelf((CHANGE_EMAIL,))
    assert spellings_of(lambda word: word == "cahnge").of(shelf).correct("cahnge emial").text == "cahnge email"


def test_made_once_for_a_generation_however_many_ask() -> None:
    spellings, shelf = spellings_of(lambda word: False), Shelf((FEES,))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: spellings.of(shelf), range(40)))
    assert all(one is found[0] for one in found)
    other = spellings.of(Shelf((FEES,)))
    assert other is not found[0]
    assert spellings.of(shelf) is not found[0]  # only the latest one is kept


def test_two_generations_in_turn_keep_their_own_apart() -> None:
    spellings, one, other = spellings_of(lambda word: False), Shelf((FEES,)), Shelf((CHANGE_EMAIL,))
    apart = spellings.apart()
    found = spellings.of(one), apart.of(other)
    assert (spellings.of(one), apart.of(other)) == found
