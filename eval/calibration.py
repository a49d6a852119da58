"""How sure to be so that of the questions that are answered at most a share alpha is answered wrongly, with probability
1 - delta over the labelled questions. Pure.

Learn then Test (Angelopoulos, Bates, Candès, Jordan and Lei 2021, https://arxiv.org/abs/2110.01052). Each threshold has
the hypothesis "more than alpha of what is answered at it is wrong", tested by the exact binomial tail of the wrong ones
among those answered (Clopper and Pearson 1934). The loosest threshold whose hypothesis is rejected is taken, and a
procedure over all of them keeps the probability of any false rejection at delta.

**The order.** Fixed-sequence testing keeps its promise in any order that the labels have no part in, as long as it
stops at the first hypothesis that stays. Begun at the highest coverage it would stop at once wherever answering
everything is too risky; and going on from there, down to the first threshold that can be rejected, is another thing,
which tests anew after each failure and promises nothing. So it goes from strict to loose, up to the first that stays.
But the strictest are the weakest to test: of 59 answers not one may be wrong for alpha = delta = .05. So there are up
to three starts, each with twice the answers of the one before and a part of delta; a walk that comes to the next start
takes along what it holds and adds that start's part (the fallback procedure of Wiens and Dmitrienko 2005, one of the
graphical procedures that the paper proposes). Every rank from the first start on is tested.

**Proof.** Let confidences be continuous, a question's probability r(c) of being wrong not rise with its confidence c,
R(t) be the risk of what is answered at t, and t* the highest confidence below which R exceeds alpha. Let N of the n
questions lie above t*. Given N, those are drawn from what lies above t*, and R(t*) is alpha: their wrong ones are
binomial (N, alpha). Of those below t*, each is wrong with a probability above alpha, r being at least R there. So for
every rank k > N the wrong ones among the first k are, in distribution, at least as many as a binomial (k, alpha) has,
and the binomial tail is a p-value. The thresholds at ranks k <= N keep the promise. Ranks are chosen by the number of
candidates alone; so given N the true hypotheses are a fixed set with valid p-values, and the levels of a fallback
procedure sum to delta. ∎

That the thresholds are quantiles of the same confidences is no matter, then: labels have no part in them. Where r rises
in places, which false threshold comes first is up to chance too, and the proof does not hold to the letter; no such
population that was tried violated the promise more often than those it holds for (tests/eval/test_calibration.py, which
also tries finite ones). Equal confidences cannot be parted: a rank among them stands for the last of them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, betaincinv

from eval.errors import CalibrationError

PARTS = ((0.5, 0.25, 0.25), (0.5, 0.5), (1.0,))
"""How delta is split over the starts, from the strictest on; the first split for which there are answers enough."""
MOST_LABELS = 1_000_000
"""Beyond this many no number of labels is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A promise: answering from `threshold` on, at most `alpha` of the answers are wrong, with probability 1 - `delta`.

    `answered` of the `n` questions asked reach the threshold, `wrong` of those wrongly; `coverage` is answered / n.
    `bound` is the exact upper bound of the risk at the part of delta that this threshold was tested with, at most
    alpha.
    """

    threshold: float
    alpha: float
    delta: float
    n: int
    answered: int
    wrong: int
    coverage: float
    bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnough:
    """No threshold can be promised anything. `answered` and `wrong` are those at the threshold that comes closest, the
    one with the lowest upper bound."""

    alpha: float
    delta: float
    n: int
    answered: int
    wrong: int
    labels_if_none_wrong: int
    """So many questions would do at the least: if none of the answers were wrong."""
    labels_needed: int | None
    """So many would do, about, if the same share is answered and the same share of that is wrong; None where no number
    does: the share is alpha or above it, or nothing was answered."""

    def sentence(self) -> str:
        """What was found, and what to do."""
        of = f"{self.n:,} labelled questions cannot support a risk of at most {self.alpha:g}"
        with_probability = f"{of} with probability {1 - self.delta:g}"
        least = f"it takes {self.labels_if_none_wrong:,} at the least, when no answer is wrong"
        if not self.answered:
            return f"{with_probability}: none of them was answered; {least}."
        found = f"at the best threshold {self.wrong:,} of {self.answered:,} answers would be wrong"
        if self.labels_needed is None:
            return f"{with_probability}: {found}, which no number of labels mends; {least}. Better answers would."
        more = self.labels_needed - self.n
        return f"{with_probability}: {found}; at this rate about {more:,} more would ({least})."


def calibrate(
    confidence: NDArray[np.float64], wrong: NDArray[np.bool_], alpha: float, delta: float
) -> Calibrated | NotEnough:
    """The loosest threshold that can be promised, for questions drawn as these were.

    Both arrays have the shape (n,): the confidence, below 0 where no threshold lets the question be answered, and
    whether the answer that would be given is wrong, as one to an unanswerable question always is. Raises
    CalibrationError for an alpha or delta outside (0, 1), a confidence that is no number, shapes that differ.
    """
    _require_sense(confidence, wrong, alpha, delta)
    order = np.argsort(-confidence, kind="stable")
    ranked = confidence[order][: int((confidence >= 0).sum())]
    errors = np.cumsum(wrong[order], dtype=np.int64)[: len(ranked)]
    starts = starts_of(len(ranked), alpha, delta)
    ranks = _untied(ranked, range(min(starts), len(ranked) + 1) if starts else ())
    p_values = bdtr(errors[ranks - 1], ranks, alpha)
    best, held = _walk(ranks, p_values, _moved(ranked, starts))
    n = len(confidence)
    if best == 0:
        return _not_enough(ranked, errors, n, alpha, delta)
    bad = int(errors[best - 1])
    return Calibrated(
        threshold=float(ranked[best - 1]),
        alpha=alpha,
        delta=delta,
        n=n,
        answered=best,
        wrong=bad,
        coverage=best / n,
        bound=upper_bound(bad, best, held),
    )


def upper_bound(wrong: int, answered: int, delta: float) -> float:
    """The exact one-sided upper bound of a share, `wrong` of `answered` seen (Clopper and Pearson 1934)."""
    return float(_upper_bounds(np.array([wrong]), np.array([answered]), delta)[0])


def least_answered(alpha: float, delta: float) -> int:
    """How many answers, none of them wrong, show at the level delta that at most alpha are."""
    least = math.ceil(math.log(delta) / math.log1p(-alpha))
    return next(m for m in range(max(1, least - 1), least + 2) if bdtr(0, m, alpha) <= delta)


def starts_of(candidates: int, alpha: float, delta: float) -> dict[int, float]:
    """The part of delta that each start gets, by its rank: three starts, or as many as there are answers for; none when
    even one would need more."""
    for parts in PARTS:
        first = least_answered(alpha, delta * parts[0])
        if first * 2 ** (len(parts) - 1) <= candidates:
            return {first * 2**number: delta * part for number, part in enumerate(parts)}
    return {}


def _walk(ranks: NDArray[np.int64], p_values: NDArray[np.float64], parts: dict[int, float]) -> tuple[int, float]:
    """The loosest rank that is rejected, and the level that it was tested at; 0 and 0 when none is."""
    best, level, held = 0, 0.0, 0.0
    for rank, p_value in zip(ranks.tolist(), p_values.tolist(), strict=True):
        held += parts.get(rank, 0.0)
        if p_value <= held:
            best, level = rank, held
        else:
            held = 0.0
    return best, level


def _untied(ranked: NDArray[np.float64], ranks: Sequence[int]) -> NDArray[np.int64]:
    """Each rank moved to the last of those equally confident; each once."""
    last = np.searchsorted(-ranked, -ranked[np.asarray(ranks, dtype=np.int64) - 1], side="right")
    return np.unique(last).astype(np.int64)


def _moved(ranked: NDArray[np.float64], starts: dict[int, float]) -> dict[int, float]:
    """The starts, each moved like a rank; those that meet add their parts."""
    moved: dict[int, float] = {}
    for start, part in starts.items():
        rank = int(_untied(ranked, [start])[0])
        moved[rank] = moved.get(rank, 0.0) + part
    return moved


def _not_enough(
    ranked: NDArray[np.float64], errors: NDArray[np.int64], n: int, alpha: float, delta: float
) -> NotEnough:
    least, ranks = least_answered(alpha, delta), _untied(ranked, range(1, len(ranked) + 1))
    closest = int(ranks[np.argmin(_upper_bounds(errors[ranks - 1], ranks, delta))]) if len(ranks) else 0
    bad = int(errors[closest - 1]) if closest else 0
    needed = _answers_needed(bad / closest, alpha, delta * PARTS[0][0]) if closest else None
    return NotEnough(
        alpha=alpha,
        delta=delta,
        n=n,
        answered=closest,
        wrong=bad,
        labels_if_none_wrong=math.ceil(least * n / len(ranked)) if closest else least,
        labels_needed=None if needed is None else max(n + 1, math.ceil(needed * n / closest)),
    )


def _answers_needed(rate: float, alpha: float, delta: float) -> int | None:
    """So many answers, of which a share `rate` is wrong, show at the level delta that at most alpha are."""
    if rate >= alpha:
        return None
    low, high = 0, least_answered(alpha, delta)
    while not _shows(high, rate, alpha, delta):
        low, high = high, high * 2
        if high > MOST_LABELS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _shows(middle, rate, alpha, delta) else (middle, high)
    return high


def _shows(answered: int, rate: float, alpha: float, delta: float) -> bool:
    return bool(bdtr(math.ceil(rate * answered - 1e-9), answered, alpha) <= delta)


def _upper_bounds(wrong: NDArray[np.int64], answered: NDArray[np.int64], delta: float) -> NDArray[np.float64]:
    right = np.maximum(answered - wrong, 1)
    return np.where(wrong >= answered, 1.0, betaincinv(wrong + 1, right, 1 - delta))


def _require_sense(confidence: NDArray[np.float64], wrong: NDArray[np.bool_], alpha: float, delta: float) -> None:
    for name, value in (("alpha", alpha), ("delta", delta)):
        if not 0 < value < 1:
            raise CalibrationError(f"The {name} is {value:g}; it must lie between 0 and 1, such as 0.05.")
    if confidence.shape != wrong.shape or confidence.ndim != 1:
        raise CalibrationError(
            f"There are confidences of the shape {confidence.shape} and labels of the shape {wrong.shape}; "
            "each question needs one of both."
        )
    if not np.isfinite(confidence).all():
        raise CalibrationError("A confidence is not a number; each must be one, below 0 where nothing is answered.")
