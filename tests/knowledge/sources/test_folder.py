import os
from datetime import date
from pathlib import Path

import pytest

from knowledge.errors import SourceError
from knowledge.models import Article, Platform, Rejected
from knowledge.sources.folder import LARGEST, FolderSource


def write(root: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def read(root: Path) -> tuple[dict[str, Article], dict[str, str]]:
    found = list(FolderSource(root).read())
    articles = {item.origin: item for item in found if isinstance(item, Article)}
    rejected = {item.origin: item.sentence for item in found if isinstance(item, Rejected)}
    assert len(articles) + len(rejected) == len(found)
    return articles, rejected


def test_articles_are_read_in_the_order_of_their_paths(tmp_path: Path) -> None:
    write(
        tmp_path,
        b_DOT_md="---\nid: Fees!\ntitle: Fees\nplatform: web\nupdated_at: 2026-02-09\n---\n# Fees\n\nNone.\n",
        a__Close_DOT_html="<title>Help</title><h1>Close <b>it</b></h1><p>Gone.</p>",
        c_DOT_htm="<title>Only a title</title><p>Text.</p>",
        **{"d-e_DOT_md": "Text without a title."},
        notes_DOT_txt="no article",
        _DOT_git__x_DOT_md="hidden",
        _DOT_hidden_DOT_md="hidden",
    )
    source = FolderSource(tmp_path)
    found = [item for item in source.read() if isinstance(item, Article)]
    assert [(item.id, item.title, item.body, item.origin) for item in found] == [
        ("a-close", "Close it", "Gone.", "a/Close.html"),
        ("Fees!", "Fees", "None.", "b.md"),
        ("c", "Only a title", "Text.", "c.htm"),
        ("d-e", "d e", "Text without a title.", "d-e.md"),
    ]
    assert found[1].platform is Platform.WEB
    assert found[1].updated_at == date(2026, 2, 9)
    assert source.complete
    assert source.key == f"folder:{tmp_path.resolve()}"
    assert {item.source for item in found} == {source.key}


def test_the_first_heading_leaves_the_body_only_as_the_title(tmp_path: Path) -> None:
    write(tmp_path, a_DOT_md="# One\n\nText.", b_DOT_md="---\ntitle: Other\n---\n# One\n\nText.")
    articles, _ = read(tmp_path)
    assert (articles["a.md"].title, articles["a.md"].body) == ("One", "Text.")
    assert (articles["b.md"].title, articles["b.md"].body) == ("Other", "# One\n\nText.")


def test_bad_files_are_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        good_DOT_md="Text.",
        binary_DOT_md=b"\x89PNG\x00\x01",
        latin_DOT_md="Gebühr".encode("latin-1"),
        broken_DOT_md="---\nid: [\n---\nText.",
        empty_DOT_md="---\nid: empty\n---\n<!-- nothing -->\n",
        only_DOT_md="# Only a title",
        deep_DOT_html="<div>" * 1000 + "x",
        odd_DOT_html='<p>a</p><iframe><![><img src="]><img src=x>',
        one_DOT_md="---\nid: same\n---\nText.",
        two_DOT_md="---\nid: same\n---\nText.",
    )
    (tmp_path / "large.md").write_bytes(b"a" * (4 * LARGEST))
    articles, rejected = read(tmp_path)
    assert set(articles) == {"good.md", "one.md"}
    assert rejected["large.md"] == "large.md has 20 MB; the limit is 5 MB: split it."
    assert "binary file" in rejected["binary.md"]
    assert "not UTF-8 text (byte 3)" in rejected["latin.md"]
    assert "front matter of broken.md" in rejected["broken.md"]
    assert "no text below its title" in rejected["empty.md"]
    assert "no text below its title" in rejected["only.md"]
    assert "nested too deep" in rejected["deep.html"]
    assert "HTML that cannot be read" in rejected["odd.html"]
    assert rejected["two.md"].startswith('two.md has the id "same", and so has one.md')


def test_a_rejected_article_leaves_its_id_to_the_next(tmp_path: Path) -> None:
    write(tmp_path, a_DOT_md="---\nid: same\n---\n", b_DOT_md="---\nid: same\n---\nText.")
    articles, rejected = read(tmp_path)
    assert set(articles) == {"b.md"}
    assert set(rejected) == {"a.md"}


def test_paths_that_slug_alike_keep_ids_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, **{"a b_DOT_md": "x", "a-b_DOT_md": "y"})
    articles, rejected = read(tmp_path)
    assert not rejected
    assert len({article.id for article in articles.values()}) == 2


def test_links_that_lead_out_are_rejected(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    write(tmp_path, in__a_DOT_md="x", out__b_DOT_md="SECRET")
    (inside / "link.md").symlink_to(outside / "b.md")
    (inside / "folder").symlink_to(outside, target_is_directory=True)
    (inside / "picture.png").symlink_to(outside / "b.md")
    (inside / "broken.md").symlink_to(inside / "none.md")
    (inside / "same.md").symlink_to(inside / "a.md")
    articles, rejected = read(inside)
    assert set(articles) == {"a.md", "same.md"}
    assert set(rejected) == {"link.md", "folder", "broken.md"}
    assert "leads out of the folder" in rejected["link.md"]


def test_a_folder_without_articles_or_that_is_gone_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, x__notes_DOT_txt="no article")
    with pytest.raises(SourceError, match=r"holds no article: put files ending in \.md, \.html, \.htm into it"):
        list(FolderSource(tmp_path).read())
    with pytest.raises(SourceError, match="is not there"):
        list(FolderSource(tmp_path / "none").read())


def test_a_single_file_is_a_source(tmp_path: Path) -> None:
    write(tmp_path, a_DOT_md="Text.", b_DOT_md="Other.")
    source = FolderSource(tmp_path / "a.md")
    (article,) = source.read()
    assert isinstance(article, Article)
    assert (article.id, article.origin, article.body) == ("a", "a.md", "Text.")
    assert source.key == f"file:{(tmp_path / 'a.md').resolve()}"


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    write(tmp_path, a_DOT_md="Text.", b_DOT_md="---\nid: a\n---\nOther.")
    source = FolderSource(tmp_path)
    assert list(source.read()) == list(source.read())


def test_a_pipe_is_put_aside_and_never_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    write(tmp_path, good_DOT_md="Text.")
    articles, rejected = read(tmp_path)
    assert list(articles) == ["good.md"]
    assert "is a pipe or a socket" in rejected["pipe.md"]
