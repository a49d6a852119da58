from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.handoff.escalation import decide_before_search
from bot.handoff.policy import first_found, load_policy
from bot.models import HandoffReason
from prompts.templates import names

OWN = """
slips_of = "inheritance"
[limits]
unanswered = 3
[[topics]]
name = "tax_advice"
reason = "policy"
because = "tax advice is given by a person"
reply = "policy"
[[topics.when]]
says = ["tax advice", "inheritance tax"]
unless = ["report"]
"""


def test_every_topic_has_its_own_reply() -> None:
    topics = load_policy().topics
    assert {topic.name for topic in topics} == {
        "self_harm",
        "law_enforcement",
        "account_taken_over",
        "funds_missing",
        "fraud",
        "legal",
        "complaint",
    }
    assert topics[0].name == "self_harm"
    assert {f"replies/{topic.reply}.txt" for topic in topics} <= set(names())
    assert len({topic.reply for topic in topics}) == len(topics)
    assert {f"replies/{reason.value}.txt" for reason in HandoffReason if reason.value != "sensitive_topic"} <= set(
        names()
    )


def test_an_own_policy(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(OWN, encoding="utf-8")
    policy = load_policy(file)
    decision = decide_before_search("I need advice on inheritence tax", (), policy=policy)
    assert decision
    assert (decision.reason, decision.topic, decision.reply) == (HandoffReason.POLICY, "tax_advice", "policy")
    assert decision.because == "tax advice is given by a person: “inheritance tax”"
    assert decide_before_search("where is the tax advice report", (), policy=policy) is None
    assert decide_before_search("I was scammed", (), policy=policy) is None
    assert (policy.unanswered, policy.thumbs_down) == (3, 2)


def test_one_sentence_says_it_and_another_does_not_excuse_it(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(OWN, encoding="utf-8")
    policy = load_policy(file)
    sentences = policy.wording.sentences("Where is the report? I want tax advice.")
    assert first_found(policy.topics[0].when, sentences) == "tax advice"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("topics = 3", "cannot be used"),
        ("[[topics", "cannot be used"),
        (OWN.replace('reason = "policy"', 'reason = "whim"'), "sensitive_topic"),
        (OWN.replace("tax advice", "<nobody>"), "<nobody>"),
        (OWN + '\nextra = "x"', "extra"),
        (OWN.replace("unanswered = 3", "unanswered = 0"), "unanswered"),
    ],
)
def test_a_wrong_policy_is_refused(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        load_policy(file)


def test_a_missing_policy_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml"):
        load_policy(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("i am complaining about your support", "complaint"),
        ("bot throws 50102 on everything, whats it complaining about", None),
        ("my script keeps complaining about a nonce", None),
    ],
)
def test_a_program_complains_of_something_else(text: str, topic: str | None) -> None:
    decision = decide_before_search(text, ())
    assert (decision and decision.topic) == topic
