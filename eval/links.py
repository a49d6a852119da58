"""Whether citations can be checked: quotes are exact, URLs resolve, fragments lead to the one right place."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any
from urllib.parse import unquote, urlsplit

from scipy.stats import binomtest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from bot.answering.citations import cite
from bot.answering.pages import page_of
from bot.assembly import Footnote, open_footnote
from bot.errors import FootnoteError
from bot.indexing.progress import IndexProgress
from bot.models import Answer, Citation, CustomerContext
from bot.settings import Settings
from bot.staffed import staffed
from bot.updating import build
from bot.web.app import create_app
from eval.cases import json_rows
from eval.errors import DatasetError
from eval.text_directives import Match, matches, page_blocks
from knowledge.models import Article, Audience, Rejected
from knowledge.rendering import plain_text
from knowledge.sources import open_source
from knowledge.sources.source import Source
from knowledge.units import units_of

ASKED = {"quotes": 1.0, "urls": 1.0, "fragments": 0.99, "sentences": 1.0}
_NAMES = {
    "quotes": "quotes that are exact",
    "urls": "URLs that resolve",
    "fragments": "fragments that lead to the one right place",
    "with fragment": "links with a fragment",
    "sentences": "sentences that are exact quotes",
}
_DIRECTIVE = ":~:text="
_MARK = re.compile(r"\s*\[\d+\]")


@dataclass(slots=True)
class Tally:
    """How often something held, and the first cases in which it did not."""

    held: int = 0
    n: int = 0
    failures: list[str] = field(default_factory=list)

    def count(self, holds: bool, case: str) -> None:
        """Add one case."""
        self.n += 1
        self.held += holds
        if not holds and len(self.failures) < 20:
            self.failures.append(case)


@dataclass(slots=True)
class LinkReport:
    """Tallies by what was judged (`units` of the articles, `answers`) and by what was looked at."""

    dataset: str
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)

    def count(self, judged: str, looked_at: str, holds: bool, case: str) -> None:
        """Add one case to a tally."""
        self.tallies.setdefault((judged, looked_at), Tally()).count(holds, case)

    def rows(self) -> list[dict[str, Any]]:
        """The figures in the form of `eval.figures.Figure`; intervals are Wilson's for a share."""
        return [
            {
                "name": f"{judged}: {_NAMES[looked_at]}",
                "dataset": self.dataset,
                "n": tally.n,
                "value": round(tally.held / tally.n, 4),
                "interval_95": _interval(tally),
                "asked": f"≥ {ASKED[looked_at]}" if looked_at in ASKED else None,
                "holds": tally.held / tally.n >= ASKED[looked_at] if looked_at in ASKED else None,
            }
            for (judged, looked_at), tally in self.tallies.items()
        ]


@dataclass(frozen=True, slots=True)
class PublishedHere:
    """A source whose articles have no URL of their own, so that they are published under `/help/` and can be opened."""

    documents: Source

    @property
    def key(self) -> str:
        """The key of the documents."""
        return self.documents.key

    @property
    def complete(self) -> bool:
        """As the documents are."""
        return self.documents.complete

    def read(self) -> Iterator[Article | Rejected]:
        """Every document, without its URL."""
        for item in self.documents.read():
            yield dataclasses.replace(item, url=None) if isinstance(item, Article) else item


class PublishedPages:
    """The served pages of a help center, each fetched once."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self._pages: dict[str, tuple[int, str, tuple[str, ...]]] = {}

    def resolves(self, url: str) -> bool:
        """Whether the page is there, with the anchor that the URL names."""
        anchor = unquote(urlsplit(url).fragment.partition(":~:")[0])
        status, html, _ = self._page(url)
        if status != 200 or not anchor:
            return status == 200
        return any(node.attributes.get("id") == anchor for node in LexborHTMLParser(html).css("[id]"))

    def blocks(self, url: str) -> tuple[str, ...]:
        """The texts of the page, as a browser's search sees them."""
        return self._page(url)[2]

    def _page(self, url: str) -> tuple[int, str, tuple[str, ...]]:
        path = urlsplit(url).path
        if path not in self._pages:
            response = self._client.get(path)
            self._pages[path] = (response.status_code, response.text, page_blocks(response.text))
        return self._pages[path]


def measure_links(
    name: str, location: Path, questions: Sequence[str] | None, settings: Settings, progress: IndexProgress
) -> LinkReport:
    """Judge the citation of every unit of every public article at `location`, and those of the answers to `questions`
    (without: the articles' titles).

    The articles are indexed as if they were published here, once for each content. DatasetError when there are none.
    """
    own = settings.apart(settings.data_dir / "eval" / "links" / name)
    footnote = open_footnote(own)
    try:
        source = PublishedHere(open_source(str(location)))
        build(footnote, [source], progress, rebuild=footnote.current_generation() is None)
        articles = footnote.index.current().articles
        public = [each for each in articles.values() if each.audience is Audience.PUBLIC]
        if not public:
            raise DatasetError(f"There is no public article at {location} whose links could be measured.")
        report = LinkReport(name)
        with capture_logs(), TestClient(create_app(own, staffed(footnote))) as client:  # no line for each page
            pages = PublishedPages(client)
            _judge_units(report, public, pages, own.links_start_with, progress)
            asked = [article.title for article in public] if questions is None else questions
            _judge_answers(report, asked, footnote, pages, progress)
    finally:
        footnote.close()
    return report


def questions_of(folder: Path, limit: int | None = None) -> list[str] | None:
    """The first `limit` questions of a data set; None when it has no queries.jsonl."""
    file = folder / "queries.jsonl"
    return [row["text"] for row in json_rows(file, ("text",))][:limit] if file.is_file() else None


def judge_citation(
    report: LinkReport, judged: str, citation: Citation, article: Article, pages: PublishedPages
) -> None:
    """Count what holds of one citation."""
    case = f"{citation.url} {citation.quote[:80]!r}"
    report.count(judged, "quotes", article.body[citation.start : citation.end] == citation.quote, case)
    report.count(judged, "urls", pages.resolves(citation.url), case)
    _, _, directive = citation.url.partition(_DIRECTIVE)
    report.count(judged, "with fragment", bool(directive), case)
    if directive:
        blocks = pages.blocks(citation.url)
        found = matches(directive, blocks)
        right = len(found) == 1 and _is_quote(shown_text(found[0], blocks), citation.quote)
        report.count(judged, "fragments", right, f"{len(found)} places: {case}")


def shown_text(match: Match, blocks: Sequence[str]) -> str:
    """The text of a match."""
    (first, start), (last, end) = match.first, match.after
    if first == last:
        return blocks[first][start:end]
    return "\n".join((blocks[first][start:], *blocks[first + 1 : last], blocks[last][:end]))


def unquoted_sentences(answer: Answer, articles: Mapping[str, Article]) -> tuple[list[str], list[str]]:
    """The footnoted sentences of an answer, and those of them whose letters and digits stand in none of the articles it
    cites (to the byte, quotes are compared by their offsets)."""
    shown = [_letters(page_of(articles[each.article_id].body).text) for each in answer.citations]
    lines = plain_text(answer.text).split("\n")
    parts = (part for line in lines for part in _MARK.split(line)[:-1])
    sentences = [sentence for part in parts if (sentence := " ".join(part.split()))]
    return sentences, [sentence for sentence in sentences if not any(_letters(sentence) in text for text in shown)]


def _judge_units(
    report: LinkReport,
    articles: Sequence[Article],
    pages: PublishedPages,
    links_start_with: str,
    progress: IndexProgress,
) -> None:
    progress.stage(f"Links of {report.dataset}", len(articles))
    for article in articles:
        for block in page_of(article.body).blocks:
            for unit in units_of(block, article.body):
                citation = cite(article, unit.start, unit.end, 1, links_start_with)
                judge_citation(report, "units", citation, article, pages)
        progress.advance(1)


def _judge_answers(
    report: LinkReport, questions: Iterable[str], footnote: Footnote, pages: PublishedPages, progress: IndexProgress
) -> None:
    asked = list(questions)
    progress.stage(f"Answers of {report.dataset}", len(asked))
    articles = footnote.index.current().articles
    for question in asked:
        try:
            reply = footnote.assistant.answer(question, CustomerContext()).reply
        except FootnoteError as error:
            raise DatasetError(f"The question {question[:80]!r} could not be asked: {error}") from error
        if isinstance(reply, Answer):
            sentences, unquoted = unquoted_sentences(reply, articles)
            for sentence in sentences:
                report.count("answers", "sentences", sentence not in unquoted, sentence)
            for citation in reply.citations:
                judge_citation(report, "answers", citation, articles[citation.article_id], pages)
        progress.advance(1)


def _is_quote(shown: str, quote: str) -> bool:
    """Whether the shown text is the quote's, or what it says after a beginning that cannot be told apart; by letters
    and digits, since by itself the Markdown of an item reads a little differently."""
    first, _, rest = quote.partition("\n")
    said, wanted = _letters(shown), _letters(plain_text(f"{first}\n{dedent(rest)}"))
    return bool(said or not wanted) and wanted.endswith(said) and len(said) * 2 >= len(wanted)


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _interval(tally: Tally) -> tuple[float, float]:
    interval = binomtest(tally.held, tally.n).proportion_ci(method="wilson")
    return round(float(interval.low), 4), round(float(interval.high), 4)
