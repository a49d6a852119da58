"""What counts as the version that fits, asked of a scripted assistant."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.models import Answer, Citation, Handoff, HandoffReason, Reply
from eval.errors import DatasetError
from eval.twins import TWINS_FILE, TwinQuestion, ask_all, judged, read_questions, wilson
from knowledge.models import Article, Platform
from knowledge.sources.folder import FolderSource

ROOT = Path(__file__).resolve().parents[2]
ANY, APP, WEB = Platform.ANY, Platform.APP, Platform.WEB
FAMILY = frozenset({"close-app", "close-web"})
QUESTION = TwinQuestion("q1", "how do i close it", FAMILY, {WEB: "close-web", APP: "close-app"})
NAMED = TwinQuestion("q2", "close it in the app", FAMILY, dict.fromkeys(Platform, "close-app"), APP)


class Counted:
    """Progress that counts."""

    def __init__(self) -> None:
        self.done = 0

    def stage(self, title: str, total: int) -> None:
        """Nothing to show."""

    def advance(self, count: int) -> None:
        self.done += count


def answer(*cited: str, heading: str = "") -> Answer:
    citations = tuple(
        Citation(
            number=number,
            article_id=id_,
            title=id_,
            heading=heading,
            url="",
            quote="x",
            start=0,
            end=1,
            updated_at=None,
        )
        for number, id_ in enumerate(cited, start=1)
    )
    return Answer(text="x [1]", citations=citations, confidence=0.9)


HANDOFF = Handoff(text="", reason=HandoffReason.LOW_CONFIDENCE, confidence=0.1)


@pytest.mark.parametrize(
    ("platform", "reply", "fits", "twice"),
    [
        (WEB, answer("close-web"), True, False),
        (WEB, answer("close-web", "fees"), True, False),
        (WEB, answer("close-app"), False, False),
        (APP, answer("close-app", "close-web"), False, True),
        (APP, answer("fees"), None, False),
        (APP, HANDOFF, None, False),
        (ANY, answer("close-app"), None, False),
        (ANY, answer("close-app", "close-web"), None, True),
        (APP, answer("close-app", heading="Steps › On the web"), False, False),
        (APP, answer("close-app", heading="Steps › On the app"), True, False),
        (APP, answer("close-app", heading="Before you start"), True, False),
    ],
)
def test_one_answer(platform: Platform, reply: Reply, fits: bool | None, twice: bool) -> None:
    row = judged(QUESTION, platform, reply, [FAMILY])
    assert (row.fits, row.twice, row.answered) == (fits, twice, isinstance(reply, Answer))


def test_a_question_that_names_the_platform_means_it() -> None:
    assert judged(NAMED, WEB, answer("close-app", heading="On the app"), [FAMILY]).fits is True
    assert judged(NAMED, WEB, answer("close-web"), [FAMILY]).fits is False


def test_two_of_another_family_are_cited_twice_too() -> None:
    other = frozenset({"fees", "fees-2024"})
    assert judged(QUESTION, WEB, answer("close-web", "fees", "fees-2024"), [FAMILY, other]).twice


def test_figures_by_hand() -> None:
    progress = Counted()
    replies: dict[Platform, Reply] = {WEB: answer("close-web"), APP: answer("close-web"), ANY: HANDOFF}
    report = ask_all([QUESTION], lambda _, platform: replies[platform], progress).to_json()
    assert progress.done == 3
    given = report["platform_given"]
    assert (given["asked"], given["answered"], given["cited_the_family"]) == (2, 2, 2)
    assert (given["version_fits"]["share"], given["version_fits"]["n"]) == (0.5, 2)
    assert given["family_cited_twice"]["share"] == 0
    assert report["any"]["version_fits"] == {"share": None, "n": 0, "interval_95": [0.0, 1.0]}
    assert report["unfit"] == [("app", QUESTION.text, ["close-web"])]


def test_wilsons_interval_by_hand() -> None:
    assert wilson(0, 0) == (0, 1)
    assert wilson(100, 100) == pytest.approx((0.963, 1.0), abs=0.001)
    assert wilson(50, 100) == pytest.approx((0.404, 0.596), abs=0.001)


@pytest.mark.parametrize(
    "row",
    [
        {"fits": {"web": "a"}},
        {"family": ["a"]},
        {"family": ["a"], "fits": {"phone": "a"}},
        {"family": ["a"], "fits": {"web": "b"}},
        {"family": ["a"], "fits": ["a"]},
        {"family": ["a"], "fits": {"web": "a"}, "says": "phone"},
    ],
)
def test_a_row_that_cannot_be_read(tmp_path: Path, row: dict[str, object]) -> None:
    file = tmp_path / "twins.jsonl"
    file.write_text(json.dumps({"_id": "q7", "text": "how", **row}), encoding="utf-8")
    with pytest.raises(DatasetError, match="q7"):
        read_questions(file)


def test_the_shipped_questions_are_about_articles_that_there_are() -> None:
    articles = {
        item.id: item for item in FolderSource(ROOT / "knowledge" / "articles").read() if isinstance(item, Article)
    }
    questions = read_questions(TWINS_FILE)
    assert len(questions) >= 100
    assert not [text for text, count in Counter(question.text.lower() for question in questions).items() if count > 1]
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        assert question.family <= set(articles)
        for platform, id_ in question.fits.items():
            assert articles[id_].platform in (ANY, question.says or platform)
