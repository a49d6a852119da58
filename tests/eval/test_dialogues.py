import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.indexing.progress import SilentProgress
from bot.models import Said
from bot.settings import Settings
from eval.dialogues import (
    JOINED,
    KINDS,
    RAW,
    RESOLVED,
    WITHOUT_TITLES,
    Dialogue,
    Query,
    compare_ways,
    load_dialogues,
    measure_dialogues,
    ways_to_ask,
)
from eval.errors import DatasetError
from knowledge.models import Platform

ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = ROOT / "eval" / "datasets" / "corvane_dialogues"
HISTORY = (
    Said(role="user", text="How do I withdraw USDT on ERC20? I use the app."),
    Said(role="assistant", text="Open Assets.", article_ids=("w",)),
)
FOLLOW = Dialogue(id="a", text="and TRC20?", history=HISTORY, relevant={"w": 1}, shape="network")
CHANGE = Dialogue(id="c", text="What are the trading fees?", history=HISTORY, relevant={"f": 1}, kind="topic_change")
KNOWN = Dialogue(id="k", text="and TRC20?", history=(), relevant={"w": 1}, platform=Platform.WEB)
TITLES = {"w": "How do I withdraw?"}


def write(folder: Path, *rows: dict[str, object]) -> Path:
    (folder / "qrels").mkdir(parents=True)
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nd1\tverify-identity\t1\n")
    return folder


def test_the_ways_to_ask() -> None:
    ways = ways_to_ask(TITLES)
    assert ways[RAW](FOLLOW) == ("and TRC20?", Platform.ANY)
    assert ways[RAW](KNOWN) == ("and TRC20?", Platform.WEB)
    assert ways[JOINED](FOLLOW) == ("How do I withdraw USDT on ERC20? I use the app.\nand TRC20?", Platform.ANY)
    text, platform = ways[RESOLVED](FOLLOW)
    assert ("TRC20" in text and "ERC20" not in text, platform) == (True, Platform.APP)
    assert ways[RESOLVED](CHANGE)[0] == ways[WITHOUT_TITLES](CHANGE)[0] == CHANGE.text
    assert ways[RESOLVED](KNOWN) == ways[RAW](KNOWN)


def test_hand_computed_gains_are_paired() -> None:
    found = {"and TRC20?": ["x", "y"], "What are the trading fees?": ["x", "f"]}

    def search(query: Query) -> Sequence[str]:
        return found.get(query[0], ["w"])

    ways = {RAW: ways_to_ask({})[RAW], RESOLVED: ways_to_ask({})[RESOLVED]}
    report = compare_ways("tiny", 9, [FOLLOW, CHANGE], ways, search, SilentProgress())
    rows = {row.dialogues: row for row in report.rows}
    everything = rows["all"]
    assert (everything.n, report.articles) == (2, 9)
    assert everything.success["success@5"][RAW].mean == 0.5
    assert everything.success["success@5"][RESOLVED].mean == 1
    assert everything.success["success@1"][RESOLVED].mean == 0.5
    assert everything.gain["success@5"].mean == 0.5
    assert rows["shape: network"].gain["success@5"].mean == 1
    assert rows["shape: topic_change"].gain["success@5"].mean == 0
    assert {half: rows[half].n for half in ("tune", "report") if half in rows} == {
        each.half: sum(other.half == each.half for other in (FOLLOW, CHANGE)) for each in (FOLLOW, CHANGE)
    }
    written = report.to_json()["rows"][0]
    assert written["metrics"]["success@5"][RESOLVED]["mean"] == 1.0
    assert written["gain"]["success@5"]["mean"] == 0.5


def test_only_misses_of_the_tuning_half_are_told() -> None:
    dialogues = [Dialogue(id=f"d{n}", text="hello fees", history=(), relevant={"w": 1}) for n in range(12)]
    ways = ways_to_ask({})
    report = compare_ways("tiny", 1, dialogues, ways, lambda _: [], SilentProgress())
    tuned = {each.id for each in dialogues if each.half == "tune"}
    assert set(report.missed) == tuned and 0 < len(tuned) < 12


def test_dialogues_are_read(tmp_path: Path) -> None:
    turns = [{"role": "user", "text": "a"}, {"role": "assistant", "text": "b", "kind": "clarify", "article_ids": ["w"]}]
    row = {"_id": "d1", "text": "t", "kind": "topic_change", "platform": "app", "history": turns}
    unjudged = {"_id": "d2", "text": "t", "history": []}
    (dialogue,) = load_dialogues(write(tmp_path / "set", row, unjudged))
    assert (dialogue.kind, dialogue.platform, dialogue.relevant) == (
        "topic_change",
        Platform.APP,
        {"verify-identity": 1},
    )
    assert dialogue.history[1] == Said(role="assistant", text="b", kind="clarify", article_ids=("w",))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "other"}, "kind is 'other'"),
        ({"platform": "fridge"}, "fridge"),
        ({"history": [{"role": "robot", "text": "x"}]}, "robot"),
        ({"history": [{"role": "user"}]}, "text"),
        ({"history": 3}, "cannot be read"),
        ({"history": None}, "cannot be read"),
    ],
)
def test_what_is_no_dialogue_is_a_sentence(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    folder = write(tmp_path / "set", {"_id": "d1", "text": "t", "history": [], **change})
    with pytest.raises(DatasetError, match=sentence):
        load_dialogues(folder)


def test_a_folder_without_dialogues_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"have no queries\.jsonl"):
        load_dialogues(tmp_path)
    with pytest.raises(DatasetError, match="No dialogue"):
        load_dialogues(write(tmp_path / "set", {"_id": "d2", "text": "t", "history": []}))


def test_the_sample_help_center_is_searched(tmp_path: Path, letter_settings: Settings) -> None:
    history = [{"role": "user", "text": "How do I verify my identity?"}, {"role": "assistant", "text": "Open it."}]
    folder = write(tmp_path / "set", {"_id": "d1", "text": "how long does that take?", "history": history})
    report = measure_dialogues(folder, letter_settings, SilentProgress())
    assert report.dataset == "set" and report.articles > 50
    assert set(report.rows[0].success["success@5"]) == {RAW, JOINED, RESOLVED, WITHOUT_TITLES}
    assert not letter_settings.index_folder.exists()


def test_the_shipped_dialogues_are_what_was_asked_for() -> None:
    dialogues = load_dialogues(SHIPPED)
    articles = {path.stem for path in (ROOT / "knowledge" / "articles").glob("*.md")}
    kinds = [dialogue.kind for dialogue in dialogues]
    assert len(dialogues) >= 150 and kinds.count(KINDS[1]) >= 30
    assert {id_ for dialogue in dialogues for id_ in dialogue.relevant} <= articles
    assert {id_ for dialogue in dialogues for said in dialogue.history for id_ in said.article_ids} <= articles
    assert len({(dialogue.text, dialogue.history) for dialogue in dialogues}) == len(dialogues)
    assert all(dialogue.history and dialogue.history[-1].role == "assistant" for dialogue in dialogues)
    halves = [dialogue.half for dialogue in dialogues]
    assert 0.4 < halves.count("tune") / len(halves) < 0.6
