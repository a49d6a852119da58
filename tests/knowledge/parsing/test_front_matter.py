from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import ArticleError
from knowledge.models import Action, Audience, Platform
from knowledge.parsing.front_matter import MOST_QUESTIONS, read_front_matter, split_front_matter


def test_front_matter_is_split_off() -> None:
    values, text = split_front_matter("---\nid: 0123\nlocale: no\ntitle: 'A: b'\nempty:\n---\n\nBody\n---\n", "a.md")
    assert values == {"id": "0123", "locale": "no", "title": "A: b", "empty": None}
    assert text == "\nBody\n---\n"


@pytest.mark.parametrize(
    "text",
    ["", "Body", "# ---\n", "text\n---\nid: 1\n---\n", "---\n\nA rule above, no front matter.\n", "--- \nJust words\n"],
)
def test_text_without_front_matter_is_left_alone(text: str) -> None:
    assert split_front_matter(text, "a.md") == ({}, text)


def test_empty_front_matter_windows_lines_and_a_byte_order_mark() -> None:
    assert split_front_matter("---\n---\nBody", "a.md") == ({}, "Body")
    assert split_front_matter("\ufeff---\r\nid: x\r\n---\r\nBody", "a.md") == ({"id": "x"}, "Body")
    assert split_front_matter("---\nid: x\n...\nBody", "a.md") == ({"id": "x"}, "Body")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nid: [1\n---\n", "not valid YAML"),
        ("---\n- a\n- b\n---\n", 'no list of "key: value" lines'),
        ("---\njust words\n---\n", 'no list of "key: value" lines'),
        ("---\n1: x\n? [a]\n: b\n---\n", "YAML"),
        ("---\nid: x\ntitle: y\n\nBody", "never closed"),
        ("---\nid: !!python/object/apply:os.system [ls]\n---\n", "not valid YAML"),
        ("---\nx: " + "[" * 5000 + "\n---\n", "not valid YAML"),
    ],
)
def test_broken_front_matter_is_named(text: str, said: str) -> None:
    with pytest.raises(ArticleError, match=r"folder/a\.md") as raised:
        split_front_matter(text, "folder/a.md")
    assert said in str(raised.value)


@given(st.text(alphabet="-\n:[]{}&*!|>'\"%@`a1 #?,\t"))
def test_anything_is_split_or_refused(text: str) -> None:
    try:
        values, rest = split_front_matter(f"---\n{text}\n---\nBody", "a.md")
    except ArticleError:
        return
    assert isinstance(values, dict)
    assert rest.endswith("Body")


def test_all_fields() -> None:
    front = read_front_matter(
        {
            "id": 7,
            "title": " A  title ",
            "url": "https://help.example/a b",
            "section": "Product Documents",
            "platform": "WEB",
            "audience": "Internal",
            "locale": "de",
            "published_at": "May 14, 2025",
            "updated_at": datetime(2026, 2, 9, 23, 0),
            "views": "1,897",
            "actions": [{"label": "Change", "url": "https://x.example/y", "icon": "z"}],
            "supersedes": ["Old One", 3],
            "questions": ["Wrong  inbox?", "", "404", "Wrong inbox?"],
            "position": 4,
        },
        "a.md",
    )
    assert (front.id, front.title) == ("7", "A title")
    assert front.fields() == {
        "url": "https://help.example/a%20b",
        "section": "product-documents",
        "platform": Platform.WEB,
        "audience": Audience.INTERNAL,
        "locale": "de",
        "published_at": date(2025, 5, 14),
        "updated_at": date(2026, 2, 9),
        "views": 1897,
        "actions": (Action("Change", "https://x.example/y"),),
        "supersedes": ("Old One", "3"),
        "questions": ("Wrong inbox?", "404"),
    }


def test_defaults_stand_in_for_what_is_missing_or_empty() -> None:
    front = read_front_matter({"title": None, "section": "", "views": None}, "a.md")
    assert (front.id, front.title, front.section, front.views) == (None, None, "faq", None)
    assert front.fields()["audience"] is Audience.PUBLIC


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-02-09", date(2026, 2, 9)),
        ("2026-02-09T23:30:00Z", date(2026, 2, 9)),
        ("14 May 2025", date(2025, 5, 14)),
        ("26 Sept 2023", date(2023, 9, 26)),
        ("Aug 26, 2025", date(2025, 8, 26)),
        (date(2025, 1, 2), date(2025, 1, 2)),
    ],
)
def test_dates(written: object, day: date) -> None:
    assert read_front_matter({"updated_at": written}, "a.md").updated_at == day


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("updated_at", "2026-02-30"),
        ("updated_at", "May 2025"),
        ("updated_at", "05/06/2025"),
        ("updated_at", "soon"),
        ("updated_at", 20250514),
        ("views", "many"),
        ("views", -1),
        ("views", True),
        ("views", "1,89"),
        ("platform", "fridge"),
        ("audience", "everyone"),
        ("url", "javascript:alert(1)"),
        ("url", "//evil.example"),
        ("actions", [{"label": "x", "url": "http://x.example"}]),
        ("actions", [{"label": "x", "url": "https://"}]),
        ("actions", [{"url": "https://x.example"}]),
        ("actions", "Change"),
        ("title", True),
        ("id", ["x"]),
        ("supersedes", {"a": "b"}),
        ("questions", {"a": "b"}),
        ("questions", [["a"]]),
        ("questions", [f"Question {number}?" for number in range(MOST_QUESTIONS + 1)]),
    ],
)
def test_a_wrong_value_is_named_with_its_field(field: str, value: object) -> None:
    with pytest.raises(ArticleError, match=rf"front matter of a\.md cannot be used: {field}"):
        read_front_matter({field: value}, "a.md")


@pytest.mark.parametrize("value", ['!!bool "q"', '!!int ""', "!!timestamp x", '!!float ""'])
def test_a_value_that_does_not_fit_its_tag_is_a_sentence(value: str) -> None:
    with pytest.raises(ArticleError, match=r"front matter of a\.md is not valid YAML"):
        split_front_matter(f"---\ntitle: {value}\n---\nBody", "a.md")
