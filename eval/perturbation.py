"""What customers do to a question without meaning another one: slips of the finger, missing words, capitals, pasted
errors. The same question, perturbation and seed give the same text on every machine.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

SEED = 20261122

_LETTERS = re.compile(r"(?<![\w-])[^\W\d_]{4,}(?![\w-])")
_WORD = re.compile(r"\w[\w'’]*")
_GAP = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")
_PUNCTUATION = re.compile(r"[^\w\s'’@/$€£%&+-]")
_WORDS_PER_SLIP = 6

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_FUNCTION_TEXT = """
a about am an and any are as at be been but by can could did do does for from had has have he her his how i if in into
is it its just me my of on or our please she should so some that the their them there these they this to us was we were
what when where which who why will with would you your
"""
_FUNCTION_WORDS = frozenset(_FUNCTION_TEXT.split())
_SHORT_FORMS = {
    "are": "r", "you": "u", "your": "ur", "please": "pls", "account": "acc", "and": "n", "for": "4", "to": "2",
    "before": "b4", "because": "cuz", "thanks": "thx", "message": "msg", "messages": "msgs", "password": "pw",
    "transaction": "txn", "transfer": "xfer", "tomorrow": "tmrw", "with": "w/", "without": "w/o", "why": "y",
    "okay": "k", "people": "ppl", "picture": "pic", "number": "no", "about": "abt", "want": "wanna", "going": "goin",
    "problem": "prob", "information": "info", "application": "app", "address": "addr", "minutes": "mins",
    "amount": "amt", "received": "rcvd", "something": "smth", "through": "thru", "would": "wud", "could": "cud",
    "have": "hv", "what": "wat", "be": "b", "see": "c", "know": "kno", "that": "dat", "the": "da", "this": "dis",
    "don't": "dont", "can't": "cant", "doesn't": "doesnt", "won't": "wont", "i'm": "im", "delivery": "dlvry",
    "television": "telly", "settings": "setngs", "quantity": "qty", "money": "mny", "every": "evry",
}  # fmt: skip

_ERRORS = (
    "Error 50101: the request could not be completed.\n{question}\n"
    "    at submit (https://app.example.com/static/main.4f1c.js:214:19)\n2026-03-14T09:26:53.589Z  status=500",
    "Uncaught TypeError: Cannot read properties of undefined (reading 'map')\n"
    "    at render (bundle.js:1:48213)\n    at HTMLButtonElement.onclick\n{question}",
    "{question}\n\n[14/03/2026 09:26:53] HTTP 403 Forbidden - code E-1042\nRequest ID: 7c1e-03ab\n"
    "Something went wrong. Please try again later.",
    "2026-03-14 09:26:53,589 ERROR worker-3 RequestTimeout after 30000 ms (attempt 3 of 3)\n"
    'Traceback (most recent call last):\n  File "client.py", line 88, in send\n{question}',
    'it says: {{"code": 40012, "message": "Invalid parameter", "retryable": false}}\n{question}',
)
_PREAMBLES = (
    "Hi there, hope you are well! I have been a customer for quite a while and so far I was always very happy with "
    "everything. Sorry to bother you on a Sunday, but today I have a small question. {question} "
    "Thanks so much in advance, have a lovely day!",
    "Good morning team! My sister told me that you people are really quick, so I thought I would simply write to you. "
    "I am not very good with these things, so please bear with me. {question} Many thanks and best regards",
    "hello?? is anybody there?? I looked around for half an hour and asked a friend, who had no idea either, and now I "
    "am getting a bit tired of it to be honest. so here it comes: {question} please answer soon, thank you",
)


@dataclass(frozen=True, slots=True)
class Perturbation:
    """One way to spoil a question: its name, what it does, and the function that does it."""

    name: str
    described: str
    spoil: Callable[[str, random.Random], str]

    def apply(self, question: str, seed: int = SEED) -> str:
        """The question, spoilt; itself where there is nothing to spoil."""
        own_seed = f"{seed} {self.name} {question}".encode("utf-8", "replace")
        return self.spoil(question, random.Random(own_seed))  # noqa: S311 - to be the same each time


def slip(word: str, source: random.Random) -> str:
    """`word` (two letters or more) with one slip of the finger: a neighbour's key, two letters the wrong way round, one
    letter left out or doubled."""
    place = source.randrange(len(word))
    match source.choice(("neighbour", "swapped", "dropped", "doubled")):
        case "neighbour":
            return word[:place] + _neighbour(word[place], source) + word[place + 1 :]
        case "swapped":
            place = min(place, len(word) - 2)
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case "dropped":
            return word[:place] + word[place + 1 :]
    return word[:place] + word[place] + word[place:]


def _neighbour(letter: str, source: random.Random) -> str:
    for row, keys in enumerate(_ROWS):
        column = keys.find(letter.lower())
        if column >= 0:
            near = [keys[column + step] for step in (-1, 1) if 0 <= column + step < len(keys)]
            near += [other[column] for other in _ROWS[max(0, row - 1) : row + 2] if column < len(other)]
            found = source.choice([key for key in near if key != letter.lower()])
            return found.upper() if letter.isupper() else found
    return letter


def _few_slips(question: str, source: random.Random) -> str:
    words = list(_LETTERS.finditer(question))
    number = max(1, round(len(_WORD.findall(question)) / _WORDS_PER_SLIP))
    chosen = {match.start() for match in source.sample(words, min(number, len(words)))}
    return _LETTERS.sub(lambda match: slip(match[0], source) if match.start() in chosen else match[0], question)


def _many_slips(question: str, source: random.Random) -> str:
    return _LETTERS.sub(lambda match: slip(match[0], source), question)


def _joined(question: str, source: random.Random) -> str:
    gaps = [match.start() for match in _GAP.finditer(question)]
    number = max(1, round(len(_WORD.findall(question)) / _WORDS_PER_SLIP))
    chosen = set(source.sample(gaps, min(number, len(gaps))))
    return "".join(character for place, character in enumerate(question) if place not in chosen)


def _no_function_words(question: str, _: random.Random) -> str:
    kept = [word for word in question.split() if word.strip("?!.,;:").lower() not in _FUNCTION_WORDS]
    return " ".join(kept) or question


def _missing_word(question: str, source: random.Random) -> str:
    words = [match for match in _WORD.finditer(question) if match[0].lower() not in _FUNCTION_WORDS]
    if len(words) < 2:
        return question
    gone = source.choice(words)
    return " ".join((question[: gone.start()] + question[gone.end() :]).split())


def _capitals(question: str, _: random.Random) -> str:
    return question.upper()


def _lower_case(question: str, _: random.Random) -> str:
    return " ".join(_PUNCTUATION.sub(" ", question.lower()).split())


def _short_forms(question: str, _: random.Random) -> str:
    return _WORD.sub(lambda match: _SHORT_FORMS.get(match[0].lower(), match[0]), question.lower())


def _pasted_error(question: str, source: random.Random) -> str:
    return source.choice(_ERRORS).format(question=question)


def _chatty(question: str, source: random.Random) -> str:
    return source.choice(_PREAMBLES).format(question=question)


PERTURBATIONS: tuple[Perturbation, ...] = (
    Perturbation("few slips", "one typing slip for about six words", _few_slips),
    Perturbation("many slips", "one typing slip in every word of four letters or more", _many_slips),
    Perturbation("joined words", "one space left out for about six words", _joined),
    Perturbation("no function words", "words such as how, the, my left out", _no_function_words),
    Perturbation("missing word", "one word that matters left out", _missing_word),
    Perturbation("capitals", "ALL CAPITALS", _capitals),
    Perturbation("lower case", "all lower case, no punctuation", _lower_case),
    Perturbation("short forms", "spelt as in a text message: u, pls, acc", _short_forms),
    Perturbation("pasted error", "an error message, stack line or time stamp around the question", _pasted_error),
    Perturbation("chatty", "greetings and asides around the question", _chatty),
)
