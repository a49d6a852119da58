"""Secrets masked before a customer's text is stored, logged, searched or sent to a model. Pure: text in, text out.

A text is searched piece by piece: what is left between two masks is searched again on its own until nothing more is
found. So masking a masked text changes nothing, and a mask never serves as context.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.safety.api_keys import api_keys
from bot.safety.cards import card_numbers
from bot.safety.codes import codes
from bot.safety.findings import Finding, SecretKind, Span, critical, merged
from bot.safety.folding import fold
from bot.safety.labelled import labelled_secrets
from bot.safety.private_keys import private_keys
from bot.safety.seed_phrases import seed_phrases

__all__ = ["Finding", "Redaction", "SecretKind", "critical", "masks_in", "redact"]

_MASK = re.compile("|".join(re.escape(kind.mask) for kind in SecretKind))
_KINDS = {kind.mask: kind for kind in SecretKind}
_SHORTEST_SECRET = 3


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text with every secret masked, and what was where: offsets into the text before masking, in order, apart."""

    text: str
    findings: tuple[Finding, ...]


def redact(text: str) -> Redaction:
    """The text with each secret in it replaced by its kind's mask. Time grows with the length of the text."""
    findings: list[Finding] = []
    pieces = _between(0, len(text), [match.span() for match in _MASK.finditer(text)])
    while pieces:
        start, end = pieces.pop()
        found = _secrets(text[start:end])
        findings += [Finding(each.kind, start + each.start, start + each.end) for each in found]
        if found:
            pieces += _between(start, end, [(start + each.start, start + each.end) for each in found])
    findings.sort(key=lambda each: each.start)
    return Redaction(_masked(text, findings), tuple(findings))


def masks_in(text: str) -> tuple[Finding, ...]:
    """The masks of a text that was redacted before, as findings: what kinds of secrets stood there."""
    return tuple(Finding(_KINDS[match[0]], match.start(), match.end()) for match in _MASK.finditer(text))


def _secrets(piece: str) -> tuple[Finding, ...]:
    """What one piece of text holds, merged where findings overlap."""
    if len(piece) < _SHORTEST_SECRET:
        return ()
    folded = fold(piece)
    return merged(Finding(kind, *folded.original_span(span)) for kind, span in _found(folded.text))


def _found(text: str) -> Iterator[tuple[SecretKind, Span]]:
    yield from ((SecretKind.SEED_PHRASE, span) for span in seed_phrases(text))
    yield from ((SecretKind.PRIVATE_KEY, span) for span in private_keys(text))
    yield from ((SecretKind.API_KEY, span) for span in api_keys(text))
    yield from labelled_secrets(text)
    yield from ((SecretKind.API_KEY, span) for span in codes(text))
    yield from ((SecretKind.CARD_NUMBER, span) for span in card_numbers(text))


def _between(start: int, end: int, spans: list[Span]) -> list[Span]:
    """The stretches of start–end outside the spans, which are in order and apart; empty ones left out."""
    edges = [start, *(edge for span in spans for edge in span), end]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def _masked(text: str, findings: list[Finding]) -> str:
    kept = _between_all(len(text), findings)
    masks = [finding.kind.mask for finding in findings]
    return "".join(part for pair in zip(kept, [*masks, ""], strict=True) for part in (text[slice(*pair[0])], pair[1]))


def _between_all(length: int, findings: list[Finding]) -> list[Span]:
    edges = [0, *(edge for finding in findings for edge in (finding.start, finding.end)), length]
    return list(zip(edges[::2], edges[1::2], strict=True))
