"""What can stand for each other in a question: one coin for another, the app for the web, a withdrawal for a deposit.
Pure.

The kinds are those of a help center about money and accounts. A word of no kind is none of this module's business.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from knowledge.models import Platform

_WORDS = {
    "network": r"trc-?20|erc-?20|bep-?20|bsc|(?:bnb|binance) smart chain|tron|polygon|arbitrum|solana|optimism|"
    r"avalanche",
    "coin": r"btc|bitcoin|eth|ethereum|ether|usdt|tether|usdc|xrp|ripple|xlm|stellar|atom|sol|bnb|doge(?:coin)?|ada|"
    r"ltc|"
    r"litecoin|trx|lmc|(?<!\ba )ton|(?:other|different|another) (?:coin|token)s?",
    "currency": r"eur|euros?|€|gbp|pounds?|£|usd|dollars?|\$",
    "rail": r"sepa instant|sepa|faster payments?|swift|bank transfers?|wire transfers?",
    "product": r"(?:spot|futures) grid|(?:spot )?dca(?: \(martingale\))?|signal|spot|futures|perpetuals?|perps|x-perps|"
    r"margin",
    "method": r"authenticator(?: app)?|google authenticator|passkeys?|sms(?: codes?)?|email codes?|e-?mail(?: "
    r"address)?|"
    r"phone number|(?:login )?password",
    "level": r"level \d|vip \d",
    "code": r"(?<![\d.,])\d{4,6}(?![\d.,])",
    "order": r"trailing stop|stop-(?:limit|market)|(?:limit|market|iceberg|oco|twap) orders?|iceberg|oco|twap|"
    r"stop[- ]?loss|take[- ]?profit",
    "mode": r"isolated|cross|selected|flexible|fixed|physical|virtual|maker|taker",
    "status": r"under review|processing|sent|completed|rejected",
    "system": r"windows|mac(?:os)?|linux|ios|ipad",
    "movement": r"deposit(?:s|ed|ing)?|withdr[ae]w(?:s|n|als?|ing)?|withdrawl",
    "trade": r"buy(?:s|ing)?|bought|purchas(?:e|es|ed|ing)|sell(?:s|ing)?|sold",
    "platform": r"(?:corvane )?app|mobile|web(?:site| version| page)?|browser|desktop|laptop|computer|pc|android|"
    r"iphone|"
    r"phone",
}
_KINDS = "|".join(rf"(?P<{kind}>{words})" for kind, words in _WORDS.items())


@cache
def _slot() -> re.Pattern[str]:
    """Compiled when it is first needed: it takes a thirtieth of a cold start, and only follow-ups need it."""
    return re.compile(rf"(?<!\w)(?:{_KINDS})(?!\w)", re.IGNORECASE)


_NETWORK = re.compile(
    rf"\s+(?:on|via|by|over|using|through|with) (?:the )?(?:{_WORDS['network']})(?: network)?(?!\w)", re.I
)

_FORMS = {
    "deposit": ("deposit", "deposit", "depositing", "deposited"),
    "withdraw": ("withdraw", "withdrawal", "withdrawing", "withdrawn"),
    "buy": ("buy", "purchase", "buying", "bought"),
    "sell": ("sell", "sale", "selling", "sold"),
}
"""An action as a verb, a noun, in progress and done."""

_ON = {"network": "on", "coin": "for", "currency": "in", "rail": "by", "level": "at", "system": "on", "method": "for"}
_LEADS_TO = {"coin": "currency", "currency": "coin"}
"""Where a question has none of a kind, one of this kind is exchanged."""

SHOWN = {Platform.APP: "app", Platform.WEB: "website"}
"""A platform as it is written into a question."""

_NO_PLATFORM = re.compile(
    r"(?:authenticator|authy|fake|bank'?s?|banking|old|other|trading|another|an|my) apps?\b|apps? (?:version|store|"
    r"code)|"
    r"\b(?:website|web ?page) (?:says|that)|phone (?:number|bill|call)|new phone|(?:lost|broken|stolen) (?:my "
    r")?(?:phone|laptop)|(?:phone|mobile|browser|desktop) wallet|"
    r"(?:phone|laptop|computer|desktop) (?:was|got|is|isn'?t|doesn'?t|broke)",
    re.IGNORECASE,
)
_AT = r"(?:on|in|at|via|with|through|using|use|from|for|by|have|got|about|and)"
_WHOSE = r"(?: (?:only|the|a|an|my|your|corvane|official))*"
_SAID_PLATFORM = re.compile(
    rf"\b{_AT}{_WHOSE} (?P<named>app|mobile|android|iphone|ipad|phone|smartphone|cellphone|web|website|site|browser|"
    r"desktop|laptop|computer|pc|mac)\b|"
    r"\b(?P<other>mobile|app|web|website|browser|desktop|pc)(?: version| please| pls)*\W*$",
    re.IGNORECASE,
)
_APP_WORDS = {"app", "mobile", "android", "iphone", "ipad", "phone", "smartphone", "cellphone"}
_NOT_THE = re.compile(r"\b(?:not|no|without|instead of) (?:on |in |a |an |the |my )*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Slot:
    """A value as written, of a kind, at `text[start:end]`."""

    kind: str
    value: str
    start: int
    end: int


def slots_in(text: str) -> tuple[Slot, ...]:
    """The values of every kind in `text`, in its order; they do not overlap."""
    return tuple(Slot(str(found.lastgroup), found[0], *found.span()) for found in _slot().finditer(text))


def platform_in(text: str) -> Platform | None:
    """The platform that a customer says they are on or ask about; None when they name none, or both."""
    plain = _NO_PLATFORM.sub(" ", text)
    named = set()
    for found in _SAID_PLATFORM.finditer(plain):
        word = (found["named"] or found["other"]).lower()
        if not _NOT_THE.search(plain[: found.start()]):
            named.add(Platform.APP if word in _APP_WORDS else Platform.WEB)
    return named.pop() if len(named) == 1 else None


def exchanged(question: str, values: Iterable[Slot]) -> str:
    """The question with the last of `values` of each kind in the place of what it has of that kind, or added to it.
    Another coin leaves the network behind."""
    latest = {value.kind: value for value in values}
    if "coin" in latest and "network" not in latest:
        question = _NETWORK.sub("", question)
    for value in latest.values():
        question = _exchange(question, value)
    return question


def exchanged_inside(text: str, values: Iterable[Slot]) -> str:
    """The same, except that values of which the text has no kind are left out."""
    kinds = {slot.kind for slot in slots_in(text)}
    return exchanged(text, [value for value in values if value.kind in kinds])


def _exchange(question: str, new: Slot) -> str:
    present = slots_in(question)
    kinds = (new.kind, _LEADS_TO.get(new.kind))
    old = next((slot for kind in kinds for slot in reversed(present) if slot.kind == kind), None)
    if old is None:
        return _added(question, new)
    if old.value.lower() == new.value.lower():
        return question
    value = _in_the_form_of(old, new)
    changed = _mended_article(question[: old.start], value) + value + question[old.end :]
    return changed.replace(" in the website", " on the website") if new.kind == "platform" else changed


def _added(question: str, new: Slot) -> str:
    bare = question.rstrip(" ?!.,")
    end = question[len(bare) :].strip() or "?"
    if new.kind == "platform":
        return f"{bare} {'in' if new.value == SHOWN[Platform.APP] else 'on'} the {new.value}{end[-1]}"
    if new.kind not in _ON:
        return f"{bare}, {new.value}{end[-1]}"
    return f"{bare} {_ON[new.kind]} {new.value}{end[-1]}"


def _in_the_form_of(old: Slot, new: Slot) -> str:
    """The new value as the old one is written: a verb for a verb; of "spot grid" only the part that is exchanged."""
    if new.kind in ("movement", "trade"):
        verb, noun, progress, done = _FORMS[_base(new.value)]
        word = old.value.lower()
        if word.endswith("ing"):
            return progress
        if word in ("deposited", "withdrawn", "withdrew", "bought", "sold", "purchased"):
            return done
        return noun if word.startswith(("withdrawal", "withdrawl", "deposits", "sale", "purchase")) else verb
    first, _, rest = old.value.partition(" ")
    alone = slots_in(first)
    parted = rest and " " not in new.value and alone and alone[0].kind == new.kind == old.kind == "product"
    return f"{new.value} {rest}" if parted else new.value


def _base(word: str) -> str:
    start = word.lower()[:3]
    return {"dep": "deposit", "wit": "withdraw", "buy": "buy", "bou": "buy", "pur": "buy"}.get(start, "sell")


def _mended_article(before: str, value: str) -> str:
    found = re.search(r"\b(an?) $", before, re.IGNORECASE)
    if found is None:
        return before
    kept = before[: found.start()]
    if value.lower().endswith("s"):
        return kept
    return kept + ("an " if value[0].lower() in "aeio" else "a ")
