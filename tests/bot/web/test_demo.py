import re

from starlette.testclient import TestClient

from bot.web.pages import STATIC_FOLDER
from tests.bot.web.stage import SITE


def test_the_chat_box_carries_the_site_key(client: TestClient) -> None:
    page = client.get("/").text
    assert f'<section class="chat" data-site="{SITE}"' in page
    assert "This is an AI assistant." in page
    assert 'role="log"' in page
    assert '<label for="question">' in page
    assert 'src="/static/demo.js"' in page
    assert "How do I change the email on my account?" in page


def test_scripts_never_read_a_string_as_html() -> None:
    for script in STATIC_FOLDER.glob("*.js"):
        source = script.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source), (
            script
        )
        assert len(source.splitlines()) <= 250


def test_pages_use_only_known_hooks(client: TestClient) -> None:
    page = client.get("/").text
    for hook in re.findall(r"\[data-(\w+)\]", (STATIC_FOLDER / "demo.js").read_text(encoding="utf-8")):
        assert f"data-{hook}" in page


def test_nothing_static_names_another_host() -> None:
    for file in STATIC_FOLDER.iterdir():
        text = re.sub(r"^\s*//.*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)[a-z]", text), file
