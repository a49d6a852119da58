"""Which words of a message name a topic, and which only ask about one. Pure."""

import re
from collections.abc import Iterable

_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_MARK = re.compile(r"[.,;:!?()\n]+(?=\s|$)")
_MISTYPED = {
    typed: meant
    for meant, often in {
        "the": "teh hte th",
        "and": "adn nad n & an'",
        "what": "waht wat whta wht wot",
        "how": "hwo hw ohw",
        "about": "abotu abt aboout baout",
        "that": "taht tht",
        "it": "ti itt",
        "long": "lnog logn",
        "you": "u ya",
        "why": "y wy whyy",
        "fees": "fess feees fee's",
        "take": "tkae taek",
    }.items()
    for typed in often.split()
}

_PLAIN_TEXT = """
a about actually add adding afterwards again ago all already also always am an and another any anybody anymore anyone
anything anyway are aren't around as ask at away back be because been before behind being below better both but by
came can can't cannot cant check checked come comes corvane could couldn't couldnt d daily day days did didn't didnt
different do does doesn't doesnt doing don't done dont else end even ever every everybody everyone everything exactly
far few finally find first fix for found from further gave get gets getting give gives go goes going gone gonna got
had hadn't happen happened happening happens has hasn't hasnt have haven't havent having he help her here hers him his
hour how however i i'd i'll i'm i've id if im in inside instead into is isn't isnt issue it it's its ive just
keep keeps kind know last later least less let like long longer look looks lot made make makes many maybe me mean
means meanwhile might mine money month monthly months more most move much must my myself need needs neither never new
next night no nobody none nope nor not nothing now of off oh ok okay old on once one only onto open or other others
otherwise our out over own part people per perhaps place please pls possible possibly pretty probably problem put
question quite rather re really right run running said same save saved say says see seem seems shall she should
shouldnt show shows side similar simply since so some somebody somebody's someone someone's something sometimes soon
still stuff such sure switch take takes taking tell than that that's thats the their theirs them then there there's
these they they're thing things think this those though through till time times to today together told tomorrow too
took tried tries true try trying turn two u under until up upon us use used uses using usually ve version very via
wanna want wanted wants was wasn't wasnt way we week weekly weeks well went were weren't what what's whats when where
where's whether which while who whole whom whose why will with within without won't wont work worked working works
would wouldn't wrong year yearly years yes yesterday yet you your yours yourself
"""
PLAIN = frozenset(_PLAIN_TEXT.split())
"""Words that say nothing about a topic by themselves."""

_ASPECT_TEXT = """
allow allowed allows amount amounts answer automatic automatically availability available bonus cancel cap caps charge
charged charges cheap cheaper cheapest condition conditions confirmations cost costing costs deadline decided decision
delete difference differences document documentation documents download duration edit error evidence example examples
expensive expire expired expires fast faster fastest fee fees format formats free guaranteed hours instruction
instructions interest language languages limit limited limits link lose lost max maximum min minimum minutes needed
number numbers often paid pay percent percentage price prices quick quickly rate reason reasons redeem refund refunded
remove require required requirement requirements requires result reverse reward rewards risk risks risky safe safely
secure send settle settles share size sizes slow slowly status step steps supported tax taxes undo undone wait waiting
"""
ASPECTS = frozenset(_ASPECT_TEXT.split())
"""Words that ask about something without naming it."""


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, small ones that are often mistyped as they were meant."""
    found = (word.replace("’", "'").casefold() for word in _WORD.findall(text.replace("&", " and ")))
    return [_MISTYPED.get(word, word) for word in found]


def clauses_of(text: str) -> list[str]:
    """The same words, with "," for each mark between clauses."""
    clauses = [words_of(part) for part in _MARK.split(text)]
    return [word for clause in clauses if clause for word in (*clause, ",")][:-1]


def names_topic(word: str) -> bool:
    """Whether a word, as `words_of` gives it, names a topic."""
    return word not in PLAIN and word not in ASPECTS and not word.isdigit()


def topic_words(words: Iterable[str]) -> tuple[str, ...]:
    """Those that name a topic."""
    return tuple(filter(names_topic, words))
