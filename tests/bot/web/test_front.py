import re

from starlette.testclient import TestClient

from bot.staffed import StaffedFootnote
from bot.web.app import create_app
from bot.web.pages import STATIC_FOLDER
from tests.bot.web.stage import SITE


def test_the_exchange_embeds_the_widget_as_any_page_does(client: TestClient) -> None:
    response = client.get("/")
    assert f'<script async src="/widget/v1/loader.js" data-site="{SITE}"></script>' in response.text
    assert response.headers["content-security-policy"].endswith("; frame-src 'self'")
    assert "Sample figures, not live prices." in response.text
    assert "Our assistant is an AI." in response.text
    assert "How do I change the email on my account?" in response.text


def test_another_site_has_its_own_name_and_no_exchange(footnote: StaffedFootnote) -> None:
    settings = footnote.settings.model_copy(update={"site_name": "Shop & Sons"})
    with TestClient(create_app(settings, footnote)) as client:
        front = client.get("/").text
        assert "How can we help?" in front and "data-open" in front and f'data-site="{SITE}"' in front
        pages = [front, *(client.get(path).text for path in ("/help/", "/help/fees", "/help/nowhere", "/docs"))]
    assert not [page for page in pages if "Corvane is" in page or "> Corvane" in page]
    assert all("Shop &amp; Sons" in page for page in pages)
    assert "<title>Fees · Shop &amp; Sons help center</title>" in pages[2]


def test_links_of_the_exchange_lead_to_the_help_center(client: TestClient) -> None:
    links = set(re.findall(r'href="(/help/[^"]+)"', client.get("/").text))
    assert links
    assert all(re.fullmatch(r"/help/[a-z-]+", link) for link in links)


def test_scripts_never_read_a_string_as_html() -> None:
    for script in STATIC_FOLDER.glob("*.js"):
        source = script.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source), (
            script
        )
        assert len(source.splitlines()) <= 250


def test_the_page_has_every_hook_of_its_script(client: TestClient) -> None:
    page = client.get("/").text
    for hook in re.findall(r"\[data-(\w+)\]", (STATIC_FOLDER / "front.js").read_text(encoding="utf-8")):
        assert f"data-{hook}" in page


def test_nothing_static_names_another_host() -> None:
    for file in STATIC_FOLDER.rglob("*.*"):
        text = re.sub(r"^\s*//.*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert not re.findall(r"https?://(?!www\.w3\.org/(2000/svg|1999/xhtml))[a-z]", text), file
