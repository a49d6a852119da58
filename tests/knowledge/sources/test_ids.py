import pytest

from knowledge.errors import ArticleError
from knowledge.sources.ids import LONGEST, Ids


def test_a_second_article_with_the_same_id_is_refused_by_name() -> None:
    ids = Ids()
    assert ids.own("fees", "a.md") == "fees"
    with pytest.raises(ArticleError, match=r'b\.md has the id "fees", and so has a\.md'):
        ids.own("fees", "b.md")


def test_an_id_stays_as_it_is_written() -> None:
    assert Ids().own("docs/Fees & Limits.md", "a.md") == "docs/Fees & Limits.md"


@pytest.mark.parametrize("written", ["", "a\x00b", "a\nb", "a\ud800", "x" * (LONGEST + 1)])
def test_an_id_that_cannot_stand_in_an_address_is_refused(written: str) -> None:
    with pytest.raises(ArticleError, match=r"a\.md has the id .* printable characters"):
        Ids().own(written, "a.md")


def test_slugs_that_collide_are_told_apart() -> None:
    ids = Ids()
    assert ids.derived("a b", "a b.md") == "a-b"
    assert ids.derived("a-b", "a-b.md").startswith("a-b-")
    assert ids.derived("a/b", "a/b.md").startswith("a-b-")
    with pytest.raises(ArticleError, match=r"a-b\.md and a-b\.md have names that give one id"):
        ids.derived("a-b", "a-b.md")


def test_an_id_taken_by_a_path_is_refused_to_another_article() -> None:
    ids = Ids()
    ids.derived("fees", "fees.md")
    with pytest.raises(ArticleError, match=r"x\.md has the id"):
        ids.own("fees", "x.md")


@pytest.mark.parametrize("written", [".", "..", "a/../b", "./a"])
def test_an_id_that_a_browser_resolves_is_refused(written: str) -> None:
    with pytest.raises(ArticleError, match="a browser takes for another address"):
        Ids().own(written, "a.md")
