"""What is wrong with the articles of a help center, the most harmful first: pure.

How harmful a finding is, is how many answers rest on its articles: what nobody is told does no harm.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from bot.improving.article_pairs import PairFinding, PairKind, Place, compare_articles
from bot.improving.article_reading import Vectorise, read_articles
from bot.storage.gaps import Cause, GapQuestion
from knowledge.models import Article, Audience

OLD_AFTER = timedelta(days=2 * 365)
"""An article that nobody has touched for so long is worth a look."""
FEWEST_OF_ONE_TEXT = 3
_LINK = re.compile(r"(?<!!)\[(?P<words>(?:\\.|[^\[\]\\])*)\]\((?P<target>[^()\s]+)(?:\s+\"[^\"]*\")?\)")
_CLIMB = re.compile(r"^(?:\.{1,2}/)+")


class HealthKind(StrEnum):
    """What is wrong."""

    CONTRADICTION = "contradiction"
    DUPLICATE = "duplicate"
    DEAD_LINK = "dead_link"
    INTERNAL_WANTED = "internal_wanted"
    OUTDATED = "outdated"
    ONE_TEXT = "one_text"


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """One thing that is wrong: `says` is a sentence, `places` one or two spans of articles that show it. `answers`
    counts what rests on these articles, or the questions that want them."""

    kind: HealthKind
    says: str
    places: tuple[Place, ...]
    score: float = 1.0
    answers: int = 0


_ORDER = tuple(HealthKind)


def find_faults(
    articles: Sequence[Article],
    vectorise: Vectorise,
    today: date,
    kin: Mapping[str, Collection[str]] | None = None,
    superseded: Collection[str] = (),
) -> tuple[HealthFinding, ...]:
    """All that can be seen in the articles alone. Those that a newer one supersedes are left out of all but links."""
    present = [article for article in articles if article.id not in superseded]
    public = [article for article in present if article.audience is Audience.PUBLIC]
    pairs = compare_articles(read_articles(public, vectorise), kin)
    found = [
        HealthFinding(_kind_of(pair.kind), _sentence_of(pair.kind, pair.says), (pair.first, pair.second), pair.score)
        for pair in pairs
        if pair.kind is not PairKind.NEAR_COPY
    ]
    found += made_of_one_text(pairs)
    found += dead_links(articles)
    found += outdated(present, today)
    return tuple(found)


def ranked(
    findings: Iterable[HealthFinding], answers: Mapping[str, int], questions: Iterable[GapQuestion] = ()
) -> tuple[HealthFinding, ...]:
    """The findings, and the internal articles that customers ask for, the most harmful first. `answers` counts the
    answers that rest on each article."""
    counted = [replace(each, answers=sum(answers.get(id_, 0) for id_ in _articles(each))) for each in findings]
    counted += internal_wanted(questions)
    return tuple(
        sorted(counted, key=lambda each: (-each.answers, _ORDER.index(each.kind), -each.score, sorted(_articles(each))))
    )


def made_of_one_text(pairs: Iterable[PairFinding]) -> Iterator[HealthFinding]:
    """Groups of at least three articles that are one text about several things, each with its most alike pair."""
    copies = [pair for pair in pairs if pair.kind is PairKind.NEAR_COPY]
    group: dict[str, str] = {}

    def root(id_: str) -> str:
        while group.setdefault(id_, id_) != id_:
            id_ = group[id_]
        return id_

    for pair in copies:
        group[root(pair.first.article_id)] = root(pair.second.article_id)
    members: dict[str, set[str]] = {}
    for id_ in list(group):
        members.setdefault(root(id_), set()).add(id_)
    for top, ids in sorted(members.items()):
        if len(ids) >= FEWEST_OF_ONE_TEXT:
            own = [pair for pair in copies if root(pair.first.article_id) == top]
            pair = max(own, key=lambda each: (each.score, each.first.article_id))
            says = f"{len(ids)} articles are one text about so many things; one article with a table may do."
            yield HealthFinding(HealthKind.ONE_TEXT, says, (pair.first, pair.second), pair.score)


def dead_links(articles: Sequence[Article]) -> Iterator[HealthFinding]:
    """Links to articles of this help center that are not there."""
    ids = {article.id for article in articles}
    addresses = {_address(article.url) for article in articles if article.url}
    hosts = {urlsplit(article.url).netloc for article in articles if article.url}
    for article in articles:
        for link in _LINK.finditer(article.body):
            target = link["target"]
            if _is_own(target, hosts) and not _is_there(target, ids, addresses):
                place = Place(article.id, link.start(), link.end(), link[0])
                yield HealthFinding(HealthKind.DEAD_LINK, f"The link leads to {target}, which is not there.", (place,))


def outdated(articles: Sequence[Article], today: date) -> Iterator[HealthFinding]:
    """Articles that nobody has changed for two years. Announcements are of their day, and do not count."""
    for article in articles:
        last = article.updated_at or article.published_at
        if last is None or article.section == "announcements" or today - last < OLD_AFTER:
            continue
        years = (today - last).days // 365
        first = article.body[:200]
        yield HealthFinding(
            HealthKind.OUTDATED,
            f"It was last changed on {last.isoformat()}, {years} years ago.",
            (Place(article.id, 0, len(first), first),),
        )


def internal_wanted(questions: Iterable[GapQuestion]) -> list[HealthFinding]:
    """Internal articles that customers' unanswered questions are about."""
    asked: dict[str, list[str]] = {}
    for question in questions:
        if question.internal and question.cause is Cause.POLICY and not question.answered:
            asked.setdefault(question.internal, []).append(question.question)
    return [
        HealthFinding(
            HealthKind.INTERNAL_WANTED,
            f"Customers asked for it {len(own)} time{'' if len(own) == 1 else 's'}, but it is internal.",
            (Place(id_, 0, 0, own[0]),),
            answers=len(own),
        )
        for id_, own in asked.items()
    ]


def _articles(finding: HealthFinding) -> set[str]:
    return {place.article_id for place in finding.places}


def _kind_of(kind: PairKind) -> HealthKind:
    return HealthKind.CONTRADICTION if kind is PairKind.CONTRADICTION else HealthKind.DUPLICATE


def _sentence_of(kind: PairKind, says: str) -> str:
    if kind is PairKind.CONTRADICTION:
        return f"The two articles give different values: {says}."
    return f"The two articles say nearly the same: {says}."


def _is_own(target: str, hosts: Collection[str]) -> bool:
    """Whether a link leads to an article of this help center: a path of it, a file, or an address on its host."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return parts.netloc in hosts and "/help/" in parts.path
    return not parts.scheme and (parts.path.startswith("/help/") or parts.path.endswith((".md", ".html")))


def _is_there(target: str, ids: Collection[str], addresses: Collection[str]) -> bool:
    path = urlsplit(target).path
    name = path.rsplit("/help/", 1)[-1] if "/help/" in path else _CLIMB.sub("", path)
    bare = name.removesuffix(".html").removesuffix(".md").strip("/")
    return bool({bare, name, bare.rsplit("/", 1)[-1]} & set(ids)) or _address(target) in addresses


def _address(url: str) -> str:
    return url.split("#")[0].split("?")[0].rstrip("/")
