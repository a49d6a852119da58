from collections import Counter
from pathlib import Path

import pytest

from bot.answering.citations import cite
from bot.errors import FootnoteError
from bot.models import Answer, Clarify, Handoff, HandoffReason, Reply
from eval.clarifying import (
    UNDERSPECIFIED,
    Question,
    measure,
    named_by_options,
    outcome_of,
    read_questions,
)
from eval.errors import DatasetError
from knowledge.models import Article, Audience, Platform
from knowledge.sources import open_source

SAMPLE = Path(__file__).resolve().parents[2] / "knowledge" / "articles"
EMAIL = Article(id="email", title="Change email?", body="Do so.")
PHONE = Article(id="phone", title="Change phone?", body="Do so.")
LEADS_TO = {"Change email?": frozenset({"email"}), "Change phone?": frozenset({"phone"})}
HANDOFF = Handoff(text="A person.", reason=HandoffReason.LOW_CONFIDENCE, confidence=0.1)
ASKED_BACK = Clarify(text="Which?", options=("Change email?", "Change phone?"), confidence=0.4)


def answer(article: Article) -> Answer:
    return Answer(text="So. [1]", citations=(cite(article, 0, 6, 1, ""),), confidence=0.9)


def ask(text: str, may_ask: bool) -> Reply:
    """Knows e-mail, gets the phone wrong, asks back when told only to change."""
    if text == "change" and may_ask:
        return ASKED_BACK
    return HANDOFF if text == "pizza" else answer(EMAIL)


def question(text: str, *meant: str) -> Question:
    return Question(text, "topic", tuple(frozenset({id_}) for id_ in meant))


def test_a_question_back_serves_whoever_finds_the_option() -> None:
    told = outcome_of(question("change", "email", "phone"), ask, LEADS_TO)
    assert (told.asked, told.fits) == (True, True)
    assert (told.right, told.wrong) == (0.5, 0.5)  # the phone's option is answered from the article on e-mail
    assert (told.right_without, told.wrong_without) == (0.5, 0.5)


def test_whoever_means_something_else_gets_neither_a_right_nor_a_wrong_answer() -> None:
    told = outcome_of(question("change", "email", "fees"), ask, LEADS_TO)
    assert (told.asked, told.fits, told.right, told.wrong) == (True, False, 0.5, 0.0)
    nothing = outcome_of(question("change"), ask, LEADS_TO)
    assert (nothing.asked, nothing.fits, nothing.right, nothing.wrong, nothing.wrong_without) == (
        True,
        False,
        0.0,
        0.0,
        1.0,
    )


def test_without_a_question_back_both_are_the_same() -> None:
    told = outcome_of(question("email", "email"), ask, LEADS_TO)
    assert (told.asked, told.right, told.wrong, told.right_without, told.wrong_without) == (False, 1.0, 0.0, 1.0, 0.0)
    handed = outcome_of(question("pizza", "email"), ask, LEADS_TO)
    assert (handed.right, handed.wrong) == (0.0, 0.0)


def test_the_summary_is_by_kind() -> None:
    told = measure([question("change", "email", "phone"), question("email", "email")], ask, LEADS_TO)
    assert told["topic"]["questions"] == 2
    assert told["topic"]["asked"][0] == 0.5 and told["topic"]["wrong"][0] == 0.25


def test_which_articles_an_option_names() -> None:
    web = Article(id="web", title="How do I freeze it? (web)", body="1. Go.", platform=Platform.WEB)
    app = Article(id="app", title="How do I freeze it? (app)", body="1. Run.", platform=Platform.APP)
    staff = Article(id="staff", title="For staff", body="Go.", audience=Audience.INTERNAL)
    articles = {each.id: each for each in (web, app, staff, EMAIL)}
    assert named_by_options(articles, dict.fromkeys(("web", "app"), ("app", "web"))) == {
        "How do I freeze it?": {"web", "app"},
        "How do I freeze it? (web)": {"web"},
        "How do I freeze it? (app)": {"app"},
        "Change email?": {"email"},
    }


def test_the_questions_are_about_articles_that_there_are() -> None:
    questions = read_questions()
    articles = {item.id: item for item in open_source(SAMPLE).read() if isinstance(item, Article)}
    public = {id_ for id_, article in articles.items() if article.audience is Audience.PUBLIC}
    assert all(meaning <= public for each in questions for meaning in each.meant)
    kinds = Counter(each.kind for each in questions)
    assert sum(kinds[kind] for kind in UNDERSPECIFIED) >= 80 and kinds["specific"] >= 80 and kinds["nothing"] >= 20
    assert len({each.text for each in questions}) == len(questions)
    assert all(len(each.meant) > 1 for each in questions if each.kind in UNDERSPECIFIED)
    aside = sum(each.set_aside for each in questions)
    assert 0.4 < aside / len(questions) < 0.6


@pytest.mark.parametrize(
    "row",
    ['{"text": "a"}', '{"text": "a", "kind": "topic"}', '{"text": "a", "kind": "topic", "meant": [[]]}', "nonsense"],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, row: str) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(row + "\n")
    with pytest.raises(DatasetError) as refused:
        read_questions(file)
    assert not isinstance(refused.value, FootnoteError) and str(refused.value).endswith(".")
