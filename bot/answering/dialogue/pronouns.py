"""How much a message leans on pronouns for which nothing in it can be meant. Pure.

No grammar is parsed: a pronoun has its thing in the message when an earlier clause of it names one.
"""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from bot.answering.dialogue.slots import slots_in
from bot.answering.dialogue.topic_words import PLAIN, names_topic
from embeddings.terms import terms

THING, SUBJECT_LEFT_OUT, ONE, PEOPLE, AT_END = 4.0, 3.0, 3.0, 2.5, 2.0
"""What "it" and "that" weigh, a sentence without subject, "the old one", "they", and "then" at the end."""

_THINGS = frozenset(("it", "its", "it's", "mine"))
_PEOPLE = frozenset(("they", "they're", "them", "their", "he", "she", "his", "her"))
_DEMONSTRATIVES = frozenset(("this", "that", "that's", "thats", "these", "those"))
_POSSESSIVES = frozenset(("its", "their", "his", "her"))
"""Behind a name they mean it: "does the card have its fees"."""
_PRONOUNS = _THINGS | _PEOPLE | _DEMONSTRATIVES
_MOST_PRONOUNS = 8
_ONE = re.compile(
    r"\b(?:the|that|this|which|other|old|new|my)(?: \w+)? ones?\b|\b(?:new|old|other) ones\b|"
    r"^(?:(?:and|or|but) )?(?:\w+ )?ones?$"
)
_AT_END = re.compile(r"\b(?:there|then|instead|too|as well|again|back|though|afterwards?|later|the same)$")
_MOST_WORDS_AT_END = 9
_MEANS_NOTHING = re.compile(
    r"\bit(?:'s| is| was| would be| be)? ?(?:really |still |ok |okay |also )?(?:possible|safe|allowed|necessary|okay|"
    r"ok|true|"
    r"legal|better|normal|me|not me|a good|that|looks?|seems?|take (?:for|to|until|before)|takes? (?:me )?(?:to|for|"
    r"until)|"
    r"costs? (?:me )?to|works? (?:to|when|if)|if)\b|\b(?:is|was) it \w+ (?:to|that)\b|\bit(?:'s| is| was) \w+ (?:to|"
    r"that)\b|\b(?:appreciate|make|made|find) it\b|"
    r"\bforget (?:it|that)\b|\bits? (?:me|not me)\b|\bthat (?:much|many)\b|\b(?:they|them) (?:all|both)\b"
)
_LEFT_OUT = re.compile(
    r"^(?:(?:and|but|so|now|still|it|always|only|just) )*(?:gives?|says?|shows?|keeps?|asks?|tells?|wants?|doesn't|"
    r"doesnt|won't|wont|isn't|isnt|didn't|didnt|not (?:there|here|working|shown|visible)|no such|nothing|had one|"
    r"got (?:an? )?(?:error|declined|rejected)|still (?:not|no|nothing|the same))\b(?! (?:you|your|i|the|my|we)\b)"
)
_CLAUSE_STARTS = "i i'm i've you he she it we they the my a an your our there corvane if when"
_CLAUSE_START_WORDS = frozenset(_CLAUSE_STARTS.split())
"""Behind "that" they begin a clause that it joins: "it says that my"."""
_RELATIVE_VERBS = """
is are was were has have had do does did can could will would should may might must got get gets not came went made make
makes took take takes used use uses gave gives found said says wanted wants want worked works work happened happens runs
looks keeps
"""
_RELATIVE_VERB_WORDS = frozenset(_RELATIVE_VERBS.split())
"""Behind a name and "that" they say more of what is named: "a bot that keeps"."""
_AUXILIARY_TEXT = "is are was were do does did has have can could will would should"
_AUXILIARIES = frozenset(_AUXILIARY_TEXT.split())
_JOINING_TEXT = ", and but or if when because so while after before what how where why which can could"
_JOINING = frozenset(_JOINING_TEXT.split())
_DETERMINERS = frozenset(("a", "an", "the", "my", "your", "our", "another", "some"))
_BACKWARD = frozenset(("old", "other", "new", "same", "one", "first", "second", "last"))


def pointing(clauses: Sequence[str], known: Collection[str]) -> float:
    """From 0 (not at all) to 4. `clauses` are the message's words as `clauses_of` gives them, `known` the terms of what
    was said before."""
    spelt = " ".join(word for word in clauses if word != ",")
    words = _MEANS_NOTHING.sub(" ", " ".join(clauses)).split()
    found = [0.0]
    places = [place for place, word in enumerate(words) if word in _PRONOUNS][:_MOST_PRONOUNS]
    for place in places:
        word = words[place]
        if word in _POSSESSIVES and any(map(names_topic, words[:place])) and words[place + 1 : place + 2] != [","]:
            continue
        if word in _THINGS or (word in _DEMONSTRATIVES and _stands_alone(words, place, known)):
            found.append(0.0 if _named_before(words, place) else THING)
        elif word in _PEOPLE:
            found.append(0.0 if _named_before(words, place) else PEOPLE)
    if leaves_out(spelt):
        found.append(SUBJECT_LEFT_OUT)
    if _ONE.search(spelt):
        found.append(ONE)
    if _AT_END.search(spelt) and len(words) <= _MOST_WORDS_AT_END:
        found.append(AT_END)
    return max(found)


def leaves_out(spelt: str) -> bool:
    """Whether a sentence, in words as `words_of` gives them, lacks its subject: "says invalid code"."""
    return _LEFT_OUT.match(spelt) is not None


def _stands_alone(words: Sequence[str], place: int, known: Collection[str]) -> bool:
    """Whether a demonstrative stands for a thing by itself, or before one that was said; "this card" is neither."""
    before = words[place - 1] if place else ","
    following = words[place + 1] if place + 1 < len(words) else ","
    if words[place] in ("that's", "thats"):
        return True
    if following == "," or following in PLAIN:
        if words[place] == "that" and before != "," and following in _CLAUSE_START_WORDS:
            return False
        return not (following in _RELATIVE_VERB_WORDS and names_topic(before) and before != ",")
    said = not set(terms(following)).isdisjoint(known)
    return said or (before in ("does", "did", "will", "would") and words[place] == "that")


def _named_before(words: Sequence[str], place: int) -> bool:
    """Whether an earlier clause names something: "I made a transfer and it"; or the same one does, far ahead."""
    if place < 2:
        return False
    ends = [each for each in range(1, place) if words[each] in _JOINING]
    end = max(ends, default=place)
    if words[place - 1] in _AUXILIARIES:
        end = max(end, place - 1)
    before = words[:end]
    things = sum(word in _DETERMINERS and following not in _BACKWARD for word, following in pairwise(before))
    named = sum(map(names_topic, before)) + len(slots_in(" ".join(before)))
    if end < place:
        return things > 0 or named >= 2
    return named >= 3
