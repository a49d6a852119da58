"""Questions written down as arrays, for tests of what is fitted on them."""

from collections.abc import Mapping, Sequence

import numpy as np

from bot.answering.ranking import SIGNALS
from eval.asked import AskedDataset, AskedQuestion


def question(
    candidates: Sequence[tuple[int, int, Mapping[str, float]]],
    relevant: Sequence[int] = (1,),
    penalties: Sequence[float] | None = None,
) -> AskedQuestion:
    """Each candidate is an article's number, its grade and its signals, those that are not given being 0."""
    rows = [[signals.get(name, 0.0) for name in SIGNALS] for _, _, signals in candidates]
    n = len(candidates)
    return AskedQuestion(
        signals=np.array(rows, dtype=np.float32).reshape(n, len(SIGNALS)),
        penalties=np.array(penalties or [0.0] * n, dtype=np.float32),
        articles=np.array([article for article, _, _ in candidates], dtype=np.int32),
        families=np.array([article for article, _, _ in candidates], dtype=np.int32),
        keys=np.arange(n, dtype=np.int64),
        grades=np.array([grade for _, grade, _ in candidates], dtype=np.int32),
        coverage=np.full(n, 0.5, dtype=np.float32),
        length=0.5,
        relevant=tuple(relevant),
    )


def decided_by(signal: str, name: str, seed: int, n: int = 40, articles: int = 12) -> AskedDataset:
    """In every question the article that `signal` puts first is the right one; the others are noise, without codes."""
    rng = np.random.default_rng(seed)
    questions = []
    for _ in range(n):
        rows = rng.random((articles, len(SIGNALS)))
        rows[:, SIGNALS.index("code")] = 0.0
        right = int(rows[:, SIGNALS.index(signal)].argmax())
        rows[right, SIGNALS.index(signal)] += 0.1
        questions.append(
            question(
                [
                    (article, int(article == right), dict(zip(SIGNALS, row, strict=True)))
                    for article, row in enumerate(rows.tolist())
                ]
            )
        )
    return AskedDataset(name, tuple(questions))
