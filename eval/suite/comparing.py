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
    "right": (lambda each: each.kind in ANSWERABLE, lambda each: each.is_answered and each.is_right),
    "not_wrong": (lambda each: each.kind in (*ANSWERABLE, *WITHOUT_ANSWER), lambda each: not each.is_wrong),
    "quotes_held": (lambda each: each.kind in ANSWERABLE, lambda each: (each.quotes_held or 0.0) >= 1.0),
}
"""What is compared, case by case: whom it is counted on, and what is good. More is better of each."""


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
    found = [_difference(name, counts, good, pairs) for name, (counts, good) in _COUNTS.items()]
    corrected = holm([each.p for each in found])
    return Comparison(
        n_cases=len(pairs),
        differences=tuple(replace(each, p=p) for each, p in zip(found, corrected, strict=True)),
        changed=tuple((now.id, sentence) for then, now in pairs if (sentence := _changed(then, now))),
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
    name: str,
    counts: Callable[[CaseOutcome], bool],
    good: Callable[[CaseOutcome], bool],
    pairs: Sequence[tuple[CaseOutcome, CaseOutcome]],
) -> Difference:
    counted = [(then, now) for then, now in pairs if counts(now)]
    better = tuple(now.id for then, now in counted if good(now) and not good(then))
    worse = tuple(now.id for then, now in counted if good(then) and not good(now))
    changed = len(better) + len(worse)
    return Difference(
        figure=name,
        before=estimate([float(good(then)) for then, _ in counted]).mean,
        after=estimate([float(good(now)) for _, now in counted]).mean,
        gain=estimate([float(good(now)) - float(good(then)) for then, now in counted]),
        better=better,
        worse=worse,
        p=float(binomtest(len(worse), changed).pvalue) if changed else 1.0,
    )


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
