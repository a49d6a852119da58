from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.checking.support import Logistic, Nearness, SupportModel
from bot.answering.citations import cite
from bot.answering.verification import (
    Verdict,
    contradiction,
    exact,
    intact,
    objection_to,
    stands_verbatim,
    still_standing,
    verify,
)
from knowledge.models import Article, Passage, passage_id

BODY = "A withdrawal costs **1.5 USDT** on TRC20. It takes 10 minutes.\n\n- It cannot be reversed."
ARTICLE = Article(id="fees", title="Fees", body=BODY)
TERMS = Logistic(-5.0, {"terms": 10.0}, 0.5)
COSINE = Logistic(-5.0, {"cosine": 10.0}, 0.6)
MODEL = SupportModel(near=COSINE, words=TERMS, provenance="by hand")


def passage(start: int = 0, end: int = len(BODY)) -> Passage:
    text = BODY[start:end]
    return Passage(
        id=passage_id("fees", "Fees", "", text),
        article_id="fees",
        title="Fees",
        heading="",
        url=None,
        text=text,
        start=start,
        end=end,
    )


@pytest.mark.parametrize(
    "sentence",
    ["A withdrawal costs 1.5 USDT on TRC20.", "- It cannot be reversed. [1]", "It takes **10 minutes**."],
)
def test_a_sentence_of_the_passage_is_supported_whatever_the_model_says(sentence: str) -> None:
    assert stands_verbatim(sentence, BODY)
    assert verify(sentence, BODY, model=MODEL, nearness=Nearness(0, 0, 0)) == Verdict(True, 1.0, 0.6, "")


@pytest.mark.parametrize("sentence", ["It takes 10", "be reversed.", "", "It can be reversed."])
def test_a_part_of_a_sentence_is_not_one_of_the_passage(sentence: str) -> None:
    assert not stands_verbatim(sentence, BODY)


def test_a_wrong_claim_is_refused_however_near_the_sentence_is() -> None:
    verdict = verify("A withdrawal costs 2.5 USDT on TRC20.", BODY, model=MODEL, nearness=Nearness(1, 1, 1))
    assert (verdict.supported, verdict.score) == (False, 0.0)
    assert "2.5 USDT" in verdict.why


def test_without_a_wrong_claim_the_score_decides() -> None:
    sentence = "Withdrawing on TRC20 costs 1.5 USDT."
    near = verify(sentence, BODY, model=MODEL, nearness=Nearness(0.9, 0, 0))
    far = verify(sentence, BODY, model=MODEL, nearness=Nearness(0.1, 0, 0))
    assert near.supported and near.why == "" and near.score == pytest.approx(0.982, abs=1e-3)
    assert not far.supported and far.threshold == 0.6 and "0.02" in far.why


def test_without_an_encoder_words_decide() -> None:
    assert verify("Withdrawing on TRC20 costs 1.5 USDT.", BODY, model=MODEL).supported
    assert not verify("Bananas grow in the garden.", BODY, model=MODEL).supported


def test_title_and_headings_say_what_the_passage_leaves_unsaid() -> None:
    assert objection_to("On the website, it takes 10 minutes.", BODY) is not None
    assert objection_to("On the website, it takes 10 minutes.", BODY, "Withdraw on the website") is None


def test_the_whole_article_speaks_against_what_one_passage_bears() -> None:
    fee, least = "The fee on TRC20 is 1.5 USDT.", "You withdraw at least 5 USDT."
    article = replace(ARTICLE, body=f"{fee}\n\n{least}")
    wrong = "The fee on TRC20 is 5 USDT."
    assert objection_to(wrong, least, "Fees on TRC20") is None
    assert contradiction(wrong, article) is not None
    assert contradiction(fee, article) is None
    assert contradiction("On TRC20 the fee is 1.5 USDT.", article) is None


@pytest.mark.parametrize("sentence", ["", "   ", "**", "[1]", "The."])
def test_a_sentence_that_says_nothing_is_refused(sentence: str) -> None:
    assert not verify(sentence, BODY, model=MODEL).supported


def test_a_quote_is_exact_or_it_is_not() -> None:
    citation = cite(ARTICLE, 0, 20, 1, "")
    assert exact(citation, BODY)
    assert not exact(citation, "B" + BODY[1:])
    assert not exact(citation, BODY[:10])
    assert not exact(replace(citation, start=-3), BODY)
    assert not exact(replace(citation, quote="", end=0), BODY)


@given(st.integers(0, len(BODY) - 1), st.characters(codec="utf-8"))
def test_any_changed_character_of_a_quote_is_seen(place: int, other: str) -> None:
    corrupted = BODY[:place] + other + BODY[place + 1 :]
    assert exact(cite(ARTICLE, 0, len(BODY), 1, ""), corrupted) == (corrupted == BODY)


def test_a_passage_is_intact_when_text_and_id_are_the_indexed_ones() -> None:
    assert intact(passage(), ARTICLE)
    assert intact(passage(0, 40), ARTICLE)
    assert not intact(replace(passage(), text=BODY.replace("1.5", "9.5")), ARTICLE)
    corrupted = replace(ARTICLE, body=BODY.replace("1.5", "9.5"))
    assert not intact(passage(), corrupted)
    assert not intact(replace(passage(), text=corrupted.body), corrupted)
    assert not intact(replace(passage(), article_id="other"), ARTICLE)


def test_equal_passages_under_one_heading_are_known_by_their_number() -> None:
    again = replace(passage(), id=passage_id("fees", "Fees", "", BODY, repeat=3))
    assert intact(again, ARTICLE)


def pieces() -> list[tuple[str, tuple]]:  # type: ignore[type-arg]
    second = BODY.index("It takes")
    third = BODY.index("It cannot")
    spans = {"first": (0, second - 1), "second": (second, third - 4), "third": (third, len(BODY))}
    return [(name, (cite(ARTICLE, *span, 1, ""),)) for name, span in spans.items()]


def test_all_stand_while_nothing_is_corrupted() -> None:
    found = still_standing(pieces(), {"fees": ARTICLE}, [passage()])
    assert [piece for piece, _ in found] == ["first", "second", "third"]
    assert found[0][1] == pieces()[0][1]


def test_a_corrupted_body_takes_what_rested_on_it() -> None:
    corrupted = replace(ARTICLE, body=BODY.replace("1.5", "9.5"))
    found = still_standing(pieces(), {"fees": corrupted}, [])
    assert [piece for piece, _ in found] == ["second", "third"]


def test_a_corrupted_passage_takes_all_that_touches_it() -> None:
    cut = BODY.index("It takes")
    damaged = replace(passage(0, cut), text="Something else.")
    found = still_standing(pieces(), {"fees": ARTICLE}, [damaged, passage(cut, len(BODY))])
    assert [piece for piece, _ in found] == ["second", "third"]


def test_a_piece_stands_on_all_its_citations_and_none_without() -> None:
    (_, first), (_, second), _ = pieces()
    corrupted = replace(ARTICLE, body=BODY.replace("1.5", "9.5"))
    assert still_standing([("both", (*first, *second)), ("none", ())], {"fees": corrupted}, []) == ()
    assert still_standing(pieces(), {}, []) == ()
