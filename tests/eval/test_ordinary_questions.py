"""Which questions of the sample help center count as ordinary ones: those that its articles answer by themselves."""

from bot.updating import SAMPLE_HELP_CENTER
from eval.escalation import decided
from eval.ordinary_questions import EITHER_WAY_ARTICLES, article_cases
from knowledge.models import Article, Audience
from knowledge.sources import open_source

ARTICLES = [each for each in open_source(SAMPLE_HELP_CENTER).read() if isinstance(each, Article)]


def test_articles_for_which_both_will_do_are_there_and_public() -> None:
    public = {article.id for article in ARTICLES if article.audience is Audience.PUBLIC}
    assert public >= EITHER_WAY_ARTICLES


def test_only_what_an_article_answers_by_itself_is_ordinary() -> None:
    cases = list(article_cases())
    asked = {text for each in ARTICLES if each.audience is Audience.PUBLIC for text in each.questions}
    withheld = {text for each in ARTICLES if each.audience is Audience.INTERNAL for text in each.questions}
    owners = {case.id.rsplit(" ", 1)[0] for case in cases}
    assert len({case.id for case in cases}) == len(cases) > 9_000
    assert not owners & EITHER_WAY_ARTICLES and "change-email" in owners
    assert {case.text for case in cases} <= asked - withheld
    assert not any(case.expected for case in cases)


def test_what_a_phrase_calls_a_person_for_is_no_ordinary_question() -> None:
    calling = [case.text for case in list(article_cases())[::50] if (found := decided(case.text)) and found.topic]
    assert calling == []
