"""What a question is about, without the words that ask. Pure."""

import re

from bot.answering.dialogue.utterances import read

SUBJECT_WORDS = 16
"""A subject is cut to so many words."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_ASKING = re.compile(
    r"^\W*(?:(?:and|also|but|so|hi|hello|hey|ok|please|well|sorry|now|then)\b\W*)*"
    r"(?:(?:can|could|would|will) you (?:please )?(?:tell|explain|show|help|remind)(?: (?:to )?me)?(?: (?:with|"
    r"about))? ?)?"
    r"(?:(?:i|we) (?:want|need|would like|wanna|am trying|have|tried|wish|had) to |i'd like to |i'm trying to |"
    r"(?:tell|explain|show)(?: me)?(?: about)? |"
    r"(?:what|where|when|how|which|why)(?:'s| (?:is|are|was|were|do|does|did|can|could|should|would|to|must))+"
    r"(?: (?:i|you|we|one|the|my|a|an|it))*\b ?|(?:how|what|where|why|when|which) |"
    r"(?:is|are) there (?:a |an |any )?(?:way to )?|"
    r"(?:can|could|may|do|does|did|is|are|am|will|should|must|has|have)n?'?t? "
    r"(?:(?:i|you|we|it|the|my|possible|to|have|need|want)\b ?)*)?",
    re.IGNORECASE,
)


def subject_of(question: str) -> str:
    """The words of `question` that say what it is about: of several sentences the one that names most."""
    sentences = [part for part in _SENTENCE.split(question.strip()) if re.search(r"\w", part)]
    best = max(sentences, key=_names, default=question)
    asking = _ASKING.match(best)
    rest = best[asking.end() if asking else 0 :].strip(" ?!.,")
    return " ".join((rest or best.strip(" ?!.,")).split()[:SUBJECT_WORDS])


def _names(sentence: str) -> tuple[int, bool]:
    heard = read(sentence)
    return heard.topical + len(heard.slots), sentence.endswith("?")
