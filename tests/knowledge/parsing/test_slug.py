import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.parsing.slug import slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("change-email", "change-email"),
        ("v1.2_old", "v1.2_old"),
        ("Store Support/Return an item", "store-support-return-an-item"),
        ("What's the Yún Board’s limit?", "whats-the-yun-boards-limit"),
        ("../../etc/passwd", "etc-passwd"),
        ("4412377144338", "4412377144338"),
    ],
)
def test_readable_text_gives_a_readable_id(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_other_scripts_keep_ids_apart() -> None:
    assert slug("如何更改电子邮件") != slug("如何更改密码")
    assert slug("файл 1") != slug("папка 1")
    assert slug("a" * 300) != slug("a" * 301)


@given(st.text())
def test_an_id_is_always_safe_and_its_own_slug(text: str) -> None:
    found = slug(text)
    assert re.fullmatch(r"[a-z0-9_](?:[a-z0-9._-]{0,198}[a-z0-9_])?", found)
    assert slug(found) == found
