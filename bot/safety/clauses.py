"""What the words before a long number say it is: something public, such as a transaction hash, or a secret."""

import re
from collections.abc import Iterable, Iterator

from bot.safety.findings import Span

_WINDOW = 240
_CLAUSE_END = re.compile(r"[.!?;](?=\s|$)|\n")
_PUBLIC_KEY = re.compile(r"pub(?:lic)?[\s_-]?keys?", re.IGNORECASE)
_SECRET = re.compile(
    r"priv(?:ate)?(?![a-z])|privkey|secret|seed|mnemonic|\bwif\b|\bkeys?\b|keystore|passw", re.IGNORECASE
)
_PUBLIC = re.compile(
    r"(?<![a-z])(?:tx|txn|txs|txns|tx_?id|tx_?hash|trx)(?![a-z])|tx(?:id|hash)|transactions?|(?<![a-z])hash(?:es)?(?![a-z])|blocks?(?![a-z])"
    r"|signatures?|(?<![a-z])sig(?![a-z])|sha-?\d|checksum|fingerprint|digest|merkle|(?<![a-z])commit(?![a-z])|PUBLIC",
    re.IGNORECASE,
)
_LIST_GAP = re.compile(r"[\s,;|&*•-]{1,6}|,?\s?and\s")


def without_public(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The spans (in order) that the clause before them does not call public; an entry of a list goes with the last."""
    previous: tuple[int, bool] | None = None
    for start, end in spans:
        if previous and _LIST_GAP.fullmatch(text, previous[0], start):
            public = previous[1]
        else:
            public = _called_public(text, start)
        previous = end, public
        if not public:
            yield start, end


def _called_public(text: str, start: int) -> bool:
    before = text[max(0, start - _WINDOW) : start].rstrip()
    clause = _PUBLIC_KEY.sub("PUBLIC", _CLAUSE_END.split(before)[-1])
    return _PUBLIC.search(clause) is not None and _SECRET.search(clause) is None
