import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.history import MOST_CHARACTERS, MOST_MESSAGES, read_history, said_in
from bot.errors import RequestRefused
from bot.models import Said, Turn


def test_messages_are_read_in_their_order() -> None:
    text = json.dumps(
        [
            {"role": "user", "text": "How do I change my email?", "at": "today"},
            {"role": "assistant", "text": "Which one?", "kind": "clarify"},
            {"role": "user", "text": "The web", "kind": "answer"},
            {"role": "assistant", "text": "Like this.", "kind": "sermon"},
        ]
    )
    assert read_history(text) == (
        Said(role="user", text="How do I change my email?"),
        Said(role="assistant", text="Which one?", kind="clarify"),
        Said(role="user", text="The web"),
        Said(role="assistant", text="Like this."),
    )
    assert read_history("[]") == ()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "not JSON"),
        ("nonsense", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"role": "user"}', "no list"),
        ("null", "no list"),
        ('["hello"]', "Message 1 of the history is no object"),
        ('[{"role": "user", "text": "a"}, {"role": "system", "text": "b"}]', "Message 2 of the history has the role"),
        ('[{"text": "a"}]', "role 'None'"),
        ('[{"role": ["user"], "text": "a"}]', "has the role"),
        ('[{"role": "user"}]', "has no text"),
        ('[{"role": "user", "text": " "}]', "has no text"),
        ('[{"role": "user", "text": 7}]', "has no text"),
        (json.dumps([{"role": "user", "text": "a"}] * (MOST_MESSAGES + 1)), "at most 1,000"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(text: str, part: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        read_history(text)
    assert part in str(refused.value) and str(refused.value).endswith(".")


def test_a_long_history_is_read_and_a_lone_surrogate_can_be_stored() -> None:
    assert len(read_history(json.dumps([{"role": "user", "text": "a"}] * 200))) == 200
    (said,) = read_history('[{"role": "user", "text": "a \\ud800 b", "kind": ["answer"]}]')
    assert said.text.encode() == b"a ? b"


def test_a_secret_is_masked_and_a_file_has_an_end() -> None:
    (said,) = read_history('[{"role": "user", "text": "My card is 4111 1111 1111 1111."}]')
    assert "4111" not in said.text
    with pytest.raises(RequestRefused, match="at most 500,000 are read"):
        read_history(json.dumps([{"role": "user", "text": "a" * MOST_CHARACTERS}]))


@given(
    st.text(max_size=80) | st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5).map(json.dumps)
)
def test_whatever_is_given_is_read_or_refused(text: str) -> None:
    try:
        read_history(text)
    except RequestRefused as refused:
        assert str(refused).endswith(".")


def test_stored_turns_say_what_was_asked_and_replied() -> None:
    reply = {
        "kind": "answer",
        "text": "Like this. [1]",
        "citations": [{"article_id": "b"}, {"article_id": "a"}, {"article_id": "b"}],
        "options": [],
    }
    choice = {"kind": "clarify", "text": "Which one?", "citations": [], "options": ["Fees?", "Limits?"]}
    turns = [
        Turn(
            id=f"t{number}",
            conversation_id="c",
            client_message_id=f"m{number}",
            question=f"Question {number}?",
            reply=given,
            trace={},
            asked_at=datetime(2026, 3, 4, tzinfo=UTC),
        )
        for number, given in enumerate((reply, None, choice))
    ]
    assert said_in(turns) == (
        Said(role="user", text="Question 0?"),
        Said(role="assistant", text="Like this. [1]", kind="answer", article_ids=("b", "a")),
        Said(role="user", text="Question 1?"),
        Said(role="user", text="Question 2?"),
        Said(role="assistant", text="Which one?\n- Fees?\n- Limits?", kind="clarify"),
    )
