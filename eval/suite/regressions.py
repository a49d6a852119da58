"""What a gate is tried with: changes that make answers worse, and a hundred that change nothing worth a word. Pure.

Each is a description; `eval/suite/trial.py` makes an index and an assistant of it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import partial

from knowledge.models import Article

Articles = Sequence[Article]


class Vectors(StrEnum):
    """Whose vectors are compared with each other."""

    OWN = "own"
    OTHER_QUESTIONS = "questions of another encoder"
    OTHER_BOTH = "questions and passages of another encoder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change: what it does to articles, messages, settings and vectors. What is not named stays."""

    name: str
    is_regression: bool = False
    articles: Callable[[Articles], Articles] | None = None
    message: Callable[[str], str] | None = None
    candidates: Callable[[int], int] | None = None
    threshold: float = 0.0
    """Added to it."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """By what the weight of a signal of the ranking is multiplied."""
    vectors: Vectors = Vectors.OWN
    noise: float = 0.0
    """The length of what is added to each question's vector, of length 1, in a direction of chance."""
    passage_noise: float = 0.0
    """The same of everything that is indexed."""
    seed: int = 0


UNRELATED = (
    ("Parking at the office", "Visitors park on level 2. The gate opens at 7:00 and closes at 21:00."),
    ("The cafeteria's opening hours", "The cafeteria serves lunch from 11:30 to 14:00 on working days."),
    ("Recycling paper and glass", "Put paper into the blue container and glass into the green one on each floor."),
    ("Watering the plants", "The plants in the lobby are watered on Mondays and Thursdays."),
    ("Booking a bicycle", "Ask the front desk for a bicycle. Bring it back before the evening."),
    ("The choir's rehearsals", "The choir meets in room 4 on Wednesdays. New voices are welcome."),
    ("Lost umbrellas", "Umbrellas that were found are kept behind the front desk for a month."),
    ("The summer party", "The summer party is on the last Friday of June, on the roof terrace."),
    ("Cleaning the coffee machine", "Empty the tray each evening and rinse it with warm water."),
    ("Birds at the window", "Do not feed the birds at the windows. Their nests are protected until July."),
)
"""Articles that no customer's question is about."""

ASIDES = (
    "This page is read again by the support team twice a year.",
    "Menus look a little different on small screens.",
    "The pictures on this page show the light theme.",
)
"""Sentences that answer nothing."""

SPACES: Sequence[Callable[[str], str]] = (
    lambda text: f" {text}",
    lambda text: f"{text} ",
    lambda text: f"{text}\n",
    lambda text: f"\n{text}\n\n",
    lambda text: text.replace(" ", "  "),
    lambda text: f"\t{text}",
)

REGRESSIONS = (
    Change(
        name="titles and questions dropped", is_regression=True, articles=lambda them: [untitled(each) for each in them]
    ),
    Change(name="k halved", is_regression=True, candidates=lambda k: k // 2),
    Change(name="stale: a tenth of the articles missing", is_regression=True, articles=lambda them: lacking(them, 10)),
    Change(name="stale: a twentieth missing", is_regression=True, articles=lambda them: lacking(them, 20)),
    Change(name="stale: the newer half of all texts missing", is_regression=True, articles=lambda them: cut(them, 1)),
    Change(name="stale: the newer half of every other", is_regression=True, articles=lambda them: cut(them, 2)),
    Change(name="questions of another encoder", is_regression=True, vectors=Vectors.OTHER_QUESTIONS),
    Change(name="everything of another encoder", is_regression=True, vectors=Vectors.OTHER_BOTH),
    Change(name="threshold up", is_regression=True, threshold=0.15),
    Change(name="threshold down", is_regression=True, threshold=-0.15),
)
"""What a gate has to stop."""


def no_ops() -> tuple[Change, ...]:
    """A hundred changes that a gate has to let through."""
    return (
        *(Change(name=f"spaces {at}", message=change) for at, change in enumerate(SPACES)),
        *(Change(name=f"articles in another order {at}", articles=partial(shuffled, seed=at)) for at in range(4)),
        *(Change(name=f"dates and views {at}", articles=partial(redated, days=at + 1)) for at in range(5)),
        *(Change(name=f"one more article {at}", articles=partial(with_unrelated, at=at)) for at in range(10)),
        *(Change(name=f"one more sentence {at}", articles=partial(with_aside, seed=at)) for at in range(10)),
        *(Change(name=f"{at} more candidates", candidates=partial(int.__add__, at)) for at in range(2, 22, 2)),
        *(Change(name=f"questions rounded {at}", noise=0.01, seed=at) for at in range(27)),
        *(Change(name=f"passages rounded {at}", passage_noise=0.01, seed=at) for at in range(10)),
        *(Change(name=f"threshold {at:+.3f}", threshold=at) for at in (-0.004, -0.002, -0.001, 0.001, 0.002, 0.004)),
        *(Change(name=f"weights {at}", weights=reweighted(at)) for at in range(12)),
    )


def untitled(article: Article) -> Article:
    """An article with nothing that names it."""
    return replace(article, title="Article", questions=())


def lacking(articles: Articles, each: int) -> Articles:
    """The articles without one of `each`, chosen by their ids."""
    return [article for article in articles if _chance(article.id, 0) % each]


def cut(articles: Articles, each: int) -> Articles:
    """The articles, one of `each` with the first half of its blocks only."""
    return [
        article if _chance(article.id, 1) % each else replace(article, body=half(article.body)) for article in articles
    ]


def half(body: str) -> str:
    """The first half of a text's blocks, a single one whole."""
    blocks = body.split("\n\n")
    return "\n\n".join(blocks[: (len(blocks) + 1) // 2])


def shuffled(articles: Articles, seed: int) -> Articles:
    """The articles in an order of chance."""
    return sorted(articles, key=lambda article: _chance(article.id, seed))


def redated(articles: Articles, days: int) -> Articles:
    """The articles, published some days earlier, with other views."""
    return [
        replace(
            article,
            published_at=article.published_at and article.published_at - timedelta(days=days),
            views=None if article.views is None else article.views + 7 * days,
        )
        for article in articles
    ]


def with_unrelated(articles: Articles, at: int) -> Articles:
    """The articles and one that has nothing to do with them."""
    title, body = UNRELATED[at % len(UNRELATED)]
    return [*articles, Article(id=f"unrelated-{at}", title=title, body=body)]


def with_aside(articles: Articles, seed: int) -> Articles:
    """The articles, one of them with a sentence more that answers nothing."""
    chosen = shuffled(articles, seed)[0]
    longer = replace(chosen, body=f"{chosen.body}\n\n{ASIDES[seed % len(ASIDES)]}")
    return [longer if article is chosen else article for article in articles]


def reweighted(seed: int) -> dict[str, float]:
    """A factor near 1 for each signal of the ranking: at most 2 % more or less."""
    names = ("dense", "sentence", "late", "lexical", "title", "code")
    return {name: 1 + 0.02 * (_chance(name, seed) / 2**31 - 1) for name in names}


def _chance(text: str, seed: int) -> int:
    """A number from 0 to 2**32 - 1, the same in every process."""
    return int.from_bytes(hashlib.sha256(f"{seed} {text}".encode()).digest()[:4], "big")
