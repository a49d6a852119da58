from hypothesis import given
from hypothesis import strategies as st

from bot.web.console.boundaries import pieces_of
from knowledge.models import Passage

BODY = "First part.\n\nSecond part.\n\nTail"


def passage(start: int, end: int, body: str = BODY, heading: str = "") -> Passage:
    return Passage(
        id="0", article_id="a", title="T", heading=heading, url=None, text=body[start:end], start=start, end=end
    )


def test_passages_are_cut_out_of_the_text() -> None:
    pieces = pieces_of(BODY, [passage(13, 25, heading="More"), passage(0, 11)])
    assert [(each.text, each.numbers, each.heading) for each in pieces] == [
        ("First part.", (1,), ""),
        ("Second part.", (2,), "More"),
        ("\n\nTail", (), ""),
    ]


def test_where_passages_overlap_both_are_named() -> None:
    assert [each.numbers for each in pieces_of(BODY, [passage(0, 20), passage(13, 31)])] == [(1,), (1, 2), (2,)]


def test_a_text_without_passages_is_one_piece() -> None:
    assert [(each.text, each.numbers) for each in pieces_of(BODY, [])] == [(BODY, ())]
    assert pieces_of("", []) == ()


@given(
    st.text(max_size=80).flatmap(
        lambda body: st.tuples(st.just(body), st.lists(st.tuples(*[st.integers(0, len(body))] * 2)))
    )
)
def test_only_white_space_is_left_out(drawn: tuple[str, list[tuple[int, int]]]) -> None:
    body, spans = drawn
    pieces = pieces_of(body, [passage(min(span), max(span), body) for span in spans if span[0] != span[1]])
    shown = "".join(each.text for each in pieces)
    assert "".join(shown.split()) == "".join(body.split())
    assert all(body[each.start : each.end] == each.text for each in pieces)
