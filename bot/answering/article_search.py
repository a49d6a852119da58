"""Articles that a help center's search finds: one of each family, each with the sentence of its best passage that comes
nearest to the query."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.answering.citations import article_link
from bot.answering.pages import one_line, page_of
from bot.answering.per_generation import PerGeneration
from bot.answering.questions import Question, read_question
from bot.answering.ranking import RankingModel
from bot.answering.relevance import relevance_to
from bot.answering.retrieval import search
from bot.answering.search_index import InformedTermIndex, SearchIndex
from bot.answering.versions import article_platform, choose_versions
from bot.models import Hit
from embeddings.encoders import Encoder
from embeddings.spelling import Spelling
from knowledge.models import Article, Audience, Passage, Platform
from knowledge.rendering import plain_text
from knowledge.units import unit_text, units_of

COVERED, MEANT = 0.6, 0.45
"""An article is found when so much of the query's information stands in its passage, or when its best sentence is so
near to the query: on the sample help center that keeps "kyc" and loses "mortgage"."""
SHORTEST_BEGINNING = 3
"""Letters from which an unknown last word is taken for the beginning of a known one."""
EXCERPT_CHARACTERS = 280
MARKED_CHARACTERS = 240


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of an article as one line of plain text around the sentence that is marked, and the path of a page of
    `/help/` that opens at that sentence."""

    before: str
    marked: str
    after: str
    link: str


@dataclass(frozen=True, slots=True)
class ArticlesFound:
    """What was searched, and the best passage of each article that was found, best first."""

    query: str
    """As it was searched: words mended and the last one completed."""
    hits: tuple[Hit, ...]
    index: SearchIndex
    relevance: Callable[[Sequence[str]], Sequence[float]]

    def excerpts(self, hits: Sequence[Hit]) -> tuple[Excerpt, ...]:
        """The excerpt of each of these hits; their sentences are compared with the query in one go."""
        told = [_sentences(hit.passage, self.index.articles[hit.passage.article_id]) for hit in hits]
        texts = list(dict.fromkeys(text for sentences in told for _, _, text in sentences))
        near = dict(zip(texts, self.relevance(texts), strict=True)) if texts else {}
        return tuple(
            _excerpt(hit.passage, self.index.articles[hit.passage.article_id], sentences, near)
            for hit, sentences in zip(hits, told, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSearch:
    """Finds articles; remembers nothing. The query must be redacted."""

    encoder: Encoder
    spellings: PerGeneration[Spelling]
    ranking: RankingModel
    candidates: int

    def find(self, query: str, index: SearchIndex, platform: Platform = Platform.ANY) -> ArticlesFound:
        """The articles for a query: where a platform is given, none that is only for the other."""
        question = read_question(completed(query, index), self.encoder, index.indexes, self.spellings.of(index))
        searched = search(index, question, self.ranking, candidates=self.candidates, platform=platform)
        kept = [hit for hit in searched.hits if _is_found(hit, question, index.indexes.lexical)]
        versions = choose_versions(kept, index.kin, index.articles, platform, index.superseded, index.latest_year)
        best: dict[str, Hit] = {}
        for hit in versions.hits:
            article = index.articles[hit.passage.article_id]
            if article.audience is Audience.PUBLIC and suits(article, platform):
                best.setdefault(article.id, hit)
        relevance = relevance_to(question, self.encoder, index.indexes.texts)
        return ArticlesFound(question.wordings[0].text, tuple(best.values()), index, relevance)


def suits(article: Article, platform: Platform) -> bool:
    """Whether an article is of use on a platform."""
    return platform is Platform.ANY or article_platform(article) in (platform, Platform.ANY)


def completed(query: str, index: SearchIndex) -> str:
    """The query with its last word completed to the most frequent known word that begins with it, unless it is a known
    word itself: who types sees results before the end of the word."""
    begun, known = query.rsplit(maxsplit=1)[-1].casefold() if query.split() else "", index.indexes.words
    if len(begun) < SHORTEST_BEGINNING or not begun.isalpha() or begun in known:
        return query
    longer = [word for word in known if word.startswith(begun)]
    if not longer:
        return query
    whole = min(longer, key=lambda word: (-known[word], word))
    return f"{query.rstrip()[: -len(query.split()[-1])]}{whole}"


_Sentence = tuple[int, int, str]
"""Where a sentence, step or row stands in the body, and what it says by itself."""


def _is_found(hit: Hit, question: Question, lexical: InformedTermIndex) -> bool:
    is_meant = hit.signals.get("sentence", 0.0) >= MEANT or hit.signals.get("code", 0.0) > 0
    return is_meant or lexical.coverage(question.text, hit.passage.key) >= COVERED


def _sentences(passage: Passage, article: Article) -> list[_Sentence]:
    blocks = page_of(article.body).blocks
    return [
        (unit.start, unit.end, unit_text(unit, article.body, blocks))
        for block in blocks
        if block.start < passage.end and passage.start < block.end
        for unit in units_of(block, article.body)
        if passage.start <= unit.start and unit.end <= passage.end
    ]


def _excerpt(passage: Passage, article: Article, sentences: list[_Sentence], near: dict[str, float]) -> Excerpt:
    hosted = replace(article, url=None)
    if not sentences:
        link = article_link(hosted, passage.start, passage.end, "")
        return Excerpt("", cut(_shown(passage.text), MARKED_CHARACTERS), "", link)
    best = max(range(len(sentences)), key=lambda at: (near[sentences[at][2]], -at))
    start, end, _ = sentences[best]
    shown = [_shown(article.body[first:last]) for first, last, _ in sentences]
    marked = cut(shown[best], MARKED_CHARACTERS)
    before = cut_left(" ".join(shown[:best]), (EXCERPT_CHARACTERS - len(marked)) // 2)
    after = cut(" ".join(shown[best + 1 :]), EXCERPT_CHARACTERS - len(marked) - len(before))
    return Excerpt(before, marked, after, article_link(hosted, start, end, ""))


def _shown(markdown: str) -> str:
    return one_line(plain_text(markdown).replace("\t", " · "))


def cut(text: str, characters: int) -> str:
    """The beginning of a text, up to the end of a word, with an ellipsis where something is left out."""
    if len(text) <= characters:
        return text
    kept = text[: max(0, characters - 1)]
    return f"{kept.rsplit(' ', 1)[0].rstrip()}…" if kept else ""


def cut_left(text: str, characters: int) -> str:
    """The end of a text, from the beginning of a word, with an ellipsis where something is left out."""
    if len(text) <= characters:
        return text
    kept = text[len(text) - max(0, characters - 1) :]
    return f"…{kept.split(' ', 1)[-1].lstrip()}" if characters > 1 else ""
