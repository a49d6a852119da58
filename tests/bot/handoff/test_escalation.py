import pytest

from bot.handoff.escalation import (
    Decision,
    after_feedback,
    asks_for_person,
    decide_after_search,
    decide_before_search,
)
from bot.handoff.topic_model import TopicGuess
from bot.models import HandoffReason, Said


def reason_of(decision: Decision | None) -> HandoffReason | None:
    return decision.reason if decision else None


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
        "speek to humna",
        "i wan to tlak to a real persn",
        "how do i talk to someone?",
        "NOT A BOT. A PERSON.",
        "ok but can I get a f***ing human please, real agent",
        "¿puedo hablar con alguien?",
        "转人工",
        "أريد التحدث مع موظف",
        "prefiero que me lo explique alguien del equipo",
        "me comunicas con un ejecutivo de atención al cliente",
        "quisiera que me atendiera un asesor",
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
        "what is the agent fee",
        "how do I set up an API agent",
        "how do i run a trading agent",
        "human verification keeps failing",
        "are you a human?",
        "what hours can i contact customer service",
        "¿cómo contacto con soporte?",
        "alguien del equipo me escribió por telegram, ¿es estafa?",
        "人工智能代币有哪些",
        "كيف أتواصل مع الدعم؟",
        "",
    ],
)
def test_only_mentions_a_person(text: str) -> None:
    assert not asks_for_person(text)


def test_a_secret_comes_before_everything() -> None:
    assert reason_of(decide_before_search("let me talk to a human", ["a seed phrase"])) is HandoffReason.SECRET_SEEN
    assert reason_of(decide_before_search("let me talk to a human", [])) is HandoffReason.USER_REQUEST
    assert decide_before_search("How do I change my email?", []) is None


@pytest.mark.parametrize(("confidence", "reason"), [(0.49, HandoffReason.LOW_CONFIDENCE), (0.5, None), (0.9, None)])
def test_threshold(confidence: float, reason: HandoffReason | None) -> None:
    assert reason_of(decide_after_search(confidence, threshold=0.5)) is reason


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("someone hacked my account", "account_taken_over"),
        ("my btc disappeared", "funds_missing"),
        ("I got scamed by a fake support agent", "fraud"),
        ("you will hear from my lawyer", "legal"),
        ("I lost everything and want to die", "self_harm"),
        ("I am a police officer and need data of a user", "law_enforcement"),
        ("I want to file a complaint", "complaint"),
        ("me han estafado", "fraud"),
        ("我不想活了", "self_harm"),
        ("تم اختراق حسابي", "account_taken_over"),
    ],
)
def test_a_sensitive_topic(text: str, topic: str) -> None:
    decision = decide_before_search(text, ())
    assert decision
    assert (decision.reason, decision.topic) == (HandoffReason.SENSITIVE_TOPIC, topic)
    assert decision.reply == f"sensitive_{topic}"
    assert "“" in decision.because


@pytest.mark.parametrize(
    "text",
    [
        "how do I report phishing",
        "what is fraud detection",
        "how do I spot a scam",
        "legal name change",
        "kill my order",
        "my deposit has not arrived",
        "what happens if my account is hacked?",
    ],
)
def test_a_look_alike_passes_to_the_search(text: str) -> None:
    assert decide_before_search(text, ()) is None


def test_danger_comes_before_a_secret_and_a_secret_keeps_its_topic() -> None:
    danger = decide_before_search("I want to kill myself, my seed phrase is […]", ["a seed phrase"])
    assert danger and (danger.reason, danger.topic) == (HandoffReason.SENSITIVE_TOPIC, "self_harm")
    hacked = decide_before_search("my account was hacked, my seed phrase is […]", ["a seed phrase", "a card number"])
    assert hacked and (hacked.reason, hacked.topic) == (HandoffReason.SECRET_SEEN, "account_taken_over")
    assert "a seed phrase, a card number; somebody else may be" in hacked.because
    plain = decide_before_search("my seed phrase is […]", ["a seed phrase"])
    assert plain == Decision(HandoffReason.SECRET_SEEN, None, "the message contained a seed phrase", "secret_seen")


def test_the_second_thumbs_down() -> None:
    assert after_feedback(1) is None
    decision = after_feedback(2)
    assert decision and decision.reason is HandoffReason.NEGATIVE_FEEDBACK
    assert decide_before_search("How do I log in?", (), thumbs_down=1) is None
    assert decide_before_search("How do I log in?", (), thumbs_down=2) == decision


def test_the_same_need_unanswered_twice() -> None:
    once = [Said(role="user", text="How do I withdraw?"), Said(role="assistant", text="…", kind="answer")]
    twice = [*once, Said(role="user", text="that did not help"), Said(role="assistant", text="…", kind="answer")]
    assert decide_before_search("that did not help", (), once) is None
    decision = decide_before_search("still not working", (), twice)
    assert decision and decision.reason is HandoffReason.LOOP
    assert decision.because == "the same need was left unanswered 2 times; 2 call a person"


def test_too_little_confidence_is_explained() -> None:
    assert decide_after_search(0.5, 0.5) is None
    decision = decide_after_search(0.4, 0.5)
    assert decision and decision.reason is HandoffReason.LOW_CONFIDENCE
    assert decision.because == "the confidence 0.400 is below the threshold 0.500"


@pytest.mark.parametrize(
    ("confidence", "threshold", "topic"),
    [(0.2, 0.5, "fraud"), (0.89, 0.5, "fraud"), (0.9, 0.5, None), (0.93, 0.95, "fraud"), (0.96, 0.95, None)],
)
def test_what_reads_like_a_sensitive_topic_needs_a_surer_answer(
    confidence: float, threshold: float, topic: str | None
) -> None:
    guesses = (TopicGuess("no_topic_of_the_policy", 0.99, ()), TopicGuess("fraud", 0.75, ("scammer",)))
    decision = decide_after_search(confidence, threshold, guesses)
    assert (decision.topic if decision else None) == topic
    if decision:
        assert decision.reason is HandoffReason.SENSITIVE_TOPIC and decision.reply == "sensitive_fraud"
        assert "probability 0.75" in decision.because and "“scammer”" in decision.because


def test_a_guess_of_no_topic_of_the_policy_changes_nothing() -> None:
    guesses = (TopicGuess("weather", 0.99, ()),)
    assert decide_after_search(0.6, 0.5, guesses) is None
    assert reason_of(decide_after_search(0.4, 0.5, guesses)) is HandoffReason.LOW_CONFIDENCE


def test_a_wish_for_a_person_quotes_the_customer() -> None:
    decision = decide_before_search("Please let me speek to a humna", ())
    assert decision == Decision(
        HandoffReason.USER_REQUEST, None, "the customer asks for a person: “speak to a human”", "user_request"
    )
