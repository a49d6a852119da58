"""A help center with faults planted in it, and where they are: what the health of the content is measured on.

Articles of an invented exchange are made from facts; each fact can be told in several wordings. To an article is added,
in turn and with a fixed seed,

- a *duplicate*: another article that tells the same facts in other words, another order, numbers written otherwise,
- a *contradiction*: the same, but one number, limit or date is another,
- a *look-alike*, which is neither: the same text about another thing with its own numbers, last year's version, or
  the text for business customers.

Articles of one kind about different things are look-alikes of each other, too. Nothing here knows how faults are looked
for.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eval.planted_facts import ArticleKind, Fact, load_kinds
from knowledge.models import Article

SEED = 20261122
RETOLD = 0.65
"""How often a sentence of a partner is worded otherwise."""
OTHERS = ("Zelenite", "Maravel", "Thessaly", "Corinto", "Balmora", "Ferrule", "Saltmarsh", "Windrose", "Kestrel",
          "Juniper", "Halcyon", "Marigold")  # fmt: skip
"""What look-alikes are about: no article of its own is."""
ENDINGS = (
    "If something is unclear, write to us.",
    "Our staff are glad to help you.",
    "You find more in the other articles of this help center.",
)


class Planted(StrEnum):
    """What a pair of articles is."""

    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"
    LOOK_ALIKE = "look_alike"


@dataclass(frozen=True, slots=True)
class PlantedPair:
    """Two articles and what was planted in them; `detail` says which value, or which kind of look-alike."""

    kind: Planted
    first: str
    second: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PlantedCorpus:
    """The articles, in the order of their ids, and every pair that was planted."""

    articles: tuple[Article, ...]
    pairs: tuple[PlantedPair, ...]

    def of_kind(self, kind: Planted) -> frozenset[frozenset[str]]:
        """The pairs of one kind, as sets of two ids."""
        return frozenset(frozenset((pair.first, pair.second)) for pair in self.pairs if pair.kind is kind)


@dataclass(frozen=True, slots=True)
class _Draft:
    """What an article is going to say: for each fact its wording, and the place of its value and of its spelling."""

    about: str
    title: int
    wordings: tuple[int, ...]
    values: tuple[int, ...]
    spellings: tuple[int, ...]


def plant_corpus(seed: int = SEED) -> PlantedCorpus:
    """The corpus that this seed gives."""
    chance = random.Random(seed)  # noqa: S311 - the same for everybody
    articles: list[Article] = []
    pairs: list[PlantedPair] = []
    for at, kind in enumerate(load_kinds()):
        for number, about in enumerate(kind.about):
            draft = _first(kind, about, chance)
            original = _article(kind, draft, f"{kind.key}-{number:02d}", chance)
            planted, partner, detail = _partner(kind, draft, original, at + number, chance)
            articles += (original, partner)
            pairs.append(PlantedPair(planted, original.id, partner.id, detail))
    return PlantedCorpus(tuple(sorted(articles, key=lambda article: article.id)), tuple(pairs))


def _first(kind: ArticleKind, about: str, chance: random.Random) -> _Draft:
    return _Draft(
        about,
        chance.randrange(len(kind.titles)),
        tuple(chance.randrange(len(fact.wordings)) for fact in kind.facts),
        tuple(chance.randrange(max(1, len(fact.values))) for fact in kind.facts),
        tuple(0 for _ in kind.facts),
    )


def _partner(
    kind: ArticleKind, draft: _Draft, original: Article, turn: int, chance: random.Random
) -> tuple[Planted, Article, str]:
    id_ = f"{original.id}-{chance.randrange(1000, 9999)}"
    if turn % 3 == 0:
        return Planted.DUPLICATE, _article(kind, _retold(kind, draft, chance), id_, chance), ""
    if turn % 3 == 1:
        told = _retold(kind, draft, chance)
        place = chance.choice([place for place, fact in enumerate(kind.facts) if fact.values])
        changed = _with_other_value(told, kind.facts[place], place)
        was, is_ = (_value(kind.facts[place], each, place) for each in (draft, changed))
        return Planted.CONTRADICTION, _article(kind, changed, id_, chance), f"{was} / {is_}"
    return Planted.LOOK_ALIKE, *_look_alike(kind, draft, id_, turn // 3, chance)


def _retold(kind: ArticleKind, draft: _Draft, chance: random.Random) -> _Draft:
    """The same facts, most of them in other words; values keep, their spelling may not."""
    wordings = [
        (wording + chance.randrange(1, len(fact.wordings))) % len(fact.wordings)
        if chance.random() < RETOLD
        else wording
        for fact, wording in zip(kind.facts, draft.wordings, strict=True)
    ]
    spellings = [
        chance.randrange(len(fact.values[value])) if fact.values else 0
        for fact, value in zip(kind.facts, draft.values, strict=True)
    ]
    title = (draft.title + chance.randrange(1, len(kind.titles))) % len(kind.titles)
    return _Draft(draft.about, title, tuple(wordings), draft.values, tuple(spellings))


def _with_other_value(draft: _Draft, fact: Fact, place: int) -> _Draft:
    other = (draft.values[place] + 1) % len(fact.values)
    values = tuple(other if at == place else value for at, value in enumerate(draft.values))
    spellings = tuple(0 if at == place else spelling for at, spelling in enumerate(draft.spellings))
    return _Draft(draft.about, draft.title, draft.wordings, values, spellings)


def _look_alike(kind: ArticleKind, draft: _Draft, id_: str, turn: int, chance: random.Random) -> tuple[Article, str]:
    values = tuple(
        (value + 1) % len(fact.values) if fact.values else 0
        for fact, value in zip(kind.facts, draft.values, strict=True)
    )
    other = _Draft(draft.about, draft.title, draft.wordings, values, draft.spellings)
    if turn % 3 == 0:
        about = OTHERS[(turn + len(kind.key)) % len(OTHERS)]
        named = _Draft(about, draft.title, draft.wordings, values, draft.spellings)
        return _article(kind, named, id_, chance), "another thing"
    if turn % 3 == 1:
        opening = "This is how it was in 2025. What applies now stands in another article."
        return _article(kind, other, id_, chance, " (2025)", opening, date(2025, 3, 1)), "an earlier year"
    opening = "This article is for business customers only."
    return _article(kind, other, id_, chance, " for business customers", opening), "other customers"


def _article(
    kind: ArticleKind,
    draft: _Draft,
    id_: str,
    chance: random.Random,
    after_title: str = "",
    opening: str = "",
    updated: date | None = None,
) -> Article:
    title = kind.titles[draft.title].replace("{e}", draft.about)
    marks = title[-1] if title.endswith("?") else ""
    sentences = [_sentence(kind.facts[place], draft, place) for place in _order(kind, chance)]
    parts = [opening, *_laid_out(sentences, chance), chance.choice(ENDINGS)]
    return Article(
        id=id_,
        title=f"{title.removesuffix(marks)}{after_title}{marks}" if marks else f"{title}{after_title}",
        body="\n\n".join(part for part in parts if part),
        section="product-documents",
        published_at=date(2026, 1, 1),
        updated_at=updated or date(2026, chance.randrange(1, 11), chance.randrange(1, 28)),
    )


def _order(kind: ArticleKind, chance: random.Random) -> list[int]:
    places = list(range(len(kind.facts)))
    chance.shuffle(places)
    return places


def _laid_out(sentences: Sequence[str], chance: random.Random) -> Iterator[str]:
    """As prose, or as bullets behind a line."""
    if chance.random() < 0.5:
        cut = chance.randrange(1, len(sentences))
        yield " ".join(sentences[:cut])
        yield " ".join(sentences[cut:])
    else:
        yield "What you should know:"
        yield "\n".join(f"- {sentence}" for sentence in sentences)


def _sentence(fact: Fact, draft: _Draft, place: int) -> str:
    wording = fact.wordings[draft.wordings[place]]
    return wording.replace("{e}", draft.about).replace("{v}", _value(fact, draft, place))


def _value(fact: Fact, draft: _Draft, place: int) -> str:
    if not fact.values:
        return ""
    spelt = fact.values[draft.values[place]]
    return spelt[draft.spellings[place] % len(spelt)]
