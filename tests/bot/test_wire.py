from datetime import date

from bot.models import Answer, Citation, Clarify, Handoff, HandoffReason, Hit, Notice, Search
from bot.wire import candidate_to_json, hit_to_json, reply_to_json, trace_to_json
from knowledge.models import Action, Passage

THRESHOLD = {"threshold": 0.45, "threshold_from": "It was given."}
CITATION = Citation(
    number=1,
    article_id="fees",
    title="Fees",
    heading="Web",
    url="http://h/help/fees",
    quote="Text.",
    start=3,
    end=8,
    updated_at=date(2026, 2, 9),
)
HIT = Hit(
    Passage(
        id="00000000000000f", article_id="fees", title="Fees", heading="Web", url=None, text="Text.", start=3, end=8
    ),
    0.12345678,
    {"dense": 0.98765432},
)
FIELDS = {"kind", "text", "citations", "actions", "confidence", "reason", "options"}


def test_an_answer() -> None:
    action = Action("See fees", "https://www.corvane.example/fees")
    told = reply_to_json(
        Answer(text="Text. [1]", citations=(CITATION,), actions=((action, "fees"),), confidence=0.93456)
    )
    assert set(told) == FIELDS
    assert (told["kind"], told["confidence"], told["reason"], told["options"]) == ("answer", 0.9346, None, [])
    assert told["actions"] == [{"label": "See fees", "url": "https://www.corvane.example/fees", "article_id": "fees"}]
    assert told["citations"] == [
        {
            "number": 1,
            "article_id": "fees",
            "title": "Fees",
            "heading": "Web",
            "url": "http://h/help/fees",
            "quote": "Text.",
            "start": 3,
            "end": 8,
            "updated_at": "2026-02-09",
        }
    ]


def test_every_other_kind_has_every_field_and_no_citations() -> None:
    clarify = reply_to_json(Clarify(text="Which?", options=("a", "b"), confidence=0.4))
    handoff = reply_to_json(Handoff(text="…", reason=HandoffReason.LOW_CONFIDENCE, confidence=0.1))
    notice = reply_to_json(Notice(text="Hello", confidence=0.0))
    assert all(set(told) == FIELDS and told["citations"] == [] for told in (clarify, handoff, notice))
    assert (clarify["options"], handoff["reason"], notice["kind"]) == (["a", "b"], "low_confidence", "notice")


def test_a_hit_and_a_candidate() -> None:
    hit = hit_to_json(1, HIT, "web", None, "http://h/help/fees")
    assert (hit["rank"], hit["score"], hit["platform"], hit["updated_at"]) == (1, 0.123457, "web", None)
    candidate = candidate_to_json(2, HIT)
    assert (candidate["passage_id"], candidate["signals"]) == ("00000000000000f", {"dense": 0.987654})


def test_a_trace_tells_how_the_reply_came_about() -> None:
    handoff = Handoff(text="…", reason=HandoffReason.LOW_CONFIDENCE, confidence=0.12345)
    search = Search(
        text="What then?",
        generation=3,
        hits=(HIT,),
        weights={"dense": 0.123456},
        corrections=(("thne", "then"),),
        lesser_modes=("No token vectors.",),
    )
    trace = trace_to_json("What thne?", handoff, THRESHOLD, "abc", search)
    assert (trace["question"], trace["rewritten_question"]) == ("What thne?", "What then?")
    assert (trace["corrections"], trace["lesser_modes"]) == ({"thne": "then"}, ["No token vectors."])
    assert (trace["index_generation"], trace["config_hash"]) == (3, "abc")
    assert trace["weights"] == {"dense": 0.1235}
    assert trace["candidates"] == [candidate_to_json(1, HIT)]
    decided = {"kind": "handoff", "reason": "low_confidence", "confidence": 0.1235}
    assert trace["decision"] == {**decided, **THRESHOLD}


def test_a_reply_without_a_search_has_a_trace_of_the_same_fields() -> None:
    notice = Notice(text="Hello", confidence=0.0)
    trace = trace_to_json("hi", notice, THRESHOLD, "abc", None)
    found = Search(text="hi", generation=3, hits=(), weights={})
    assert set(trace) == set(trace_to_json("hi", notice, THRESHOLD, "abc", found))
    assert (trace["rewritten_question"], trace["candidates"], trace["index_generation"]) == ("hi", [], None)
    assert trace["corrections"] == trace["weights"] == {}
    assert trace["lesser_modes"] == []
