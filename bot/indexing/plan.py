"""What an indexing run changes: the articles that serve now and what was read give those that serve next. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.models import Article, Rejected


@dataclass(frozen=True, slots=True)
class SourceRead:
    """All that one source gave in one reading.

    A `complete` source names every article it has, so what it no longer names is gone; a listing (`complete=False`)
    shows only a part and never takes an article away.
    """

    key: str
    complete: bool
    articles: tuple[Article, ...]
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPlan:
    """The whole next corpus, ordered by id, and how it differs from the present one (ids, ordered)."""

    articles: dict[str, Article]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    moved: tuple[str, ...]
    """Those of `unchanged` that now come from another source or origin."""
    rejected: tuple[Rejected, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the next corpus is the present one, origins included."""
        return not (self.added or self.changed or self.removed or self.moved)


def plan_index(
    current: Mapping[str, Article], reads: Sequence[SourceRead], listings: Collection[str] = frozenset()
) -> IndexPlan:
    """The corpus after `reads`.

    `current` holds the articles that serve now, by id; `reads` is in the order in which the sources were first
    remembered; `listings` names sources that are not read this time and are listings (any other owner is complete).

    - A complete source's articles that it no longer has are removed, unless their origin was rejected this time.
    - An id belongs to the complete source that had it first; another source's article of that id is rejected.
    - Between listings the newest `updated_at` wins (none is the oldest; the same source may repeat a date); a complete
      source takes an article over from a listing.
    """
    merge = _Merge(current, reads, listings)
    for read in reads:
        if read.complete:
            merge.take_complete(read)
    for read in reads:
        if not read.complete:
            merge.take_listing(read)
    merge.keep_unreadable()
    return _difference(current, merge.corpus, merge.rejected)


@dataclass(slots=True)
class _Merge:
    """A corpus in the making."""

    current: Mapping[str, Article]
    reads: Sequence[SourceRead]
    earlier_listings: Collection[str]
    corpus: dict[str, Article] = field(init=False)
    rejected: list[Rejected] = field(init=False)
    offers: dict[str, dict[str, Article]] = field(init=False)
    """What each complete source has, by its key, then by id: one article an id."""

    def __post_init__(self) -> None:
        self.rejected = [rejected for read in self.reads for rejected in read.rejected]
        self.offers = {read.key: self._one_an_id(read) for read in self.reads if read.complete}
        unreadable = self._rejected_places()
        self.corpus = {
            id_: article
            for id_, article in self.current.items()
            if id_ in self.offers.get(article.source, (id_,)) or _place(article) in unreadable
        }

    def take_complete(self, read: SourceRead) -> None:
        for id_, article in self.offers[read.key].items():
            owner = self.corpus.get(id_)
            if owner is None or owner.source == read.key or self._is_listing(owner.source):
                self.corpus[id_] = article
            else:
                self._refuse(article, owner)

    def take_listing(self, read: SourceRead) -> None:
        for article in read.articles:
            kept = self.corpus.get(article.id)
            if kept is None or (self._is_listing(kept.source) and _supersedes(article, kept)):
                self.corpus[article.id] = article
            elif not self._is_listing(kept.source):
                self._refuse(article, kept)

    def keep_unreadable(self) -> None:
        """Put back every article whose origin was rejected, those rejected by this plan included."""
        unreadable = self._rejected_places()
        for id_, article in self.current.items():
            if id_ not in self.corpus and _place(article) in unreadable:
                self.corpus[id_] = article

    def _one_an_id(self, read: SourceRead) -> dict[str, Article]:
        offer: dict[str, Article] = {}
        for article in sorted(read.articles, key=self._is_new_place):
            first = offer.setdefault(article.id, article)
            if first is not article:
                self._refuse(article, first)
        return offer

    def _is_new_place(self, article: Article) -> bool:
        known = self.current.get(article.id)
        return known is None or _place(known) != _place(article)

    def _rejected_places(self) -> set[tuple[str, str]]:
        return {(rejected.source, rejected.origin) for rejected in self.rejected}

    def _is_listing(self, key: str) -> bool:
        if key in self.offers:
            return False
        return key in self.earlier_listings or any(read.key == key for read in self.reads)

    def _refuse(self, article: Article, owner: Article) -> None:
        self.rejected.append(
            Rejected(
                article.source,
                article.origin,
                f"The article id “{article.id}” of {_named(article)} already belongs to {_named(owner)}: "
                "give one of the two another id.",
            )
        )


def _supersedes(article: Article, kept: Article) -> bool:
    if article.updated_at == kept.updated_at:
        return article.source == kept.source
    return article.updated_at is not None and (kept.updated_at is None or article.updated_at > kept.updated_at)


def _place(article: Article) -> tuple[str, str]:
    return article.source, article.origin


def _named(article: Article) -> str:
    return f"“{article.origin}” ({article.source})"


def _difference(current: Mapping[str, Article], corpus: Mapping[str, Article], rejected: list[Rejected]) -> IndexPlan:
    articles = {id_: corpus[id_] for id_ in sorted(corpus)}
    unchanged = tuple(id_ for id_, article in articles.items() if current.get(id_) == article)
    return IndexPlan(
        articles=articles,
        added=tuple(id_ for id_ in articles if id_ not in current),
        changed=tuple(id_ for id_, article in articles.items() if id_ in current and current[id_] != article),
        removed=tuple(sorted(set(current) - set(articles))),
        unchanged=unchanged,
        moved=tuple(id_ for id_ in unchanged if _place(articles[id_]) != _place(current[id_])),
        rejected=tuple(rejected),
    )
