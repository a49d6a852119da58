"""Whether a customer asks for a person, in English, Spanish, Chinese or Arabic. Pure; the phrases are in
person_requests.toml."""

from collections.abc import Sequence

from bot.handoff.policy import Policy, first_found


def request_for_person(sentences: Sequence[str], policy: Policy) -> str | None:
    """The words that ask for a person, of a message's sentences as `policy.wording` spells them, or None."""
    return first_found(policy.person, sentences)
