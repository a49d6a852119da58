"""The scripts' own checks, in Chromium."""

from pathlib import Path

import pytest

from tests.browser.conftest import Visit

CHECKS = Path(__file__).with_name("scripts_checks.js")
RUN = """() => new Promise((done, failed) => {
  const worker = new Worker("/static/scripts_checks.js", { type: "module" });
  worker.onmessage = (event) => done(event.data);
  worker.onerror = (event) => failed(new Error(event.message));
})"""


@pytest.mark.browser
@pytest.mark.encoder
def test_the_scripts_do_what_they_should(visit: Visit) -> None:
    page = visit("/help/").page
    script = CHECKS.read_text(encoding="utf-8")
    page.context.route(
        "**/static/scripts_checks.js", lambda route: route.fulfill(content_type="text/javascript", body=script)
    )
    results = page.evaluate(RUN)
    assert results["passed"] > 20
    assert results["failed"] == []
