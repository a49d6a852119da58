"""Gaps in the help center, out of the questions that were not answered: pure.

A gap is a cluster of at least two questions. It keeps its number from one survey to the next as long as most of its
questions stay together. It closes by itself once the present index answers nearly all of them, and opens again when new
ones come that it does not.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.improving.clustering import Labels, cluster_labels, most_typical
from bot.improving.gap_causes import cause_of_cluster
from bot.improving.gap_names import names_of
from bot.improving.shared_sections import Nearness, nearest_sections
from bot.storage.gaps import Gap, GapQuestion, GapState, Membership, NearPassage
from embeddings.encoders import Vectors

LEAST = 2
"""A cluster of one is an example, not a gap."""
WEEKS = 8
EXAMPLES = 5
PASSAGES = 3
CLOSED_SHARE = 0.9
"""A gap closes when so large a share of its questions is answered now."""
SAME_SHARE = 0.5
"""Two clusters are one gap when so large a share of the smaller one's common questions went from one to the other."""


@dataclass(frozen=True, slots=True)
class FoundGap:
    """A cluster that a survey has found, before it is known which stored gap it is; `turns` are its questions."""

    gap: Gap
    turns: frozenset[str]


def find_gaps(questions: Sequence[GapQuestion], vectors: Vectors, now: datetime) -> tuple[FoundGap, ...]:
    """The gaps among the questions, the largest first; `vectors` are those of the questions. Numbers are not given
    yet."""
    texts = [question.question for question in questions]
    labels = cluster_labels(texts, vectors, [_nearness(question) for question in questions])
    members = _members(labels)
    names = names_of([[questions[place].question for place in own] for own in members])
    found = [
        FoundGap(
            _gap(name, [questions[place] for place in own], vectors[own], now),
            frozenset(questions[place].turn_id for place in own),
        )
        for name, own in zip(names, members, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (-each.gap.unanswered, -each.gap.size, each.gap.name)))


def merged(
    found: Sequence[FoundGap], before: Sequence[Gap], was_in: Membership, now: datetime
) -> tuple[tuple[Gap, ...], dict[str, int | None]]:
    """The found gaps under their numbers and in their states, and which question is in which. What people have done to
    a gap stays; one that is found no more stays only if it was closed or muted."""
    known = {gap.number: gap for gap in before}
    numbers = _numbers(found, was_in, set(known))
    following = max(known, default=0) + 1
    gaps: list[Gap] = []
    is_in: dict[str, int | None] = {}
    for place, each in enumerate(found):
        number = numbers.get(place)
        if number is None:
            number, following = following, following + 1
        gaps.append(_in_state(replace(each.gap, number=number), known.get(number), now))
        is_in.update(dict.fromkeys(each.turns, number))
    taken = {gap.number for gap in gaps}
    gaps += [gap for gap in before if gap.number not in taken and gap.state is not GapState.OPEN]
    return tuple(gaps), is_in


def week_counts(moments: Sequence[datetime], now: datetime, weeks: int = WEEKS) -> tuple[int, ...]:
    """How many of the moments lie in each of the last weeks, the present one last; older ones are left out."""
    counted = Counter((now - moment) // timedelta(weeks=1) for moment in moments)
    return tuple(counted[weeks - 1 - place] for place in range(weeks))


def _nearness(question: GapQuestion) -> Nearness:
    """How near the question comes to the sections of its nearest passages; an article without headings is one."""
    return nearest_sections((f"{near.article_id} › {near.heading}", near.score) for near in question.nearest)


def _members(labels: Labels) -> list[list[int]]:
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        groups[int(label)].append(place)
    return [own for own in groups.values() if len(own) >= LEAST]


def _gap(name: str, questions: Sequence[GapQuestion], vectors: Vectors, now: datetime) -> Gap:
    open_ = [question for question in questions if not question.answered]
    moments = [question.asked_at for question in questions]
    typical = [questions[place] for place in most_typical(vectors)]
    return Gap(
        number=0,
        name=name,
        cause=cause_of_cluster(question.cause for question in open_ or questions),
        state=GapState.CLOSED if _is_closed(len(questions), len(open_)) else GapState.OPEN,
        size=len(questions),
        unanswered=len(open_),
        weeks=week_counts(moments, now),
        examples=tuple(dict.fromkeys(question.question for question in typical))[:EXAMPLES],
        nearest=_nearest(questions),
        first_at=min(moments),
        last_at=max(moments),
        changed_at=now,
    )


def _is_closed(size: int, unanswered: int) -> bool:
    return size - unanswered >= CLOSED_SHARE * size


def _nearest(questions: Sequence[GapQuestion]) -> tuple[NearPassage, ...]:
    """The passages that most of the questions come near to, by the sum of how near."""
    scores: Counter[tuple[str, int, int]] = Counter()
    passages: dict[tuple[str, int, int], NearPassage] = {}
    for question in questions:
        for passage in question.nearest:
            key = (passage.article_id, passage.start, passage.end)
            scores[key] += passage.score  # type: ignore[assignment]
            passages.setdefault(key, passage)
    best = sorted(scores, key=lambda key: (-scores[key], key))[:PASSAGES]
    return tuple(replace(passages[key], score=round(scores[key] / len(questions), 4)) for key in best)


def _numbers(found: Sequence[FoundGap], was_in: Membership, known: set[int]) -> dict[int, int]:
    """The stored gap that each found one goes on, by its place: the one that most of its questions were in, if most of
    those who are still there came along."""
    left = Counter(number for each in found for turn in each.turns if (number := was_in.get(turn)) is not None)
    shared = [
        (count, -place, number)
        for place, each in enumerate(found)
        for number, count in Counter(was_in.get(turn) for turn in each.turns).items()
        if number is not None and number in known and count >= SAME_SHARE * min(left[number], len(each.turns))
    ]
    numbers: dict[int, int] = {}
    for _, place, number in sorted(shared, reverse=True):
        if -place not in numbers and number not in numbers.values():
            numbers[-place] = number
    return numbers


def _in_state(gap: Gap, before: Gap | None, now: datetime) -> Gap:
    """A muted gap stays muted. One that a person has closed stays closed until a question comes that is not answered;
    a new question is one asked after that."""
    if before is None:
        return gap
    same = replace(gap, changed_at=before.changed_at, changed_by=before.changed_by)
    if before.state is GapState.MUTED:
        return replace(same, state=GapState.MUTED)
    by_hand = before.state is GapState.CLOSED and before.changed_by is not None
    if by_hand and gap.last_at <= before.changed_at:
        return replace(same, state=GapState.CLOSED)
    return same if gap.state is before.state else replace(gap, changed_at=now)
