"""Sentences with one thing swapped: a network, a fee, a number, a date, a ticker, a unit, a menu name, a platform, a
negation, a limit. The originals are an article's own sentences, sentences made of its tables, and faithful
paraphrases; the swaps know nothing of how sentences are checked. Pure, the same for the same seed."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.models import Article
from knowledge.structure import BlockKind, outline
from knowledge.units import table_head, units_of

SEED = 20261121

_NETWORKS = ("TRC20", "ERC20", "Solana", "Arbitrum", "Polygon", "BNB Smart Chain", "Bitcoin", "Ethereum", "TRON")
_SAME_NETWORK = ({"TRC20", "TRON"}, {"ERC20", "Ethereum"})
_TICKERS = ("BTC", "ETH", "USDT", "USDC", "XRP", "XLM", "ATOM", "TON", "EUR", "GBP", "USD", "SOL")
_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_NUMBER = r"(?<![\w.,–-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w–-]|[.,]\d)"
_DATE = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)})( \d{{4}})?")
_NAMED = re.compile(r"(?:\b(?:Level|VIP|iOS|Android|macOS|Windows|error|status|No\.) |:)$")
_FEE = re.compile(r"\b(?:fees?|costs?|charges?|charged|pays?)\b", re.IGNORECASE)
_LIMITS = (
    ("at least", "at most"),
    ("minimum", "maximum"),
    ("before", "after"),
    ("above", "below"),
    ("more than", "less than"),
    ("up to", "at least"),
    ("or more", "or less"),
)
_DENIALS = (
    (r"\b(can|could)(?: not|not|'t|’t)\b", r"\1"),
    (r"\b(do|does|is|are|was|will|has|have|should|must)(?:n['’]t| not)\b", r"\1"),
    (r"\bcan\b", "cannot"),
    (r"\b(is|are|was|were|must|will)\b(?! not)", r"\1 not"),
    (r"\bnever\b", "always"),
)
_DENIED = re.compile(r"\b(?:not?|nor|never|cannot|without|nobody|nothing|none)\b|n['’]t", re.IGNORECASE)
_BOLD = re.compile(r"\*\*([A-Z][^*:]*)\*\*")
_PLATFORMS = (
    (r"\bin the app\b", "on the web"),
    (r"\bon the app\b", "on the web"),
    (r"\bon the web\b", "in the app"),
    (r"\bwebsite\b", "app"),
    (r"\bCorvane app\b", "Corvane website"),
)


@dataclass(frozen=True, slots=True)
class Original:
    """A sentence that an article bears; `source` is "sentence", "table" or a kind of paraphrase."""

    article_id: str
    sentence: str
    source: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """The original with one thing swapped, so that its article does not bear it."""

    kind: str
    original: Original
    sentence: str


def originals_of(article: Article) -> tuple[Original, ...]:
    """An article's sentences, steps and bullets as they stand there, and a sentence for each cell of its tables that
    has a number."""
    body, blocks = article.body, outline(article.body)
    found = []
    for block in blocks:
        for unit in units_of(block, body):
            quote = body[unit.start : unit.end]
            if block.kind is BlockKind.TABLE_ROW:
                found += [Original(article.id, told, "table") for told in _told(table_head(block, body, blocks), quote)]
            elif not unit.announces and "\n" not in quote:
                found.append(Original(article.id, quote, "sentence"))
    return tuple(found)


def mutants(
    originals: Sequence[Original], articles: Mapping[str, Article], number: int, seed: int = SEED
) -> tuple[Mutant, ...]:
    """`number` swaps in all, of each kind as many as of any other where there are as many."""
    source = random.Random(seed)  # noqa: S311
    by_kind: dict[str, list[Mutant]] = {kind: [] for kind in SWAPS}
    for original in originals:
        body = articles[original.article_id].body
        for kind, swap in SWAPS.items():
            swapped = swap(original.sentence, body, source)
            if swapped and swapped != original.sentence and swapped not in body:
                by_kind[kind].append(Mutant(kind, original, swapped))
    for found in by_kind.values():
        source.shuffle(found)
    return tuple(_in_turn(by_kind, number))


def _in_turn(by_kind: Mapping[str, list[Mutant]], number: int) -> Iterator[Mutant]:
    deepest = max((len(found) for found in by_kind.values()), default=0)
    turns = (found[place] for place in range(deepest) for found in by_kind.values() if place < len(found))
    for _, mutant in zip(range(number), turns, strict=False):
        yield mutant


def _told(head: str, row: str) -> Iterator[str]:
    heads, cells = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in (head or row, row))
    name = " ".join(cell for cell in cells[:-1] if not re.match(r"[\d.]", cell) and cell in cells[:2])
    for title, cell in list(zip(heads, cells, strict=False))[1:]:
        if head and re.match(r"[\d.]", cell):
            yield f"{title} of {name}: {cell}."


def _swap_one(sentence: str, words: Sequence[str], source: random.Random, same: Sequence[set[str]] = ()) -> str | None:
    present = [word for word in words if re.search(rf"\b{word}\b", sentence)]
    if not present:
        return None
    old = source.choice(present)
    taken = set(present).union(*(group for group in same if group & set(present)))
    others = [word for word in words if word not in taken]
    return re.sub(rf"\b{old}\b", source.choice(others), sentence) if others else None


def _network(sentence: str, body: str, source: random.Random) -> str | None:
    """Another network; none in a sentence of a table in which several rows have that value."""
    if ": " in sentence and body.count(f"| {sentence.rpartition(': ')[2].rstrip('.')} |") > 1:
        return None
    near = [network for network in _NETWORKS if network in body]
    return _swap_one(sentence, near if len(near) > 2 else _NETWORKS, source, _SAME_NETWORK)


def _ticker(sentence: str, body: str, source: random.Random) -> str | None:
    near = [ticker for ticker in _TICKERS if re.search(rf"\b{ticker}\b", body)]
    return _swap_one(sentence, near if len(near) > 2 else _TICKERS, source)


def _numbers(sentence: str) -> list[re.Match[str]]:
    dates = [match.span() for match in _DATE.finditer(sentence)]
    return [
        match
        for match in re.finditer(_NUMBER, sentence)
        if not _NAMED.search(sentence[: match.start()]) and not any(a <= match.start() < b for a, b in dates)
        if not sentence[match.end() :].startswith(":")
    ]


def _number(sentence: str, body: str, source: random.Random) -> str | None:
    """Another number, every other time one of the same unit out of the article where it has one."""
    found = _numbers(sentence)
    if not found:
        return None
    chosen = source.choice(found)
    value = float(chosen[0].replace(",", ""))
    unit = re.match(r"%|[ -]?[A-Za-z]+", sentence[chosen.end() :])
    near = re.findall(rf"({_NUMBER}){re.escape(unit[0])}", body) if unit else []
    others = sorted({other for other in near if other not in sentence and float(other.replace(",", "")) != value})
    made = [f"{value * 2:g}", f"{value + 1:g}", f"{value / 10:g}" if "." in chosen[0] else f"{value * 10:g}"]
    made = [other for other in made if other not in sentence and "e" not in other]
    pool = others if others and source.random() < 0.5 else made
    return sentence[: chosen.start()] + source.choice(pool) + sentence[chosen.end() :] if pool else None


def _fee(sentence: str, body: str, source: random.Random) -> str | None:
    return _number(sentence, body, source) if _FEE.search(sentence) else None


def _pair(sentence: str, _: str, source: random.Random) -> str | None:
    """Two numbers of one unit change places."""
    found = _numbers(sentence)
    pairs = [
        (one, other)
        for place, one in enumerate(found)
        for other in found[place + 1 :]
        if one[0] != other[0] and sentence[one.end() :][:4] == sentence[other.end() :][:4]
    ]
    if not pairs:
        return None
    one, other = source.choice(pairs)
    between = sentence[one.end() : other.start()]
    return sentence[: one.start()] + other[0] + between + one[0] + sentence[other.end() :]


def _date(sentence: str, _: str, source: random.Random) -> str | None:
    found = list(_DATE.finditer(sentence))
    if not found:
        return None
    chosen = source.choice(found)
    day, month, year = int(chosen[1]), chosen[2], chosen[3] or ""
    other_month = _MONTHS[(_MONTHS.index(month) + source.randint(1, 11)) % 12]
    other_year = f" {int(year) + source.choice((-1, 1))}" if year else ""
    made = [f"{day % 28 + 1} {month}{year}", f"{day} {other_month}{year}", f"{day} {month}{other_year}"]
    return sentence[: chosen.start()] + source.choice(made[: 3 if year else 2]) + sentence[chosen.end() :]


def _unit(sentence: str, _: str, source: random.Random) -> str | None:
    found = [
        match
        for match in re.finditer(rf"(?<=\d[ -])({'|'.join(_UNITS)})(?=s?\b)", sentence)
        if not sentence[: match.start()].endswith("business ")
    ]
    if not found:
        return None
    chosen = source.choice(found)
    other = source.choice([unit for unit in _UNITS if unit != chosen[0]])
    return sentence[: chosen.start()] + other + sentence[chosen.end() :]


def _menu(sentence: str, body: str, source: random.Random) -> str | None:
    present = _BOLD.findall(sentence)
    others = sorted({name for name in _BOLD.findall(body) if f"**{name}**" not in sentence})
    if not present or not others:
        return None
    return sentence.replace(f"**{source.choice(present)}**", f"**{source.choice(others)}**", 1)


def _replaced(pairs: Sequence[tuple[str, str]]) -> Callable[[str, str, random.Random], str | None]:
    def swap(sentence: str, _: str, source: random.Random) -> str | None:
        fitting = [(old, new) for old, new in pairs if re.search(old, sentence, re.IGNORECASE)]
        if pairs is _DENIALS and _DENIED.search(sentence):
            fitting = [(old, new) for old, new in fitting if " not" not in new and new != "cannot"]
        if not fitting:
            return None
        old, new = fitting[0] if pairs is _DENIALS else source.choice(fitting)
        return re.sub(old, new, sentence, count=1, flags=re.IGNORECASE)

    return swap


_BOTH_WAYS = (
    *((rf"\b{old}\b", new) for one, other in _LIMITS for old, new in ((one, other), (other, one))),
    (r"\bwithin(?= \d)", "after"),
    (r"\bunder(?= \d)", "over"),
)

SWAPS: Mapping[str, Callable[[str, str, random.Random], str | None]] = {
    "network": _network,
    "fee": _fee,
    "number": _number,
    "pair": _pair,
    "date": _date,
    "ticker": _ticker,
    "unit": _unit,
    "menu name": _menu,
    "platform": _replaced(_PLATFORMS),
    "negation": _replaced(_DENIALS),
    "limit": _replaced(_BOTH_WAYS),
}
"""By kind: sentence, the article's body and a source of chance to the sentence with one thing swapped, or None."""
