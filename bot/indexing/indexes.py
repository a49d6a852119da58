"""Every index over the passages of one generation: built together, kept in one folder, read together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from embeddings.asked import AskedIndex
from embeddings.belonging import BelongingIndex
from embeddings.best_sentence import BestSentenceIndex
from embeddings.codes import CodeIndex
from embeddings.composition import passage_vectors, sentence_owners, sentence_vectors
from embeddings.dense import DenseIndex
from embeddings.encoded_texts import EncodedTexts
from embeddings.errors import IndexFileError
from embeddings.late import LateIndex, Members
from embeddings.lexical import LexicalIndex
from embeddings.surface_words import surface_words
from embeddings.word_counts import load_word_counts, save_word_counts
from knowledge.models import Passage

TEXTS_FOLDER = "texts"
LEXICAL_FOLDER = "lexical"
CODES_FOLDER = "codes"
WORDS_FOLDER = "words"
NAME_WORDS_FOLDER = "name_words"
MEMBERS_FILE = "members.npz"
DENSE_FILE = "dense.faiss"
SENTENCES_FILE = "sentences.faiss"
TITLES_FILE = "titles.faiss"
ASKED_FOLDER = "asked"
BELONGING_FOLDER = "belonging"


@dataclass(frozen=True, slots=True)
class Names:
    """What articles go by, by title key. `asked`: an article's title, then the questions that it says it answers.
    `listed`: the items of an article that is nothing but a list. `withheld`: questions that only an internal article
    answers."""

    asked: Mapping[int, Sequence[str]]
    listed: Mapping[int, Sequence[str]]
    withheld: Sequence[str]

    @property
    def all(self) -> dict[int, list[str]]:
        """Every name of each article, each once."""
        return {key: list(dict.fromkeys((*own, *self.listed.get(key, ())))) for key, own in self.asked.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """Indexes that know passages by their keys (`titles`: articles by their title keys), over the texts they were made
    of. `late` is None when the encoder gave no token vectors."""

    texts: EncodedTexts
    members: Members
    """The rows in `texts` that each passage is made of: its title, its heading if it has one, then its sentences."""
    dense: DenseIndex
    sentences: BestSentenceIndex
    titles: DenseIndex
    lexical: LexicalIndex
    codes: CodeIndex
    words: Mapping[str, int]
    """How often each word stands in the passages, as it is written there, folded: what spelling is mended with."""
    name_words: Mapping[str, int]
    """The same of titles and of what customers ask, answered or not; empty in a generation older than this."""
    late: LateIndex | None
    asked: AskedIndex | None
    """Articles by what customers ask, by title key; None when no article says what that is."""
    belonging: BelongingIndex | None
    """To which article, by title key, a question belongs; None in a generation that was made before there was such an
    index."""

    @classmethod
    def build(cls, passages: Mapping[int, Passage], names: Names, texts: EncodedTexts, members: Members) -> "Indexes":
        """Indexes of `passages` and of the articles' `names`."""
        read = [passages[key].embedded_text for key in passages]
        sentences = sentence_vectors(texts, members)
        titles = texts.vectors([title for title, *_ in names.asked.values()])
        return cls(
            texts=texts,
            members=members,
            dense=DenseIndex.build(members.ids.tolist(), passage_vectors(texts, members)),
            sentences=BestSentenceIndex(DenseIndex.build(range(len(sentences)), sentences), sentence_owners(members)),
            titles=DenseIndex.build(list(names.asked), titles),
            lexical=LexicalIndex.build(list(passages), read),
            codes=CodeIndex.build(list(passages), read),
            words=surface_words(read),
            name_words=surface_words(chain(names.withheld, *names.all.values())),
            late=_late(texts, members),
            asked=AskedIndex.build(names.asked, texts) if any(own[1:] for own in names.asked.values()) else None,
            belonging=BelongingIndex.build(names.all, names.withheld, texts),
        )

    @classmethod
    def load(cls, folder: Path) -> "Indexes":
        """What `save` wrote; IndexFileError naming what is missing, damaged or does not fit."""
        texts, members = EncodedTexts.load(folder / TEXTS_FOLDER), Members.load(folder / MEMBERS_FILE)
        try:
            late, owners = _late(texts, members), sentence_owners(members)
        except ValueError as error:
            raise IndexFileError(str(error)) from error
        return cls(
            texts=texts,
            members=members,
            dense=DenseIndex.load(folder / DENSE_FILE),
            sentences=BestSentenceIndex.load(folder / SENTENCES_FILE, owners),
            titles=DenseIndex.load(folder / TITLES_FILE),
            lexical=LexicalIndex.load(folder / LEXICAL_FOLDER),
            codes=CodeIndex.load(folder / CODES_FOLDER),
            words=load_word_counts(folder / WORDS_FOLDER),
            name_words=(load_word_counts(folder / NAME_WORDS_FOLDER) if (folder / NAME_WORDS_FOLDER).exists() else {}),
            late=late,
            asked=AskedIndex.load(folder / ASKED_FOLDER) if (folder / ASKED_FOLDER).exists() else None,
            belonging=(
                BelongingIndex.load(folder / BELONGING_FOLDER, texts) if (folder / BELONGING_FOLDER).exists() else None
            ),
        )

    def save(self, folder: Path) -> None:
        """Write everything into `folder`, which exists; IndexFileError when that fails."""
        self.texts.save(folder / TEXTS_FOLDER)
        self.members.save(folder / MEMBERS_FILE)
        self.dense.save(folder / DENSE_FILE)
        self.sentences.save(folder / SENTENCES_FILE)
        self.titles.save(folder / TITLES_FILE)
        self.lexical.save(folder / LEXICAL_FOLDER)
        self.codes.save(folder / CODES_FOLDER)
        save_word_counts(self.words, folder / WORDS_FOLDER)
        save_word_counts(self.name_words, folder / NAME_WORDS_FOLDER)
        if self.asked is not None:
            self.asked.save(folder / ASKED_FOLDER)
        if self.belonging is not None:
            self.belonging.save(folder / BELONGING_FOLDER)

    def text_keys(self, passage: int) -> list[int]:
        """The keys of the texts that a passage is made of; ValueError for an unknown one."""
        keys: list[int] = self.texts.keys[self.members.rows_of(passage)].tolist()
        return keys

    def passages_in(self) -> Mapping[str, frozenset[int]]:
        """The passages that each index knows, by the name of its file."""
        return {
            DENSE_FILE: frozenset(self.dense.ids),
            SENTENCES_FILE: frozenset(self.sentences.ids),
            LEXICAL_FOLDER: frozenset(self.lexical.ids),
            CODES_FOLDER: frozenset(self.codes.ids),
            MEMBERS_FILE: frozenset(self.members.ids.tolist()),
        }


def _late(texts: EncodedTexts, members: Members) -> LateIndex | None:
    index = LateIndex(texts, members)  # refuses members of other texts
    return index if texts.has_tokens else None
