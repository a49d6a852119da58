"""What a cluster of questions is called: the words in it that tell it from the others. Pure."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from embeddings.terms import terms

MOST_WORDS = 3
NAMELESS = "questions without words"

_WORD = re.compile(r"[^\W_]+(?:['’._-][^\W_]+)*")


def names_of(clusters: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """A name for each cluster of questions, no two alike: its most telling words as they are mostly written there.

    A word tells the more the more of the cluster's questions have it, and the fewer of the others'. A word that one
    question alone has names nothing, unless there is no other.
    """
    counted = [_counted(cluster) for cluster in clusters]
    everywhere: Counter[str] = Counter()
    for counts in counted:
        everywhere.update(counts)
    every = sum(len(cluster) for cluster in clusters)
    taken: Counter[str] = Counter()
    names = []
    for cluster, counts in zip(clusters, counted, strict=True):
        ranked = _ranked(counts, everywhere, len(cluster), every)
        name = _name(cluster, ranked)
        taken[name] += 1
        names.append(name if taken[name] == 1 else f"{name} ({taken[name]})")
    return tuple(names)


def _counted(cluster: Sequence[str]) -> Counter[str]:
    """How many questions of a cluster have each term."""
    return Counter(term for question in cluster for term in set(terms(question)))


def _ranked(counts: Counter[str], everywhere: Counter[str], size: int, every: int) -> list[str]:
    def tells(term: str) -> float:
        inside = counts[term] / size
        outside = (everywhere[term] - counts[term] + 0.5) / (every - size + 1)
        return inside * math.log(1 + inside / outside)

    common = [term for term, count in counts.items() if count > 1] or list(counts)
    return sorted(common, key=lambda term: (-tells(term), term))


def _name(cluster: Sequence[str], ranked: Sequence[str]) -> str:
    chosen = list(ranked[:MOST_WORDS])
    if not chosen:
        return NAMELESS
    written = {term: _as_written(term, cluster) for term in chosen}
    places = {term: _mean_place(written[term], cluster) for term in chosen}
    words = dict.fromkeys(written[term] for term in sorted(chosen, key=lambda term: (places[term], term)))
    return " · ".join(words)


def _as_written(term: str, cluster: Sequence[str]) -> str:
    """The way in which a term is mostly written, in small letters unless it is an abbreviation."""
    forms = Counter(
        word if word.isupper() and len(word) > 1 else word.lower()
        for question in cluster
        for word in _WORD.findall(question)
        if term in terms(word)
    )
    return min(forms, key=lambda form: (-forms[form], form)) if forms else term


def _mean_place(word: str, cluster: Sequence[str]) -> float:
    """Where a word mostly stands in its questions, so that a name reads like one."""
    places = [question.lower().find(word.lower()) for question in cluster]
    found = [place for place in places if place >= 0]
    return sum(found) / len(found) if found else math.inf
