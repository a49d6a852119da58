"""A help center that was indexed from a hostile file, and a language model that repeats it: the whole application, from
the import to the panel, over letters instead of an encoder."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from playwright.sync_api import Browser

from bot.indexing.progress import SilentProgress
from bot.staffed import StaffedFootnote
from bot.storage.turns import last_turns
from bot.updating import update_index
from tests.browser.attack_observer import Observer, observed, until
from tests.browser.attack_places import FRAME, REPLIED, UNLIMITED, conversation_of, open_cards
from tests.browser.attack_texts import body_of, one_line, together, whole
from tests.fakes import LetterEncoder
from tests.scripted_llm import MODEL, Says, ScriptedServer, scripted_server
from tests.site import serving

QUESTION = "How do I type a zebra code?"
SEARCHED = 280
"""Characters of a search: the help center reads 300."""

ANNOUNCED = "/zebra|phrase removed/.test(document.querySelector('[data-announced]')?.textContent)"
"""Words that read like a seed phrase are masked: many attacks are made of words that it may have."""


@dataclass
class Center:
    """The application, whose articles are replaced by each attempt."""

    address: str
    footnote: StaffedFootnote
    model: ScriptedServer
    source: Path
    customer: Observer
    composers: list[str] = field(default_factory=list)
    """Who worded each answer."""

    def place(self, strings: Sequence[str]) -> list[str]:
        """They are imported in articles of Markdown and HTML, which the help center finds and shows, and which the
        panel answers from and cites."""
        self._index(strings)
        self.model.enqueue(Says(text="No answer."))
        with self.customer.page() as page:
            for path in ("/help/", "/help/?q=zebra+code", "/help/?q=zebra+code&page=2", "/help/codes", "/help/markup"):
                page.goto(self.address + path)
                self.customer.look(page)
            page.goto(f"{self.address}/help/")
            page.fill("#q", "zebra page")
            page.wait_for_selector(".results")
            self.customer.look(page)
        self._ask()
        return self.customer.drain()

    def search(self, strings: Sequence[str]) -> list[str]:
        """Somebody searches the help center for them, by its address and in its field."""
        self._index(strings[:1])
        with self.customer.page() as page:
            for words in together([one_line(text)[:SEARCHED] for text in strings], " ", SEARCHED):
                page.goto(f"{self.address}/help/?{urlencode({'q': words})}")
                self.customer.look(page)
                page.fill("#q", f"zebra {words}")
                until(page, ANNOUNCED)
                self.customer.look(page)
        return self.customer.drain()

    def complete(self, strings: Sequence[str]) -> list[str]:
        """A language model writes them between sentences that the articles bear out."""
        self._index(strings)
        good = "A zebra code is always typed [1]. It opens the zebra field [1]."
        self.model.enqueue(Says(text=" ".join(f"{good} {one_line(text)} [1]." for text in strings), piece=400))
        self._ask()
        return self.customer.drain()

    def _ask(self) -> None:
        with self.customer.page(FRAME) as page:
            page.fill("#question", QUESTION)
            page.press("#question", "Enter")
            until(page, REPLIED % 1)
            assert page.locator(".sources").count() == 1, page.locator(".message.bot").last.inner_text()
            open_cards(self.customer, page, 1)
            turn = last_turns(self.footnote.database, conversation_of(page), 1)[-1]
        self.composers.append(turn.trace["composition"]["composer"])
        assert not self.model.script, "the model was not asked"

    def _index(self, strings: Sequence[str]) -> None:
        rows = list(articles(strings))
        self.source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        update_index(self.footnote, (str(self.source),), SilentProgress())
        placed = self.footnote.index.current().articles
        # HTML that Python's parser gives up on is no article at all.
        assert {"codes", "long", "own-0"} <= set(placed), list(placed)


def articles(strings: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows as a source reads them. What it refuses, such as an address that is none, is left out there."""
    lines = [one_line(text) for text in strings]
    every = " ".join(lines)
    known = "A zebra code is always typed.\n\nIt opens the zebra field."
    steps = "\n".join(f"{number}. Type the zebra code {line}" for number, line in enumerate(lines, start=1))
    said = "\n\n".join(f"{line} A zebra code is {line} here." for line in lines)
    body = f"{known}\n\n{said}\n\n## How do I type a zebra code?\n\n{steps}"
    yield {"id": "codes", "title": f"How do I type a zebra code? {every}", "text": body}
    yield {"id": "long", "title": every, "section": every, "text": f"Long zebra.\n\n{body_of(strings)}"}
    yield {"id": "markup", "title": "Zebra markup", "html": "".join(f"<p>{whole(each)}</p>" for each in strings)}
    for number, (line, text) in enumerate(zip(lines, strings, strict=True)):
        path = quote(line, safe="<>'()\"=:;/")
        address, tool = f"https://help.corvane.example/{path}", f"https://www.corvane.example/{path}"
        head = {"title": f"{line}?", "section": "faq", "actions": [{"label": line, "url": tool}]}
        yield {**head, "id": f"own-{number}", "url": address, "text": f"A zebra page. {whole(text)}"}
        yield {**head, "id": f"any-{number}", "url": whole(text), "text": f"A zebra page. {line}"}
        yield {**head, "id": f"html-{number}", "html": f"<h1>{whole(text)}</h1><p>A zebra page. {whole(text)}</p>"}


@contextmanager
def center_for_attacks(browser: Browser, folder: Path, policy: bool = False) -> Iterator[Center]:
    """The application on a port of its own; whatever it finds is sure enough to be answered."""
    with scripted_server() as model, ExitStack() as stack:
        sure = {
            "answer_threshold": 0.0,
            "llm_answer_tokens": 20_000,
            "llm_prompt_tokens": 20_000,
            "index_poll_seconds": 0.0,
        }
        site = stack.enter_context(
            serving(folder / "data", LetterEncoder(), llm_base_url=model.url, llm_model=MODEL, **sure, **UNLIMITED)
        )
        customer = stack.enter_context(observed(browser, site.address, policy))
        yield Center(site.address, site.footnote, model, folder / "articles.jsonl", customer)
