import gzip
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.answering.shelving import Shelf
from bot.assembly import Footnote
from bot.web.app import create_app
from bot.web.pages import STATIC_FOLDER
from bot.web.widget import LOADER_SECONDS, suggestions
from bot.web.widget_assets import FOLDER, LOADER_PARTS, PANEL, assets, joined, loader, version
from knowledge.models import Article
from tests.bot.web.stage import SITE, with_index

FRAME = f"/widget/v1/frame?site={SITE}"
LOADER_BYTES, PANEL_BYTES = 5_000, 50_000
"""What may be sent, compressed: the loader, and everything that the frame loads, in its largest language."""

SITES = """
[sites.site_shop]
name = 'Shop "&" Sons'
origins = ["https://shop.example", "https://*.shop.example"]
colour = "#123456"
logo = "logo.svg"
locales = ["en", "es"]

[sites.site_bare]
name = "Bare"
"""


def policy_of(frame_ancestors: str) -> str:
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'none'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {frame_ancestors}"
    )


@pytest.fixture
def shops(footnote: Footnote, tmp_path: Path) -> TestClient:
    """A server with two sites of a file."""
    (tmp_path / "sites.toml").write_text(SITES, encoding="utf-8")
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    settings = footnote.settings.model_copy(update={"sites_file": tmp_path / "sites.toml"})
    with TestClient(create_app(settings, replace(footnote, settings=settings))) as client:
        yield client


def test_the_loader_is_one_small_script(client: TestClient) -> None:
    response = client.get("/widget/v1/loader.js", headers={"accept-encoding": "gzip"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["cache-control"] == f"public, max-age={LOADER_SECONDS}"
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in response.headers
    assert int(response.headers["content-length"]) <= LOADER_BYTES
    assert not re.search(r"^\s*(import|export) ", response.text, re.MULTILINE)


def test_nothing_is_sent_twice(client: TestClient) -> None:
    for path in ("/widget/v1/loader.js", f"/widget/v1/assets/{version()}/{PANEL}"):
        first = client.get(path, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in first.headers
        assert first.headers["vary"] == "Accept-Encoding"
        again = client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert client.get(path, headers={"if-none-match": '"another"'}).status_code == 200


def test_the_frame_has_a_policy_of_its_own(client: TestClient, shops: TestClient) -> None:
    response = client.get(FRAME)
    assert response.headers["content-security-policy"] == policy_of("'self'")
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cross-origin-embedder-policy"] == "require-corp"
    origins = "'self' https://shop.example https://*.shop.example"
    assert shops.get("/widget/v1/frame?site=site_shop").headers["content-security-policy"] == policy_of(origins)
    assert shops.get("/widget/v1/frame?site=site_bare").headers["content-security-policy"] == policy_of("'self'")


def test_the_frame_is_what_the_panel_starts_from(shops: TestClient) -> None:
    page = shops.get("/widget/v1/frame?site=site_shop").text
    found = dict(re.findall(r'data-(\w+)="([^"]*)"', page))
    values = {name: unescape(value) for name, value in found.items()}
    assert values.pop("suggestions") == json.dumps(["How do I change my email?"])
    assert values == {
        "site": "site_shop",
        "name": 'Shop "&" Sons',
        "origins": "https://shop.example https://*.shop.example",
        "locales": "en es",
        "colour": "#123456",
        "logo": "/widget/v1/logo?site=site_shop",
        "limit": "8000",
    }
    bare = shops.get("/widget/v1/frame?site=site_bare").text
    assert "data-colour" not in bare and "data-logo" not in bare
    assert '<main id="panel"' in bare and '<html lang="en">' in bare


def test_the_frame_loads_nothing_inline_and_everything_for_good(client: TestClient) -> None:
    page = client.get(FRAME).text
    loaded = re.findall(r'<(?:script|link)[^>]*(?:src|href)="(/widget[^"]+)"', page)
    assert f"/widget/v1/assets/{version()}/{PANEL}" in loaded
    for address in loaded:
        response = client.get(address)
        assert response.status_code == 200, address
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


def test_files_of_another_version_are_not_kept(client: TestClient) -> None:
    response = client.get(f"/widget/v1/assets/0123456789ab/{PANEL}")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "name", ["none.js", "../app.py", "..%2f..%2fapp.py", "widget/loader.js", "site.css", "console.css", "%00", ""]
)
def test_only_the_frames_files_are_there(client: TestClient, name: str) -> None:
    response = client.get(f"/widget/v1/assets/{version()}/{name}")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("site", ["", "none", SITE.upper(), "a\0b", '"><script>', "x" * 5000])
@pytest.mark.parametrize("path", ["frame", "logo"])
def test_an_unknown_site_is_refused_and_cannot_be_embedded(client: TestClient, path: str, site: str) -> None:
    response = client.get(f"/widget/v1/{path}", params={"site": site})
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "unknown_site"
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert client.get(f"/widget/v1/{path}").status_code == 403


def test_a_site_without_a_logo_has_none(client: TestClient, shops: TestClient) -> None:
    assert client.get(f"/widget/v1/logo?site={SITE}").status_code == 404
    response = shops.get("/widget/v1/logo?site=site_shop")
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert "script-src 'self'" in response.headers["content-security-policy"]


def test_head_is_answered(client: TestClient) -> None:
    for path in ("/widget/v1/loader.js", FRAME, f"/widget/v1/assets/{version()}/{PANEL}"):
        assert client.head(path).status_code == 200


def test_suggestions_are_the_questions_that_are_read_most() -> None:
    views = {"How?": 5, "A guide": 99, " When？ ": 80, "Why?": None, "Where?": 7, "Who?": 6, "What?": 1}
    articles = [Article(id=title, title=title, body="x", views=count) for title, count in views.items()]
    articles.append(Article(id="es", title="¿Qué?", body="x", views=1000, locale="es_MX"))
    shelf = Shelf("faq", tuple(articles))
    assert suggestions([Shelf("announcements", ()), shelf], "en-GB") == ["When？", "Where?", "Who?", "How?"]
    assert suggestions([shelf], "es") == ["¿Qué?"]
    assert suggestions([Shelf("announcements", shelf.articles)], "en") == []


def test_without_an_index_there_is_a_frame_without_suggestions(footnote: Footnote) -> None:
    with TestClient(create_app(footnote.settings, with_index(footnote, None))) as client:
        assert 'data-suggestions="[]"' in client.get(FRAME).text


def test_the_panel_is_within_its_budget(client: TestClient) -> None:
    catalogs = [len(each.compressed) for name, each in assets().items() if name.startswith("widget/texts/")]
    files = [len(each.compressed) for name, each in assets().items() if not name.startswith("widget/texts/")]
    total = sum(files) + max(catalogs, default=0) + len(gzip.compress(client.get(FRAME).content))
    assert total <= PANEL_BYTES
    assert len(loader().compressed) <= LOADER_BYTES


def test_scripts_of_the_widget_never_read_a_string_as_html() -> None:
    for script in FOLDER.rglob("*.js"):
        source = script.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source), (
            script
        )
        assert len(source.splitlines()) <= 300, script


def test_every_import_of_a_served_script_is_served() -> None:
    for name in assets():
        if not name.endswith(".js"):
            continue
        source = (STATIC_FOLDER / name).read_text(encoding="utf-8")
        for wanted in re.findall(r'^(?:import|export)\b[^"]*?from "([^"]+)"|^import "([^"]+)"', source, re.MULTILINE):
            target = (STATIC_FOLDER / name).parent / "".join(wanted)
            assert target.resolve().relative_to(STATIC_FOLDER).as_posix() in assets(), f"{name} imports {target.name}"


def test_the_loader_has_every_part_after_what_it_imports() -> None:
    seen: set[Path] = set()
    names: list[str] = []
    for part in LOADER_PARTS:
        source = part.read_text(encoding="utf-8")
        for wanted in re.findall(r'from "([^"]+)"', source):
            assert (part.parent / wanted).resolve() in seen, f"{part.name} imports {wanted}"
        names += re.findall(r"^(?:export )?(?:const|let|class|function) (\w+)", source, re.MULTILINE)
        seen.add(part)
    assert len(names) == len(set(names))


def test_modules_are_joined() -> None:
    first = '// About.\n\n/** A number. */\nexport const one = 1;\n\nexport function two() {\n  return "// 2";\n}\n'
    second = 'import { one, two } from "./first.js";\n/**\n * Both.\n */\nconst both = one + two();  // stays\n'
    assert joined([first, second]) == (
        '(() => {\n"use strict";\nconst one = 1;\nfunction two() {\nreturn "// 2";\n}\n'
        "const both = one + two();  // stays\n})();\n"
    )
