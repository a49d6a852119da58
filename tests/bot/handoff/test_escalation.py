import pytest

from bot.handoff.escalation import asks_for_person, owner_after, reason_after_search, reason_before_search
from bot.models import Handoff, HandoffReason, Notice, Owner


@pytest.mark.parametrize(
    "text",
    [
        "I want to talk to a human",
        "can i speak with someone please",
        "Agent",
        "live agent please!",
        "get me a real person",
        "I need help talking to a representative",
        "connect me with customer support",
        "please transfer me to an operator",
        "is there a human I can talk to?",
        "stop, I don't want a bot",
        "contacting an agent",
        "transferring to a human operator",
        "put me through to someone",
        "pass me on to somebody who knows",
        "can you get someone to help me",
        "call a manager",
        "escalate this to a person",
    ],
)
def test_asks_for_a_person(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "How do I join a video call with customer support?",
        "Someone got into my account",
        "Can one person have two accounts?",
        "How can I tell whether a caller who claims to be a support agent is fake?",
        "Where is the call me instead button?",
        "How do I stop a trading bot?",
        "I sent USDT to the wrong person",
        "What is a futures trading bot?",
        "How do I transfer to someone else?",
        "Can I transfer to another person on the exchange?",
        "How do I get people to join with my referral link?",
        "Can I pass someone my gift card?",
        "I did not get someone's deposit",
        "",
    ],
)
def test_only_mentions_a_person(text: str) -> None:
    assert not asks_for_person(text)


def test_a_secret_comes_before_everything() -> None:
    assert reason_before_search("let me talk to a human", ["a seed phrase"]) is HandoffReason.SECRET_SEEN
    assert reason_before_search("let me talk to a human", []) is HandoffReason.USER_REQUEST
    assert reason_before_search("How do I change my email?", []) is None


@pytest.mark.parametrize(("confidence", "reason"), [(0.49, HandoffReason.LOW_CONFIDENCE), (0.5, None), (0.9, None)])
def test_threshold(confidence: float, reason: HandoffReason | None) -> None:
    assert reason_after_search(confidence, threshold=0.5) is reason


@pytest.mark.parametrize(
    ("owner", "after_handoff"),
    [(Owner.BOT, Owner.QUEUED), (Owner.QUEUED, Owner.QUEUED), (Owner.HUMAN, Owner.HUMAN), (Owner.CLOSED, Owner.CLOSED)],
)
def test_owner_after(owner: Owner, after_handoff: Owner) -> None:
    handoff = Handoff(text="…", reason=HandoffReason.USER_REQUEST, confidence=0.0)
    assert owner_after(handoff, owner) is after_handoff
    assert owner_after(Notice(text="…", confidence=0.0), owner) is owner
