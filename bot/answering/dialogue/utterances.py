"""How a message is read before it is known what it follows: without what surrounds it, and what of its own it names.
Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.answering.dialogue.pronouns import leaves_out, pointing
from bot.answering.dialogue.slots import SHOWN, Slot, platform_in, slots_in
from bot.answering.dialogue.topic_words import ASPECTS, clauses_of, topic_words, words_of

_POLITE = (
    r"oh no|ok(?:ay)?|k|thanks?(?: a lot| so much)?|thank you(?: so much| very much)?|thx|ty|great|perfect|cool|nice|"
    r"good|"
    r"alright|all right|got it|i see|understood|sure|hi|hello|hey|hmm+|um+|oh|ah+|yes|yeah|yep|fine|please|pls|plz|"
    r"sorry|damn|"
    r"shit|works(?: now)?|that works|that(?:'s| is) (?:clear|helpful|good)|makes sense|super|wow|right|awesome|no "
    r"problem"
)
_AROUND = re.compile(rf"^\W*(?:(?:{_POLITE})(?:(?![\w'’])\W*|$))+", re.IGNORECASE)
_ANNOUNCES = re.compile(
    r"^\W*(?:but |and |so |now |well )*(?:"
    r"(?:one more|another|(?:a )?(?:different|new|next|other|separate|unrelated|quick|last)) "
    r"(?:thing|question|topic|issue|problem|q)|next|btw|by the way|(?:on )?(?:something else|another note)|"
    r"forget (?:it|that|about (?:it|that))|never ?mind|nvm|whatever|actually|meanwhile|first(?=,| tell)|"
    r"now (?:please )?(?=tell|something)(?:something (?:else|new|different|\w+al)\b)?"
    r")\b(?: is)?\W*",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"^\W*(?:(?:no|nope|nah|sorry|not (?:that|this|the\b)?)\b\W*)*"
    r"(?:i (?:actually )?(?:mean|meant)(?: to (?:ask|say))?|i was (?:asking|talking) about|i(?:'m| am) (?:asking|"
    r"talking) "
    r"about|i said|rather|correction|other way (?:a)?round)\b\W*|"
    r"^\W*(?:no|nope|nah)\b(?:, ?| (?=i (?:want|need|mean)|not |the |for |on |in |about ))(?=\w)(?!one|way|such)|"
    r"^\W*(?:no|nope|nah)?\W*not (?:[^\W,.]+ ?){1,4}(?:,(?: just| but| rather)?|\bbut|\bjust|\brather) (?=\w)",
    re.IGNORECASE,
)
_REPEATS = re.compile(
    r"\W*(?:(?:can|could|would|will) (?:you|u) )?(?:please )?(?:(?:repeat|rephrase)(?: (?:that|it|this|please))*|"
    r"say (?:that|it)? ?again|(?:once|one) more(?: time)?|again|come again|"
    r"(?:explain|describe|say|tell)(?: (?:me|it|that|this|to me))*(?: (?:again|more|better|simpler|simply|"
    r"(?:in )?(?:more )?(?:simple|easy|other|plain|detail|different)(?: (?:words|terms|english|way))?))*|"
    r"(?:give|show)(?: me)? (?:(?:an|another|some|one) )?(?:more )?(?:examples?|details?|infos?|information)|"
    r"(?:more|some) (?:details?|info|information|examples?)|examples?|"
    r"(?:i )?(?:do ?n['’]?o?t|dont|didn['’]?t|cannot|can['’]?t) (?:understand|get it|follow)(?: (?:that|it|this|you))?|"
    r"what do (?:you|u) mean(?: by that)?|and then|what (?:then|next|now)|then what|go on|continue|huh|what|"
    r"yes|yeah|yep|sure)(?:[\s,]+(?:please|pls|again|more|simpler))*\W*",
    re.IGNORECASE,
)
_ASKS_ABOUT = re.compile(
    r"\b(?:what|how) (?:is it |s )?(?:about|abt|with)\b|\bsame (?:(?:thing|problem|question|issue) )?(?:for|with|on|"
    r"in)\b|"
    r"^(?:and|but|or) (?:(?:for|with|at|on|in|by|from|to|about) )?(?:the|my|a|an|for|with|at|on|in|by)\b"
)
_SUPPOSES = re.compile(
    r"^(?:and |but |so |or |even )*(?:what (?:happens )?)?(?:if|when)\b(?!$)"
    r"(?! (?:was|were|is|are|do|does|did|will|can|could|would|should|has|have)\b)"
    r"(?!.* (?:can|how|what|will|do|does|is|are) (?:i|you|it|the|my|there|they)\b)"
)
_JOINS = re.compile(r"^(?:and|but|so|or|then|even)\b")
_ADDS = re.compile(r"^(?:(?:and|also|plus|but|so|or|then|even|actually)\b\s*)+")
_PRESUPPOSES = re.compile(r"\b(?:still|already|though|never|either|only|anyway|yet|any ?more|no longer|even)\b")
_NOT_BEFORE = re.compile(r"\bnot (?:the |my |a |an |for |on |by )?$", re.IGNORECASE)
_NEGATES = re.compile(r"\b(?:no|not|never|without|cannot|cant|dont|doesnt|didnt|isnt|wont)\b|n't\b")
_TELLS = re.compile(r"^(?:i|i'm|i've|im|ive|my|we|someone|somebody|an?)\b(?:\W+\S+){4}", re.IGNORECASE)
_FRAMED = re.compile(
    r"^(?:how|what|where|when|which|who|why|can|could|do|does|did|is|are|am|will|would|should|may|must|has|have|was|"
    r"were|"
    r"till when|until when|since when|for (?:how|which)|i (?:want|need|would like|wanna|have to|must|like)|i'?d like|"
    r"tell|explain|show|help)(?:n't|'s|'re)?\b"
)
_ASKS_HOW = re.compile(r"^(?:how|what|where|when|who|why|till when|until when|since when|for how)\b")
_TOPICAL_KINDS = frozenset(("product", "method", "order", "movement", "trade", "rail", "code"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A message without what surrounds it, and what was found in it."""

    text: str
    """Without politeness, and without the words that announce another topic or a correction."""
    own: tuple[str, ...]
    """Words that name a topic."""
    aspects: tuple[str, ...]
    """Words that ask about one."""
    slots: tuple[Slot, ...]
    pointing: float
    """How much it leans on pronouns, 0 to 4."""
    leaves_out: bool
    """It has no subject."""
    framed: bool
    """It begins as a question or a wish does."""
    negates: bool
    asks_how: bool
    """It begins with a question word."""
    tells: bool
    """It is a sentence about what the customer did or has."""
    announces: bool
    """It says that something else begins."""
    corrects: bool
    asks_about: bool
    """It has "what about", "same for"."""
    supposes: bool
    """It begins with "what if", without more."""
    joins: bool
    """It begins with "and", "but", "so"."""
    presupposes: bool
    """It has a word such as "still" or "already"."""
    repeats: bool
    """It asks for the same again."""

    @property
    def topical(self) -> int:
        """How many things it names that can be a topic."""
        return len(self.own) + sum(slot.kind in _TOPICAL_KINDS for slot in self.slots)

    @property
    def bare(self) -> bool:
        """It names values and nothing else, as "and on TRC20?" and "is it the same for ETH?" do."""
        return bool(self.slots) and not self.own and not self.aspects

    @property
    def exchanges(self) -> bool:
        """Its values go into the question before it: it is bare and neither asks how nor tells something."""
        place_only = all(slot.kind == "platform" for slot in self.slots)
        told = self.tells or self.negates
        return self.bare and not self.asks_how and (place_only or not told)

    @property
    def empty(self) -> bool:
        """It has a word or two that say nothing, as "and" does."""
        return self.brief and not (self.framed or self.own or self.aspects or self.slots or self.leaves_out)

    @property
    def brief(self) -> bool:
        """It has at most two words."""
        return len(self.text.split()) <= 2


def read(message: str, known: Collection[str] = ()) -> Utterance:
    """What a message says by itself; `known` are the terms of what was said before."""
    whole = " ".join(message.split())
    text, _ = _without(_AROUND, whole)
    text, announces = _without(_ANNOUNCES, text)
    if announces:
        text, _ = _without(_AROUND, text)
    text, corrects = (text, False) if announces else _without(_CORRECTS, text)
    spelt = " ".join(words_of(text))
    slots = _meant(slots_in(text), text)
    words = words_of(_between(text, slots))
    asks_about = _ASKS_ABOUT.search(spelt) is not None
    supposes = _SUPPOSES.match(spelt) is not None
    framed = _FRAMED.match(_ADDS.sub("", spelt)) is not None
    return Utterance(
        text=text,
        own=topic_words(words),
        aspects=tuple(word for word in words if word in ASPECTS),
        slots=slots,
        pointing=pointing(clauses_of(text), known),
        framed=framed and not asks_about and not supposes,
        asks_how=framed and not asks_about and not supposes and _ASKS_HOW.match(_ADDS.sub("", spelt)) is not None,
        negates=_NEGATES.search(spelt) is not None,
        leaves_out=leaves_out(spelt),
        tells=_TELLS.match(text) is not None,
        announces=announces,
        corrects=corrects,
        asks_about=asks_about,
        supposes=supposes,
        joins=_JOINS.match(spelt) is not None,
        presupposes=_PRESUPPOSES.search(spelt) is not None,
        repeats=any(_REPEATS.fullmatch(each) for each in (whole, text)),
    )


def _without(pattern: re.Pattern[str], text: str) -> tuple[str, bool]:
    """The text behind what the pattern finds at its start, unless no word would be left."""
    found = pattern.match(text)
    if found is None or not re.search(r"\w", found[0]):
        return text, False
    rest = text[found.end() :].strip()
    return (rest, True) if re.search(r"\w", rest) else (text, False)


def _meant(slots: tuple[Slot, ...], text: str) -> tuple[Slot, ...]:
    """The slots without those that "not" stands before, of a platform only when the customer is there: "I lost my
    phone" names none."""
    platform = platform_in(text)
    slots = tuple(slot for slot in slots if not _NOT_BEFORE.search(text[: slot.start]))
    return tuple(
        replace(slot, value=SHOWN[platform]) if slot.kind == "platform" and platform else slot
        for slot in slots
        if slot.kind != "platform" or platform
    )


def _between(text: str, slots: tuple[Slot, ...]) -> str:
    parts, end = [], 0
    for slot in slots:
        parts.append(text[end : slot.start])
        end = slot.end
    return " ".join([*parts, text[end:]])
