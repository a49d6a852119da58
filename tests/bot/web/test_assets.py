import gzip
from collections.abc import Iterator

import pytest
from pygments.lexers import JavascriptLexer
from pygments.token import Comment, Whitespace
from starlette.testclient import TestClient

from bot.web.assets import asset, static_assets, takes_gzip, uncommented
from bot.web.pages import STATIC_FOLDER

SCRIPTS = sorted(path.relative_to(STATIC_FOLDER).as_posix() for path in STATIC_FOLDER.rglob("*.js"))
SCRIPT = """// About.
import { one } from "./one.js";

/** @typedef {{a: number}} Both
 * @typedef {string} Text */

/** Adds.
 * @param {number} a */
export function add(a) {
  // why
  const url = "https://a/*b*/"; // stays
  /** @type {Text} */ (document.body).focus();

  return /** @type {Both} */ ({ a: a + one });
}
"""


def code_of(script: str) -> Iterator[str]:
    """The words and signs of a script, by a lexer that is not ours, without comments and space."""
    for kind, text in JavascriptLexer().get_tokens(script):
        if kind not in Comment and kind not in Whitespace and text.strip():
            yield text.strip()


def test_comments_and_types_are_taken_out() -> None:
    assert uncommented(SCRIPT) == (
        'import { one } from "./one.js";\nexport function add(a) {\n  const url = "https://a/*b*/"; // stays\n'
        "  (document.body).focus();\n  return ({ a: a + one });\n}\n"
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_but_comments_is_taken_out_of_a_script(name: str) -> None:
    source = (STATIC_FOLDER / name).read_text(encoding="utf-8")
    sent = static_assets()[name].body.decode()
    assert list(code_of(sent)) == list(code_of(source))
    assert "/**" not in sent.replace("[^]*?", "") and len(sent) <= len(source)


@pytest.mark.parametrize("name", ["site.css", "help.js", "icon.svg", "widget/panel.js"])
def test_own_pages_get_their_files_compressed_and_once(client: TestClient, name: str) -> None:
    found, path = static_assets()[name], f"/static/{name}"
    plain = client.get(path, headers={"accept-encoding": "identity"})
    packed = client.get(path, headers={"accept-encoding": "br, gzip"})
    assert plain.content == packed.content == found.body
    assert "content-encoding" not in plain.headers and packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert plain.headers["etag"] != packed.headers["etag"]
    for answer in (plain, packed):
        assert answer.headers["vary"] == "Accept-Encoding" and answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-type"] == found.media_type
        again = client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert client.head(path).status_code == 200


def test_what_does_not_shrink_is_sent_plain(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = asset("tiny.js", "1\n")
    assert len(tiny.compressed) > len(tiny.body) and gzip.decompress(tiny.compressed) == tiny.body
    monkeypatch.setattr("bot.web.assets.static_assets", lambda: {"tiny.js": tiny})
    answer = client.get("/static/tiny.js", headers={"accept-encoding": "gzip"})
    assert (answer.text, "content-encoding" in answer.headers) == ("1\n", False)


@pytest.mark.parametrize("name", ["none.css", "", "widget", "../app.py", "..%2fapp.py", "%00", "/etc/passwd"])
def test_other_files_are_not_there(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("GZIP;q=0.5, br", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("gzip;q=0", False),
        ("br, gzip; q=0.000", False),
        ("identity", False),
        ("xgzip", False),
        ("", False),
    ],
)
def test_gzip_is_sent_to_who_takes_it(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes
