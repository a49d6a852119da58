"""What a new generation holds: passages and encoded texts, taken over from the present one wherever nothing changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.errors import IndexUnavailable
from bot.indexing.generations import Generation, public_ids, title_key
from bot.indexing.indexes import Indexes, Names
from bot.indexing.progress import IndexProgress
from embeddings.belonging import BELONGING_IDENTITY
from embeddings.composition import COMPOSITION_IDENTITY
from embeddings.encoded_texts import EncodedTexts, text_key
from embeddings.encoders import Encoder
from embeddings.late import Members
from knowledge.models import Article, Audience, Passage
from knowledge.question_cards import listed_names
from knowledge.splitting import SPECIAL_TOKENS, SPLITTING_IDENTITY, split
from knowledge.structure import outline
from knowledge.units import UNITS_IDENTITY, texts_between, units_of, within_limit

RULES = f"{SPLITTING_IDENTITY} {UNITS_IDENTITY} {COMPOSITION_IDENTITY} {BELONGING_IDENTITY}"
"""Names every rule between an article and the vectors of its passages, the encoder's own left out."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Passages by key, and every index over them."""

    passages: Mapping[int, Passage]
    indexes: Indexes


def follows_same_rules(current: Generation, encoder: Encoder) -> bool:
    """Whether the present passages and vectors are those that this encoder and this splitter would make."""
    return _has_same_encoder(current, encoder) and current.manifest.rules == RULES


def _has_same_encoder(current: Generation, encoder: Encoder) -> bool:
    present = (current.manifest.encoder, current.indexes.texts.token_dimensions)
    return present == (encoder.identity, encoder.token_dimensions)


def make_contents(
    articles: Mapping[str, Article], present: Generation | None, encoder: Encoder, progress: IndexProgress
) -> Contents:
    """Cut, encode and index every public article; what `present` has of the same encoder is not encoded again, and what
    it has by the same rules is not cut again.

    Raises IndexUnavailable when the encoder gives vectors that no index can hold.
    """
    same = present if present and follows_same_rules(present, encoder) else None
    stored = present.indexes.texts if present and _has_same_encoder(present, encoder) else None
    public = [articles[id_] for id_ in public_ids(articles)]
    workbench = _Workbench(same, stored, encoder)
    progress.stage("Splitting", len(public))
    for article in public:
        workbench.add(article)
        progress.advance(1)
    workbench.withhold(article for article in articles.values() if article.audience is Audience.INTERNAL)
    texts = workbench.encoded(progress)
    members = Members.build({key: texts.rows(keys).tolist() for key, keys in workbench.members.items()})
    return Contents(workbench.passages, Indexes.build(workbench.passages, workbench.names, texts, members))


class _Workbench:
    """Collects passages and the texts they are made of; knows what the present generation has of them."""

    def __init__(self, present: Generation | None, stored: EncodedTexts | None, encoder: Encoder) -> None:
        self._present, self._stored, self._encoder = present, stored, encoder
        self._kept: dict[str, list[Passage]] = {}
        for passage in present.passages.values() if present else ():
            self._kept.setdefault(passage.article_id, []).append(passage)
        self._texts: dict[int, str] = {}
        self.passages: dict[int, Passage] = {}
        self.members: dict[int, list[int]] = {}
        self._asked: dict[int, list[str]] = {}
        self._listed: dict[int, list[str]] = {}
        self._withheld: dict[str, None] = {}

    @property
    def names(self) -> Names:
        """What the articles go by."""
        return Names(self._asked, self._listed, tuple(self._withheld))

    def withhold(self, articles: Iterable[Article]) -> None:
        """Note the questions of articles that customers may not read, those left out that another article answers."""
        public = {name for own in self._asked.values() for name in own}
        for article in articles:
            questions = [piece for piece in self._pieces(article.questions) if piece not in public]
            self._withheld |= dict.fromkeys(questions)
            self._noted(questions)

    def add(self, article: Article) -> None:
        """Cut an article and note the texts of its passages, or take both over."""
        key = title_key(article.id)
        self._asked[key] = [article.title, *self._pieces(article.questions)]
        self._listed[key] = self._pieces(listed_names(article.body))
        self._noted((*self._asked[key], *self._listed[key]))
        if self._present and self._present.articles.get(article.id) == article and article.id in self._kept:
            for passage in self._kept[article.id]:
                self.passages[passage.key] = passage
                self.members[passage.key] = self._present.indexes.text_keys(passage.key)
            return
        blocks = outline(article.body)
        units = [unit for block in blocks for unit in units_of(block, article.body)]
        for passage in split(article, self._encoder.count_tokens, self._encoder.max_tokens):
            sentences = texts_between(passage.start, passage.end, article.body, blocks, units) or (passage.text,)
            said = [passage.heading, *sentences] if passage.heading else sentences
            self.passages[passage.key] = passage
            self.members[passage.key] = [self._note(passage.title), *self._noted(self._pieces(said))]

    def encoded(self, progress: IndexProgress) -> EncodedTexts:
        """Every text of every passage and every title, encoded once; those that are new are encoded now."""
        known = set(self._stored.keys.tolist()) if self._stored else set()
        new = [text for key, text in self._texts.items() if key not in known]
        progress.stage("Encoding", len(new))
        encoding = self._encoder.encode_passages(new, progress.advance)
        try:
            fresh = EncodedTexts.build(new, encoding)
        except ValueError as error:
            raise IndexUnavailable(f"No index was made of what the encoder gave, the old one stays: {error}") from error
        keys = dict.fromkeys([*self._texts, *(key for keys in self.members.values() for key in keys)])
        return EncodedTexts.chosen(list(keys), [fresh, self._stored] if self._stored else [fresh])

    def _noted(self, texts: Iterable[str]) -> list[int]:
        return [self._note(text) for text in texts]

    def _pieces(self, texts: Iterable[str]) -> list[str]:
        return [piece for text in texts for piece in within_limit(text, self._fits)]

    def _note(self, text: str) -> int:
        key = text_key(text)
        if self._texts.setdefault(key, text) != text:
            raise ValueError(f"{text[:60]!r} and {self._texts[key][:60]!r} have the same key; change a word in one.")
        return key

    def _fits(self, text: str) -> bool:
        limit = self._encoder.max_tokens - SPECIAL_TOKENS
        return len(text) <= limit or self._encoder.count_tokens(text) <= limit
