"""Two runs of the same suite beside each other: what each case gained or lost, and whether that is more than chance.
Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scipy.stats import binomtest

from eval.errors import EvaluationError
from eval.metrics import Estimate, estimate
from eval.suite.asking import CaseOutcome
from eval.suite.figures import ANSWERABLE, WITHOUT_ANSWER

_COUNTS: Mapping[str, tuple[Callable[[CaseOutcome], bool], Callable[[CaseOutcome], bool]]] = {
    "expected": (lambda _each: True, lambda each: each.as_expected),
    "found_first": (
        lambda each: each.kind in ANSWERABLE,
        lambda each: each.found[:1] != () and each.found[0] in each.gold,
    ),
    "found_in_five": (lambda each: each.kind in ANSWERABLE, lambda each: bool(set(each.found[:5]) & set(each.gold))),
    "proposed": (lambda each: each.kind in ANSWERABLE, lambda each: each.proposed),
    "right": (lambda each: each.kind in ANSWERABLE, lambda each: each.is_answered and each.is_right),
    "not_wrong": (lambda each: each.kind in (*ANSWERABLE, *WITHOUT_ANSWER), lambda each: not each.is_wrong),
    "quotes_held": (lambda each: each.kind in ANSWERABLE, lambda each: (each.quotes_held or 0.0) >= 1.0),
}
"""What is compared, case by case: whom it is counted on, and what is good. More is better of each."""
FIGURES = tuple(_COUNTS)

Marks = Mapping[str, bool]
"""Of one case: whether it is good by each figure that it counts for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One figure of two runs over the same cases. `gain` is the mean of (after - before); `p` is McNemar's exact
    (McNemar 1947), two-sided, corrected for all figures that are compared (Holm 1979)."""

    figure: str
    before: float
    after: float
    gain: Estimate
    better: tuple[str, ...]
    """Ids of the cases that were not good before and are now."""
    worse: tuple[str, ...]
    p: float

    @property
    def is_worse(self) -> bool:
        """Whether it fell by more than chance explains, at the level of .05 over all figures."""
        return self.gain.mean < 0 and self.p < 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed between two runs, figure by figure."""

    n_cases: int
    differences: tuple[Difference, ...]
    changed: tuple[tuple[str, str], ...]
    """(id, sentence) of each case whose reply is another one."""

    def to_json(self) -> dict[str, Any]:
        """The figures, with the cases behind them."""
        return {
            "n_cases": self.n_cases,
            "differences": [
                {
                    "figure": each.figure,
                    "before": round(each.before, 4),
                    "after": round(each.after, 4),
                    "gain": round(each.gain.mean, 4),
                    "interval_95": [round(each.gain.low, 4), round(each.gain.high, 4)],
                    "n": each.gain.n,
                    "p": round(each.p, 6),
                    "better": list(each.better),
                    "worse": list(each.worse),
                }
                for each in self.differences
            ],
            "changed": dict(self.changed),
        }


def compare_runs(before: Sequence[CaseOutcome], after: Sequence[CaseOutcome]) -> Comparison:
    """The second run against the first, over the cases that both have. Raises EvaluationError when none is shared."""
    earlier = {each.id: each for each in before}
    pairs = [(earlier[each.id], each) for each in after if each.id in earlier]
    if not pairs:
        raise EvaluationError("The two runs share no case; compare runs of one suite.")
    found = compare_marks({then.id: marks_of(then) for then, _ in pairs}, {now.id: marks_of(now) for _, now in pairs})
    changed = ((now.id, sentence) for then, now in pairs if (sentence := _changed(then, now)))
    return replace(found, changed=tuple(changed))


def marks_of(outcome: CaseOutcome) -> dict[str, bool]:
    """Whether a case is good by each figure that it counts for."""
    return {name: good(outcome) for name, (counts, good) in _COUNTS.items() if counts(outcome)}


def compare_marks(before: Mapping[str, Marks], after: Mapping[str, Marks]) -> Comparison:
    """As `compare_runs`, of what is kept of two runs by case id; what changed besides is not known."""
    shared = [id_ for id_ in after if id_ in before]
    found = [_difference(name, before, after, shared) for name in FIGURES]
    corrected = holm([each.p for each in found])
    return Comparison(
        n_cases=len(shared),
        differences=tuple(replace(each, p=p) for each, p in zip(found, corrected, strict=True)),
        changed=(),
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """P values corrected for their number, step by step from the smallest (Holm 1979): each holds by itself at any
    level, whatever depends on what."""
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    corrected, reached = [0.0] * len(p_values), 0.0
    for rank, at in enumerate(order):
        reached = max(reached, min(1.0, p_values[at] * (len(p_values) - rank)))
        corrected[at] = reached
    return corrected


def _difference(
    name: str, before: Mapping[str, Marks], after: Mapping[str, Marks], shared: Sequence[str]
) -> Difference:
    counted = [id_ for id_ in shared if name in before[id_] and name in after[id_]]
    pairs = [(before[id_][name], after[id_][name]) for id_ in counted]
    better = tuple(id_ for id_, (then, now) in zip(counted, pairs, strict=True) if now and not then)
    worse = tuple(id_ for id_, (then, now) in zip(counted, pairs, strict=True) if then and not now)
    changed = len(better) + len(worse)
    return Difference(
        figure=name,
        before=_share([then for then, _ in pairs]),
        after=_share([now for _, now in pairs]),
        gain=estimate([float(now) - float(then) for then, now in pairs]),
        better=better,
        worse=worse,
        p=float(binomtest(len(worse), changed).pvalue) if changed else 1.0,
    )


def _share(held: Sequence[bool]) -> float:
    return sum(held) / len(held) if held else float("nan")


def _changed(then: CaseOutcome, now: CaseOutcome) -> str:
    """How the reply of a case is another one; empty when it is the same in what counts."""
    if then.reply != now.reply:
        return f"{then.reply} before, {now.reply} now."
    if then.reason != now.reason:
        return f"Handed over for {then.reason} before, for {now.reason} now."
    if then.cited != now.cited:
        return f"Cited {', '.join(then.cited)} before, {', '.join(now.cited)} now."
    if then.found[:1] != now.found[:1]:
        return (
            f"Found {', '.join(then.found[:1]) or 'nothing'} first before, {', '.join(now.found[:1]) or 'nothing'} now."
        )
    return ""
