"""How often in a row the same need of a customer has been left unanswered. Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.handoff.policy import Policy, first_found
from bot.handoff.wording import words_of
from bot.models import Said

_LITTLE_WORDS = """
    a an and are as at be been but by can cant could did didnt do does dont for from get got had has have hello help hi
    hey how i if im in is it its ive just me my need no not now of ok okay on or please so still tell thanks that the
    then there this to tried try was want what when where which who why will with would yes you your again already same
    question answer asked ask really
    como con cual de donde el en es esta la las lo los me mi no para por que se si un una y
    في من على ما هل لا ان الي كيف مع هدا
    的 了 吗 呢 我 你 是 在 怎 么 样 如 何 请 问 什
"""
_LITTLE = frozenset(words_of(_LITTLE_WORDS))
_ENDING = re.compile(r"(?<=[a-z]{4})(?:ing|ed|s)$")
_PASSED_OVER = frozenset({"notice", "clarify"})
"""Kinds of reply that do not try to answer."""
SAME_NEED = 2 / 3
"""Share of the words of two messages, little ones left out, that both must have to be about the same need."""


def unanswered_attempts(message: str, history: Sequence[Said], policy: Policy) -> int:
    """How many replies in a row, up to `message`, failed to answer the need that it states.

    A reply failed when the customer asked the same again, or wrote that it did not help. Small talk and questions back
    are passed over, unless the customer wrote that such a question did not help; another need ends the row. The first
    message of a need counts for none, so the second time it is asked for is 1.
    """
    attempts, need, objects = 0, _need(message), did_not_help(message, policy)
    for asked, reply in reversed(_exchanges(history)):
        if reply.kind == "notice" or (reply.kind in _PASSED_OVER and not objects):
            continue
        said = _need(asked)
        if not objects and not _same(need, said):
            break
        attempts += 1
        need = said if objects else need
        objects = did_not_help(asked, policy)
    return attempts


def did_not_help(message: str, policy: Policy) -> bool:
    """Whether the message says that the reply before it did not help."""
    return first_found(policy.did_not_help, policy.wording.sentences(message)) is not None


def _exchanges(history: Sequence[Said]) -> list[tuple[str, Said]]:
    """Each of the customer's messages with the reply to it."""
    return [
        (asked.text, reply) for asked, reply in pairwise(history) if asked.role == "user" and reply.role == "assistant"
    ]


def _need(message: str) -> frozenset[str]:
    """The words that say what a message is about, without endings."""
    return frozenset(_ENDING.sub("", word) for word in words_of(message) if word not in _LITTLE)


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and len(one & other) >= SAME_NEED * len(one | other)
