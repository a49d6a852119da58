"""The demo page: the invented exchange Corvane with a chat box."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from bot.web.dependencies import RunningService
from bot.web.pages import page

router = APIRouter(include_in_schema=False)

STARTERS = (
    "How do I change the email on my account?",
    "My deposit has not arrived",
    "What are the trading fees?",
    "Can I get a mortgage from you?",
)


@router.api_route("/", methods=["GET", "HEAD"])
async def demo(service: RunningService) -> HTMLResponse:
    """A page of a site that uses Footnote."""
    return page("demo.html", site_key=service.footnote.settings.site_key, starters=STARTERS)
