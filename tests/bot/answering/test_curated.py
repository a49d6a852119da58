from typing import Any

import numpy as np
import pytest

from bot.answering.curated import (
    ALIKE,
    AMONG_FIRST,
    NOT_FIRST,
    Asked,
    CuratedMatch,
    KnownAnswer,
    best_match,
    holds_for,
    no_curated_answer,
)
from bot.answering.question_likeness import ComparedText
from bot.answering.questions import Need, Question, Wording
from bot.models import Hit
from bot.storage.curated_answers import CuratedQuote
from knowledge.models import Passage, Platform
from tests.curated import content, curated

TOKENS = np.zeros((0, 1), dtype=np.int8)


def vector(cosine: float) -> np.ndarray:
    """A unit vector with this cosine to the first axis."""
    return np.array([cosine, np.sqrt(1 - cosine**2)], dtype=np.float32)


def hit(article_id: str) -> Hit:
    passage = Passage(id="p", article_id=article_id, title="", heading="", url="", text="", start=0, end=0)
    return Hit(passage, 0.5, {})


def asked(text: str, *found: str, cosine: float | None = 1.0, **more: Any) -> Asked:
    needs = () if cosine is None else (Need(vector(cosine), TOKENS),)
    usual: dict[str, Any] = {
        "question": Question((Wording(text, needs),)),
        "hits": [hit(id_) for id_ in found],
        "articles": {},
        "platform": Platform.ANY,
        "locale": "en",
        "confidence": 0.1,
        "links_start_with": "http://h",
    }
    return Asked(**{**usual, **more})


def known(*wordings: str, number: int = 1, article: str = "email", vectors: bool = True, **more: Any) -> KnownAnswer:
    answer = curated(content(CuratedQuote(article, "", "Q."), wordings=wordings, **more), number)
    given = (vector(1.0),) if vectors else ()
    return KnownAnswer(answer, tuple(ComparedText.of(text, given) for text in wordings))


def number_of(match: CuratedMatch | None) -> int | None:
    return match.answer.number if match else None


@pytest.mark.parametrize(
    ("cosine", "found", "expected"),
    [
        (ALIKE + 0.005, ("email",), 1),
        (ALIKE - 0.005, ("email",), None),
        (ALIKE + 0.005, ("fees", "email"), None),
        (1.0, ("fees", "email"), None),
        (1.0, ("fees", "limits"), None),
        (1.0, (), None),
    ],
)
def test_likeness_and_the_search_must_both_speak_for_it(
    cosine: float, found: tuple[str, ...], expected: int | None
) -> None:
    question = asked("switch inbox", *found, cosine=cosine)
    assert number_of(best_match(question, [known("new mail address")])) == expected


def test_words_in_common_help() -> None:
    """`change email` in both: 4 of 5 terms. With the greatest cosine that is enough for a second place."""
    answer = [known("change email address")]
    assert best_match(asked("change email", "fees", "email", cosine=0.9), answer)
    assert ALIKE + NOT_FIRST < 0.9 + 0.2 * 0.8
    assert best_match(asked("change mail", "fees", "email", cosine=0.9), answer) is None


def test_an_article_further_down_is_not_found() -> None:
    others = [f"other-{number}" for number in range(AMONG_FIRST)]
    assert best_match(asked("change email address", *others, "email"), [known("change the email addresses")]) is None
    assert best_match(asked("change email address", *others[1:], "email"), [known("change the email addresses")])


def test_the_very_words_need_no_search() -> None:
    match = best_match(asked("NEW  mail address!!", cosine=None), [known("new mail address")])
    assert match is not None and (match.score, match.wording) == (1.0, "new mail address")
    assert best_match(asked("?!", cosine=None), [known("new mail address")]) is None


@pytest.mark.parametrize(
    ("question", "wording", "is_like"),
    [
        ("怎么修改邮箱地址", "怎么修改邮箱的地址", True),
        ("怎么修改邮箱地址", "提币手续费是多少", False),
        ("怎么提币", "怎么充币", False),
        ("كيف أغير بريدي الإلكتروني", "كيف أغير بريدي", True),
    ],
)
def test_where_there_are_few_latin_letters_only_words_count(question: str, wording: str, is_like: bool) -> None:
    """The encoder gives such texts a cosine of 1 whatever they say."""
    found = best_match(asked(question, "email", cosine=1.0), [known(wording)])
    assert (found is not None) == is_like
    assert best_match(asked("switch inbox", "email", cosine=1.0), [known(wording)]) is None


def test_without_vectors_only_words_count() -> None:
    assert best_match(asked("switch inbox", "email", cosine=None), [known("new mail address")]) is None
    assert best_match(asked("the new email address", cosine=None), [known("new email address please")])
    assert best_match(asked("switch inbox", "email"), [known("new mail address", vectors=False)]) is None


def test_a_message_with_several_needs_is_like_no_wording() -> None:
    needs = (Need(vector(1.0), TOKENS), Need(vector(1.0), TOKENS))
    question = Question((Wording("switch inbox and a long story", needs),))
    assert best_match(asked("", "email", question=question), [known("new mail address")]) is None


def test_the_most_alike_answer_is_given() -> None:
    near, same = known("another mail address", number=1), known("new mail address", number=2)
    assert number_of(best_match(asked("new mail address", "email"), [near, same])) == 2
    twin = known("new mail address", number=3)
    assert number_of(best_match(asked("new mail address", "email"), [same, twin])) == 2


@pytest.mark.parametrize(
    ("platform", "locale", "of_platform", "of_locale", "holds"),
    [
        (Platform.ANY, "", Platform.WEB, "de", True),
        (Platform.WEB, "", Platform.WEB, "en", True),
        (Platform.WEB, "", Platform.APP, "en", False),
        (Platform.WEB, "", Platform.ANY, "en", False),
        (Platform.ANY, "pt", Platform.ANY, "pt-BR", True),
        (Platform.ANY, "pt-BR", Platform.ANY, "PT_pt", True),
        (Platform.ANY, "pt", Platform.ANY, "en", False),
    ],
)
def test_whom_an_answer_is_for(
    platform: Platform, locale: str, of_platform: Platform, of_locale: str, holds: bool
) -> None:
    own = content(CuratedQuote("email", "", "Q."), platform=platform, locale=locale)
    assert holds_for(own, of_platform, of_locale) is holds
    answer = known("new mail address", platform=platform, locale=locale)
    question = asked("new mail address", platform=of_platform, locale=of_locale)
    assert (best_match(question, [answer]) is not None) is holds


def test_nobody_gives_nothing() -> None:
    assert no_curated_answer(asked("new mail address")) is None
