"""When a person is called, and why. Pure: the decision is a function of what was said and how sure the answer is."""

import re
from collections.abc import Collection

from bot.models import Handoff, HandoffReason, Owner, Reply

_PERSON = (
    r"(humans?|persons?|agents?|representatives?|reps?|operators?|advis[oe]rs?|staff|employees?|managers?|supervisors?|"
    r"support (agent|team|person|specialist)|customer (service|support|care)|live (chat|support|agent|person))"
)
_ANYONE = rf"({_PERSON}|someone|somebody|people|assistants?)"
_ADJECTIVE = (
    r"((a|an|the|your|another|any|some|one|of|real|actual|live|human|free|customer|service|support|care|f\w+king) )*"
)
_STAFF = (
    r"(humans?|agents?|representatives?|reps?|operators?|support (agent|team|person|specialist)|"
    r"customer (service|support|care)|live (chat|support|agent|person))"
)
_SPEAK = r"(talk|speak|chat|connect|contact|reach)(ing|e|ed)?"
_CALL = r"(escalat|call|get)(ing|ting|e|ed)?"
_HAND_OVER = r"(transfer|put|pass|hand)(ing|ting|ring|red|ed)?"
_ON_THE_WAY = r"( (me|us|this|to|with|through|over|in touch|on|for|directly|right|now|please))*"
_PATTERNS = (
    rf"\b{_SPEAK}{_ON_THE_WAY} {_ADJECTIVE}{_ANYONE}\b",
    rf"\b{_CALL}{_ON_THE_WAY} {_ADJECTIVE}{_PERSON}\b",
    rf"\b{_HAND_OVER}{_ON_THE_WAY} {_ADJECTIVE}{_STAFF}\b",  # "transfer to another person" may be about money
    rf"\b({_CALL}|{_HAND_OVER}) (me|us|this|it){_ON_THE_WAY} {_ADJECTIVE}{_ANYONE}\b",
    r"\b(get|call) (someone|somebody) (to|who) (can )?(help|assist|talk|speak|call|contact|look)\b",
    rf"\b(want|need|prefer|give me|let me have|get me|bring me){_ON_THE_WAY} {_ADJECTIVE}{_PERSON}\b",
    rf"^\W*{_ADJECTIVE}(agent|operator|representative|human|person|customer service|customer support)"
    r"( please| now| pls)*\W*$",
    r"\b(is|are) (there|you) (a |any )?(real |actual |live )?(human|person|people|someone)\b.*\b(talk|speak|chat|help)",
    r"\b(not|don't want|no more|stop|instead of) (a |the |with |this |talking to |to talk to )*(ro)?bots?\b",
)
_ASKS_FOR_PERSON = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE)
_HOW_TO = re.compile(r"^\W*(how|why|what|when|where|which|does|is it|should)\b", re.IGNORECASE)
_ABOUT_CHANNEL = re.compile(
    r"\b(video call|call me instead|anti-phishing|phish|scam|fake|pretend|claim|verify)", re.IGNORECASE
)


def asks_for_person(text: str) -> bool:
    """Whether the message asks for a person; a how-to question that only mentions one (a video call, a scam) does
    not."""
    if _HOW_TO.search(text) and _ABOUT_CHANNEL.search(text):
        return False
    return _ASKS_FOR_PERSON.search(" ".join(text.split())) is not None


def reason_before_search(text: str, secrets: Collection[str]) -> HandoffReason | None:
    """Why a person is called whatever the help center says, or None."""
    if secrets:
        return HandoffReason.SECRET_SEEN
    return HandoffReason.USER_REQUEST if asks_for_person(text) else None


def reason_after_search(confidence: float, threshold: float) -> HandoffReason | None:
    """Why a person is called instead of giving the answer that was found, or None."""
    return HandoffReason.LOW_CONFIDENCE if confidence < threshold else None


def owner_after(reply: Reply, owner: Owner) -> Owner:
    """Who owns the conversation after the bot's reply: a handoff queues it for a person, anything else leaves it as it
    is."""
    return Owner.QUEUED if isinstance(reply, Handoff) and owner is Owner.BOT else owner
