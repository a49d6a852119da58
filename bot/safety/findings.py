"""What a search for secrets finds: kinds, places, and masks."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

Span = tuple[int, int]
"""Start and end (exclusive) of a piece of text, in code points."""


class SecretKind(StrEnum):
    """What kind of secret a customer gave away. Earlier kinds win where two are found in one place."""

    SEED_PHRASE = "seed_phrase"
    PRIVATE_KEY = "private_key"
    API_KEY = "api_key"
    CARD_NUMBER = "card_number"

    @property
    def described(self) -> str:
        """The kind with its article, for the middle of a sentence."""
        return _DESCRIBED[self]

    @property
    def mask(self) -> str:
        """What stands in the text in place of such a secret."""
        return _MASKS[self]


_DESCRIBED = {
    SecretKind.SEED_PHRASE: "a seed phrase",
    SecretKind.PRIVATE_KEY: "a private key",
    SecretKind.API_KEY: "an API key, password or one-time code",
    SecretKind.CARD_NUMBER: "a card number",
}
_MASKS = {
    SecretKind.SEED_PHRASE: "[seed phrase removed]",
    SecretKind.PRIVATE_KEY: "[private key removed]",
    SecretKind.API_KEY: "[API key removed]",
    SecretKind.CARD_NUMBER: "[card number removed]",
}
_RANK = {kind: rank for rank, kind in enumerate(SecretKind)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One secret: `text[start:end]` of the original text is of this kind."""

    kind: SecretKind
    start: int
    end: int


def critical(findings: Iterable[Finding]) -> bool:
    """Whether any of them lets a thief act at once: everything but a card number."""
    return any(finding.kind is not SecretKind.CARD_NUMBER for finding in findings)


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in order, those that overlap made one of the gravest kind among them."""
    result: list[Finding] = []
    for finding in sorted(findings, key=lambda each: (each.start, each.end)):
        if not result or finding.start >= result[-1].end:
            result.append(finding)
            continue
        last = result[-1]
        kind = min(last.kind, finding.kind, key=_RANK.__getitem__)
        result[-1] = Finding(kind, last.start, max(last.end, finding.end))
    return tuple(result)
