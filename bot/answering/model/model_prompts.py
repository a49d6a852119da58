"""The prompt that asks a language model for an answer: the evidence as marked data, under a token budget. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.answering.evidence import Evidence
from bot.answering.llm import Patience, Prompt
from bot.answering.model.injections import speaks_to_a_model
from bot.answering.verification import intact
from knowledge.models import Article, Passage, Platform
from prompts.marked_data import mark_for, marked
from prompts.templates import render

MOST_SENTENCES = 8
MOST_PASSAGES = 16
MOST_OF_THE_BEST = 8
"""Passages of the best article, which come first: half of a procedure is no use."""
HEADROOM = 0.9
"""The share of the budget that is used: other models' tokens are not those that are counted."""

_WHERE = {
    Platform.WEB: "The customer uses the website.",
    Platform.APP: "The customer uses the app.",
    Platform.ANY: "",
}


@dataclass(frozen=True, slots=True)
class Source:
    """An article that the model was given, and which passages of it, in the article's order."""

    article: Article
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class AnswerPrompt:
    """A prompt, its size in tokens, and what the numbers in it stand for."""

    prompt: Prompt
    tokens: int
    sources: Mapping[int, Source]


def answer_prompt(
    evidence: Evidence, count_tokens: Callable[[str], int], prompt_tokens: int, answer_tokens: int, patience: Patience
) -> AnswerPrompt | None:
    """The question with as many of its best passages as fit; None when not one does.

    A passage that is not as it was indexed, or that speaks to a language model, is left out.
    """
    rules = render("answer.md", most_sentences=MOST_SENTENCES)
    sound = [passage for passage in chosen_passages(evidence) if _is_sound(passage, evidence.articles)]
    room = int(prompt_tokens * HEADROOM) - count_tokens(rules) - count_tokens(_data(evidence, {}))
    kept: list[Passage] = []
    for passage in sound:
        room -= count_tokens(_shown(passage)) + count_tokens(_headed(evidence.articles[passage.article_id]))
        if room < 0:
            break
        kept.append(passage)
    if not kept:
        return None
    sources = sources_of(kept, evidence.articles)
    data = _data(evidence, sources)
    prompt = Prompt(rules=rules, data=data, most_tokens=answer_tokens, patience=patience)
    return AnswerPrompt(prompt, count_tokens(rules) + count_tokens(data), sources)


def chosen_passages(evidence: Evidence) -> list[Passage]:
    """The passages that the model should have, the most needed first: what was found of the best article, then the best
    of the others."""
    passages = [hit.passage for hit in evidence.hits]
    best = [passage for passage in passages if passage.article_id == passages[0].article_id]
    others = [passage for passage in passages if passage.article_id != passages[0].article_id]
    return [*best[:MOST_OF_THE_BEST], *others][:MOST_PASSAGES]


def sources_of(passages: Sequence[Passage], articles: Mapping[str, Article]) -> dict[int, Source]:
    """The articles by number, from 1 in the order of their best passages."""
    by_article: dict[str, list[Passage]] = {}
    for passage in passages:
        by_article.setdefault(passage.article_id, []).append(passage)
    return {
        number: Source(articles[id_], tuple(sorted(own, key=lambda passage: passage.start)))
        for number, (id_, own) in enumerate(by_article.items(), start=1)
    }


def _is_sound(passage: Passage, articles: Mapping[str, Article]) -> bool:
    article = articles.get(passage.article_id)
    return article is not None and intact(passage, article) and not speaks_to_a_model(passage.embedded_text)


def _data(evidence: Evidence, sources: Mapping[int, Source]) -> str:
    texts = {number: _article_text(source) for number, source in sources.items()}
    mark = mark_for([evidence.question, *texts.values()])
    return render(
        "evidence.md",
        mark=mark,
        articles="\n\n".join(marked(f"article {number}", text, mark) for number, text in texts.items()),
        question=marked("question", evidence.question, mark),
        where=_WHERE[evidence.platform],
    )


def _article_text(source: Source) -> str:
    shown, heading = [_headed(source.article)], ""
    for passage in source.passages:
        shown.append(_shown(passage) if passage.heading != heading else passage.text)
        heading = passage.heading
    return "\n\n".join(shown)


def _headed(article: Article) -> str:
    updated = f" (updated on {article.updated_at.isoformat()})" if article.updated_at else ""
    return f"{article.title}{updated}"


def _shown(passage: Passage) -> str:
    begins_with_it = passage.text.lstrip().startswith("#")
    return passage.text if begins_with_it or not passage.heading else f"Under “{passage.heading}”:\n{passage.text}"
