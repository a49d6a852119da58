"""When a person is called, and why. Pure: a decision is a function of what was said, what was thought of it, how sure
the answer is, and the policy."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.handoff.attempts import unanswered_attempts
from bot.handoff.person_requests import request_for_person
from bot.handoff.policy import Policy, Topic, first_found, load_policy
from bot.handoff.topic_model import TopicGuess
from bot.models import HandoffReason, Said

DANGER = "self_harm"
"""The topic that comes before everything, a secret included."""
SURE_DESPITE_TOPIC = 0.9
"""How sure an answer must be where a message reads like a topic of the policy."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A person is called: the reason, the topic of the policy where it is about one, and a sentence for the trace that
    tells what decided it, with the customer's words in quotes. `reply` is the template that tells the customer."""

    reason: HandoffReason
    topic: str | None
    because: str
    reply: str


def decide_before_search(
    message: str,
    secrets: Collection[str],
    history: Sequence[Said] = (),
    *,
    thumbs_down: int = 0,
    policy: Policy | None = None,
) -> Decision | None:
    """Why a person is called whatever the help center says, or None.

    `message` has its secrets masked; `secrets` are what they were. `history` and `thumbs_down` (the replies that the
    customer now holds for bad) count from the start of the conversation, or from its return to the bot. `policy` is the
    one that ships with Footnote unless given. In this order: danger to life, a secret, a topic of the policy, a wish
    for a person, thumbs down, the same need unanswered.
    """
    policy = policy or load_policy()
    sentences = policy.wording.sentences(message)
    about = _topic_of(sentences, policy)
    if about and about.topic == DANGER:
        return about
    if secrets:
        found = ", ".join(secrets)
        return Decision(
            HandoffReason.SECRET_SEEN,
            about.topic if about else None,
            f"the message contained {found}" + (f"; {about.because}" if about else ""),
            HandoffReason.SECRET_SEEN.value,
        )
    if about:
        return about
    if words := request_for_person(sentences, policy):
        return _decision(HandoffReason.USER_REQUEST, f"the customer asks for a person: “{words}”")
    return after_feedback(thumbs_down, policy) or _loop(message, history, policy)


def after_feedback(thumbs_down: int, policy: Policy | None = None) -> Decision | None:
    """Why a person is called once so many replies were held for bad, or None."""
    limit = (policy or load_policy()).thumbs_down
    if thumbs_down < limit:
        return None
    return _decision(
        HandoffReason.NEGATIVE_FEEDBACK, f"{thumbs_down} replies were rated thumbs down; {limit} call a person"
    )


def decide_after_search(
    confidence: float, threshold: float, guesses: Sequence[TopicGuess] = (), policy: Policy | None = None
) -> Decision | None:
    """Why a person is called instead of giving the answer that was found, or None.

    `guesses` are the topics of the policy that the message reads like, the surest first (no phrase fits it, or a person
    had been called before the search). They call nobody by themselves, for ordinary trouble reads like them too: they
    ask for a surer answer.
    """
    topics = {topic.name: topic for topic in (policy or load_policy()).topics}
    if confidence < max(threshold, SURE_DESPITE_TOPIC):
        guess = next((guess for guess in guesses if guess.topic in topics), None)
        if guess is not None:
            return _about(topics[guess.topic], f"{_told(guess)}, and the confidence is {confidence:.3f}")
    if confidence >= threshold:
        return None
    return _decision(
        HandoffReason.LOW_CONFIDENCE, f"the confidence {confidence:.3f} is below the threshold {threshold:.3f}"
    )


def asks_for_person(text: str) -> bool:
    """Whether the message asks for a person; a how-to question that only mentions one (a video call, a scam) does
    not."""
    policy = load_policy()
    return request_for_person(policy.wording.sentences(text), policy) is not None


def _topic_of(sentences: Sequence[str], policy: Policy) -> Decision | None:
    """The first topic of the policy that a sentence fits."""
    worded = (_about(topic, f"“{words}”") for topic in policy.topics if (words := first_found(topic.when, sentences)))
    return next(worded, None)


def _about(topic: Topic, evidence: str) -> Decision:
    return Decision(topic.reason, topic.name, f"{topic.because}: {evidence}", topic.reply)


def _told(guess: TopicGuess) -> str:
    words = "".join(f", “{word}”" for word in guess.words)
    return f"the message reads so (probability {guess.probability:.2f}){words}"


def _loop(message: str, history: Sequence[Said], policy: Policy) -> Decision | None:
    attempts = unanswered_attempts(message, history, policy)
    if attempts < policy.unanswered:
        return None
    return _decision(
        HandoffReason.LOOP, f"the same need was left unanswered {attempts} times; {policy.unanswered} call a person"
    )


def _decision(reason: HandoffReason, because: str) -> Decision:
    return Decision(reason, None, because, reason.value)
