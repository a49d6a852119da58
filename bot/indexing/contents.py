"""What a new generation holds: passages and vectors, taken over from the present one wherever the text is the same."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.indexing.generations import Generation, public_ids, title_key
from bot.indexing.progress import IndexProgress
from embeddings.encoders import Encoder
from knowledge.models import Article, Passage
from knowledge.splitting import SPLITTING_IDENTITY, split

Vector = NDArray[np.float32]


def follows_same_rules(current: Generation, encoder: Encoder) -> bool:
    """Whether the present passages and vectors are those that this encoder and this splitter would make."""
    return (current.manifest.encoder, current.manifest.splitting) == (encoder.identity, SPLITTING_IDENTITY)


def cut_passages(
    articles: Mapping[str, Article], present: Generation | None, encoder: Encoder, progress: IndexProgress
) -> dict[int, Passage]:
    """The passages of every public article, by key; those of unchanged articles are the ones in `present`."""
    kept: dict[str, list[Passage]] = {}
    if present is not None and follows_same_rules(present, encoder):
        for passage in present.passages.values():
            kept.setdefault(passage.article_id, []).append(passage)
    public = public_ids(articles)
    progress.stage("Splitting", len(public))
    passages: dict[int, Passage] = {}
    for id_ in public:
        article = articles[id_]
        if id_ in kept and present is not None and present.articles.get(id_) == article:
            cut: Sequence[Passage] = kept[id_]
        else:
            cut = split(article, encoder.count_tokens, encoder.max_tokens)
        passages.update((passage.key, passage) for passage in cut)
        progress.advance(1)
    return passages


def encode_texts(
    texts: Sequence[str], present: Generation | None, encoder: Encoder, progress: IndexProgress
) -> dict[str, Vector]:
    """A vector for each text, once; only texts that `present` has no vector of this encoder for are encoded."""
    vectors = _vectors_by_text(present) if present and present.manifest.encoder == encoder.identity else {}
    new = [text for text in dict.fromkeys(texts) if text not in vectors]
    progress.stage("Encoding", len(new))
    if new:
        vectors.update(zip(new, encoder.encode_passages(new, progress.advance), strict=True))
    return vectors


def _vectors_by_text(present: Generation) -> dict[str, Vector]:
    keys = list(present.passages)
    texts = [present.passages[key].embedded_text for key in keys]
    vectors = dict(zip(texts, present.dense.vectors(keys), strict=True))
    ids = list(present.title_keys)
    titles = present.titles.vectors([present.title_keys[id_] for id_ in ids])
    vectors.update(zip((present.articles[id_].title for id_ in ids), titles, strict=True))
    return vectors


def stacked(rows: Sequence[Vector], dimensions: int) -> Vector:
    """The rows as one array of shape (rows, dimensions), also when there is none."""
    return np.stack(rows) if rows else np.empty((0, dimensions), dtype=np.float32)


def titles_by_key(articles: Mapping[str, Article]) -> dict[int, str]:
    """The title of every public article, by title key."""
    return {title_key(id_): articles[id_].title for id_ in public_ids(articles)}
