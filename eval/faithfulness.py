"""Fits and measures the check of a model's sentences: the support score on human judgements, and the whole check on
sentences with one thing swapped."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answering.checking.support import MODEL_FILE, WORD_FEATURES, Logistic, nearness, parts_of, word_features
from bot.indexing.progress import IndexProgress
from embeddings.encoders import Encoder, Encoding
from eval.errors import DatasetError
from eval.mutations import Mutant, Original, mutants, originals_of
from eval.support_fit import SIGNS, Held, Judgements, fit, held, is_set_aside
from knowledge.models import Article, Audience
from knowledge.rendering import plain_text

PARAPHRASES = Path(__file__).with_name("paraphrases.jsonl")
"""Faithful sentences about articles of the sample help center, written by hand as a model would write them."""
ATTRIBUTABLE = "Fully attributable"
MOST_NAMED = 12

Refuses = Callable[[str, Article], str | None]
"""From a sentence and the article it cites to what speaks against it; None or empty when it may be shown."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, the knowledge text that it was given, and whether people found it fully attributable to that."""

    knowledge: str
    text: str
    attributable: bool


@dataclass(frozen=True, slots=True)
class SupportReport:
    """Both models and how they do on the replies set aside."""

    near: Logistic
    words: Logistic
    near_held: Held
    words_held: Held
    fitted: int

    def to_json(self) -> dict[str, Any]:
        """The figures, without the weights."""
        return {
            "fitted": self.fitted,
            "near": {"threshold": self.near.threshold, **self.near_held.to_json()},
            "words": {"threshold": self.words.threshold, **self.words_held.to_json()},
        }


@dataclass(frozen=True, slots=True)
class SwapReport:
    """How many swaps were caught, by kind, and how many unchanged sentences were refused, by source."""

    caught: Mapping[str, tuple[int, int]]
    """Kind to (caught, all)."""
    refused: Mapping[str, tuple[int, int]]
    """Source to (refused, all)."""
    missed: tuple[Mutant, ...]
    wrongly_refused: tuple[tuple[Original, str], ...]

    @property
    def share_caught(self) -> float:
        """Of all swaps."""
        return sum(caught for caught, _ in self.caught.values()) / max(1, sum(n for _, n in self.caught.values()))

    def to_json(self) -> dict[str, Any]:
        """Counts, the share caught, and the first of those that went wrong."""
        return {
            "share_caught": round(self.share_caught, 4),
            "caught": {kind: list(counts) for kind, counts in self.caught.items()},
            "refused": {source: list(counts) for source, counts in self.refused.items()},
            "missed": [mutant.sentence for mutant in self.missed[:MOST_NAMED]],
            "wrongly_refused": [
                {"sentence": original.sentence, "why": why} for original, why in self.wrongly_refused[:MOST_NAMED]
            ],
        }


def read_replies(file: Path) -> tuple[Reply, ...]:
    """The rows of a file in BEGIN's fields (`knowledge`, `response`, `begin_label`). DatasetError for a bad one."""
    replies = []
    for number, line in enumerate(_lines(file), start=1):
        try:
            row = json.loads(line)
            replies.append(Reply(row["knowledge"], row["response"], row["begin_label"] == ATTRIBUTABLE))
        except (ValueError, KeyError, TypeError) as error:
            raise DatasetError(
                f"Line {number} of {file} is no judged reply ({error}); a row needs knowledge, response, begin_label."
            ) from error
    return tuple(replies)


def fit_support(replies: Sequence[Reply], encoder: Encoder, progress: IndexProgress) -> SupportReport:
    """Fit both models on most knowledge texts and measure them on the others."""
    judgements = judge(replies, encoder, progress)
    aside = np.array([is_set_aside(reply.knowledge) for reply in replies], dtype=np.bool_)
    seen, unseen = judgements.part(~aside), judgements.part(aside)
    near, words = fit(seen, tuple(SIGNS)), fit(seen, WORD_FEATURES)
    return SupportReport(near, words, held(near, unseen), held(words, unseen), len(seen.attributable))


def judge(replies: Sequence[Reply], encoder: Encoder, progress: IndexProgress) -> Judgements:
    """The features of every reply; each knowledge text is encoded once."""
    by_knowledge: dict[str, list[int]] = {}
    for place, reply in enumerate(replies):
        by_knowledge.setdefault(reply.knowledge, []).append(place)
    features = np.zeros((len(replies), len(SIGNS)))
    texts = np.zeros(len(replies), dtype=np.int64)
    progress.stage("Judging", len(by_knowledge))
    for number, (knowledge, places) in enumerate(by_knowledge.items()):
        features[places] = _features(knowledge, [replies[place].text for place in places], encoder)
        texts[places] = number
        progress.advance(1)
    return Judgements(features, np.array([reply.attributable for reply in replies], dtype=np.bool_), texts)


def write_support(report: SupportReport, name: str, today: date, file: Path = MODEL_FILE) -> None:
    """Both models with their provenance, in the form that `load_support_model` reads."""
    near = report.near_held
    model = {
        **{
            key: {"intercept": one.intercept, "weights": dict(one.weights), "threshold": one.threshold}
            for key, one in (("near", report.near), ("words", report.words))
        },
        "provenance": (
            f"fitted {today.isoformat()} on {name} ({report.fitted} replies); set aside by knowledge text ({near.n}): "
            f"AUROC {near.auroc:.4f}, precision {near.precision:.3f} and recall {near.recall:.3f} at the threshold; "
            f"words alone: AUROC {report.words_held.auroc:.4f}"
        ),
    }
    file.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def read_paraphrases(file: Path = PARAPHRASES) -> tuple[Original, ...]:
    """The faithful paraphrases that ship: "tuned" ones, with which the check was made, and "unseen" ones, with which it
    was only measured."""
    rows = [json.loads(line) for line in _lines(file)]
    return tuple(Original(row["article"], row["sentence"], f"{row['set']} paraphrase") for row in rows)


def measure_swaps(
    articles: Sequence[Article], paraphrases: Sequence[Original], number: int, refuses: Refuses
) -> SwapReport:
    """How many of `number` swaps are refused, and how many of all unchanged sentences of public articles."""
    known = {article.id: article for article in articles if article.audience is Audience.PUBLIC}
    originals = [original for id_ in sorted(known) for original in originals_of(known[id_])]
    originals += [original for original in paraphrases if original.article_id in known]
    made = mutants(originals, known, number)
    missed = tuple(mutant for mutant in made if not refuses(mutant.sentence, known[mutant.original.article_id]))
    refused = tuple((one, why) for one in originals if (why := refuses(one.sentence, known[one.article_id])))
    kinds, of_missed = Counter(mutant.kind for mutant in made), Counter(mutant.kind for mutant in missed)
    sources, of_refused = Counter(one.source for one in originals), Counter(one.source for one, _ in refused)
    return SwapReport(
        caught={kind: (n - of_missed[kind], n) for kind, n in kinds.items()},
        refused={source: (of_refused[source], n) for source, n in sources.items()},
        missed=missed,
        wrongly_refused=refused,
    )


def _features(knowledge: str, texts: Sequence[str], encoder: Encoder) -> NDArray[np.float64]:
    parts = parts_of(knowledge)
    encoding = encoder.encode_passages([*parts, *(plain_text(text) for text in texts)])
    known = _rows(encoding, 0, len(parts))
    rows = []
    for number, text in enumerate(texts, start=len(parts)):
        near = nearness(_rows(encoding, number, number + 1), known)
        found = {**word_features(text, knowledge), **{name: getattr(near, name) for name in near.__slots__}}
        rows.append([found[name] for name in SIGNS])
    return np.array(rows, dtype=np.float64)


def _rows(encoding: Encoding, first: int, after: int) -> Encoding:
    starts = encoding.starts[first : after + 1]
    return Encoding(encoding.vectors[first:after], encoding.tokens[starts[0] : starts[-1]], starts - starts[0])


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{file} cannot be read: {error}.") from error
