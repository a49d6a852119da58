"""Quality of contenders on data sets, and by how much Footnote differs from the best peer. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.bench.contenders import FOOTNOTE
from eval.metrics import RESAMPLES, SEED, Estimate, estimate

MAIN = "ndcg@10"
SHOWN = (MAIN, "success@1", "recall@10")

Values = Mapping[str, Mapping[str, float]]
"""A metric's value for each question, by metric, by question."""


@dataclass(frozen=True, slots=True)
class SetQuality:
    """One data set: each contender's values, and the paired difference in nDCG@10 to the peer that is best here."""

    name: str
    values: Mapping[str, Values]
    estimates: Mapping[str, Mapping[str, Estimate]]
    best_peer: str | None
    difference: Estimate | None


@dataclass(frozen=True, slots=True)
class MeanQuality:
    """Means of nDCG@10 over data sets, and Footnote's difference to the peer with the highest one.

    Its interval is that of a bootstrap of questions within each data set, every data set counting the same.
    """

    sets: tuple[str, ...]
    means: Mapping[str, float]
    best_peer: str | None
    difference: Estimate | None


def set_quality(name: str, values: Mapping[str, Values]) -> SetQuality:
    """Of the values of every contender that could be measured on a data set."""
    estimates = {
        contender: {metric: estimate(list(by_metric[metric].values())) for metric in SHOWN}
        for contender, by_metric in values.items()
    }
    best = best_of({contender: each[MAIN].mean for contender, each in estimates.items()})
    difference = None
    if best is not None and FOOTNOTE in values:
        difference = estimate(differences(values[FOOTNOTE][MAIN], values[best][MAIN]))
    return SetQuality(name, values, estimates, best, difference)


def mean_quality(sets: Sequence[SetQuality]) -> MeanQuality:
    """Over all data sets; a peer that is missing on one of them is left out."""
    everywhere = [name for name in (sets[0].values if sets else ()) if all(name in each.values for each in sets)]
    means = {name: sum(each.estimates[name][MAIN].mean for each in sets) / len(sets) for name in everywhere}
    best = best_of(means)
    difference = None
    if best is not None and FOOTNOTE in means:
        difference = stratified([differences(each.values[FOOTNOTE][MAIN], each.values[best][MAIN]) for each in sets])
    return MeanQuality(tuple(each.name for each in sets), means, best, difference)


def best_of(figures: Mapping[str, float]) -> str | None:
    """The peer with the highest figure."""
    peers = {name: figure for name, figure in figures.items() if name != FOOTNOTE}
    return max(peers, key=lambda name: peers[name]) if peers else None


def differences(ours: Mapping[str, float], theirs: Mapping[str, float]) -> list[float]:
    """Question by question."""
    return [ours[question] - theirs[question] for question in ours]


def stratified(strata: Sequence[Sequence[float]]) -> Estimate:
    """The mean of the strata's means with its 95 % interval (percentile bootstrap within each, fixed seed)."""
    random = np.random.default_rng(SEED)
    resampled = np.zeros(RESAMPLES)
    for stratum in strata:
        values = np.asarray(stratum)
        for at in range(RESAMPLES):
            resampled[at] += values[random.integers(0, len(values), len(values))].mean() / len(strata)
    low, high = np.percentile(resampled, (2.5, 97.5))
    mean = sum(sum(stratum) / len(stratum) for stratum in strata) / len(strata)
    return Estimate(mean, float(low), float(high), sum(map(len, strata)))
