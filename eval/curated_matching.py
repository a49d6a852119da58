"""How well a question is known to be a wording of a curated answer: the articles of the sample help center say what
customers ask, so each stands for a curated answer with those questions as wordings.

Every such question is asked without being a wording. A hit is the answer of its own article. A false match is an answer
from another one while that of its own (and of its family) is not there, which is when a false one does harm. The index
knows none of the questions, so that the search has no more to go by than with a customer's own words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from bot.answering.curated import Asked, KnownAnswer, best_match
from bot.answering.editors_texts import EditorsTexts
from bot.answering.evidence import Composition, Evidence
from bot.assembly import Footnote, open_footnote
from bot.indexing.progress import IndexProgress
from bot.models import CustomerContext
from bot.settings import Settings
from bot.storage.curated_answers import CuratedAnswer, CuratedContent, CuratedQuote, CuratedState
from bot.updating import build
from eval.suite.cases import SuiteCase
from knowledge.models import Article, Rejected
from knowledge.sources.source import Source

FROM_ARTICLES = "questions of articles"
FOLDER = "curated-matching"


@dataclass(frozen=True, slots=True)
class MatchingFigures:
    """What became of the questions of one kind. `hits` counts those of an article that has an answer (`answerable`);
    `false` counts all."""

    name: str
    questions: int
    answerable: int
    hits: int
    false: int

    def to_json(self) -> dict[str, object]:
        """Plain JSON values, with both as shares."""
        hit = self.hits / self.answerable if self.answerable else None
        counts = {name: getattr(self, name) for name in self.__slots__}
        return {**counts, "hit_rate": hit, "false_rate": self.false / self.questions}


@dataclass(frozen=True, slots=True)
class _Question:
    text: str
    kind: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Unasked:
    """A source whose articles do not say what customers ask."""

    source: Source

    @property
    def key(self) -> str:
        return self.source.key

    @property
    def complete(self) -> bool:
        return True

    def read(self) -> Iterator[Article | Rejected]:
        for item in self.source.read():
            yield replace(item, questions=()) if isinstance(item, Article) else item


class _NoComposer:
    """What was found is looked at, and nothing is made of it."""

    def compose(self, evidence: Evidence) -> Composition | None:  # noqa: ARG002 - as the protocol has it
        return None


def measure_matching(
    source: Source, cases: Sequence[SuiteCase], settings: Settings, progress: IndexProgress
) -> list[MatchingFigures]:
    """The figures of the articles' own questions, and of the cases of each kind: those without a history that an answer
    or nobody is to meet."""
    articles = [item for item in source.read() if isinstance(item, Article) and item.questions]
    questions = [_Question(text, FROM_ARTICLES, (article.id,)) for article in articles for text in article.questions]
    questions += [_Question(case.text, case.kind.value, case.articles) for case in cases if not case.history]
    footnote = open_footnote(settings.apart(settings.data_dir / "eval" / FOLDER))
    try:
        build(footnote, [_Unasked(source)], progress)
        return _measured(footnote, articles, questions, progress)
    finally:
        footnote.close()


def _measured(
    footnote: Footnote, articles: Sequence[Article], questions: Sequence[_Question], progress: IndexProgress
) -> list[MatchingFigures]:
    known, kin = _known(footnote, articles), footnote.index.current().kin
    progress.stage("Questions", len(questions))
    counts: dict[str, list[int]] = {}
    for question in questions:
        own = {other for id_ in question.articles for other in (id_, *kin.get(id_, ()))}
        asked = _asked(footnote, question.text)
        others = [each for each in known.values() if not own.intersection(each.answer.content.article_ids)]
        left_out = [_without(known[id_], question.text) for id_ in question.articles if id_ in known]
        given = best_match(asked, [*left_out, *others]) if asked else None
        hit = given is not None and given.answer.content.article_ids[0] in question.articles
        false = asked is not None and best_match(asked, others) is not None
        row = counts.setdefault(question.kind, [0, 0, 0, 0])
        for place, value in enumerate((1, bool(left_out), hit, false)):
            row[place] += value
        progress.advance(1)
    return [MatchingFigures(kind, *row) for kind, row in counts.items()]


def _asked(footnote: Footnote, text: str) -> Asked | None:
    """What a curated answer would be chosen by; None for what is decided before."""
    heard: list[Asked] = []

    def listen(asked: Asked) -> None:
        heard.append(asked)

    listening = replace(footnote.assistant, curated=listen, composer=_NoComposer(), answer_threshold=0.0)
    listening.answer(text, CustomerContext())
    return heard[0] if heard else None


def _known(footnote: Footnote, articles: Sequence[Article]) -> dict[str, KnownAnswer]:
    texts = EditorsTexts(footnote.encoder).read(text for article in articles for text in article.questions)
    return {
        article.id: KnownAnswer(_answer(article, number), tuple(texts[text] for text in article.questions))
        for number, article in enumerate(articles, start=1)
    }


def _answer(article: Article, number: int) -> CuratedAnswer:
    content = CuratedContent(
        wordings=article.questions,
        quotes=(CuratedQuote(article.id, "", article.body),),
        owner="nobody",
        expires_on=date.max,
    )
    made_at = datetime(1970, 1, 1, tzinfo=UTC)
    return CuratedAnswer(number=number, version=1, content=content, state=CuratedState.ACTIVE, made_at=made_at)


def _without(known: KnownAnswer, text: str) -> KnownAnswer:
    return replace(known, wordings=tuple(wording for wording in known.wordings if wording.text != text))
