"""The front page: of the invented exchange Corvane, which embeds the widget as any page does; of any other site a page
to search and to ask."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from bot.web.admission import RunningAdmission
from bot.web.headers import CONTENT_SECURITY_POLICY
from bot.web.pages import page

router = APIRouter(include_in_schema=False)

STARTERS = (
    "How do I change the email on my account?",
    "My deposit has not arrived",
    "What are the trading fees?",
    "Can I get a mortgage from you?",
)
POLICY = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
"""As docs/widget.md has it for every page; this one's script and frame are its own server's."""


@dataclass(frozen=True, slots=True)
class Market:
    """A pair with figures that nobody trades at."""

    pair: str
    price: str
    change: str
    volume: str


MARKETS = (
    Market("BTC/USDT", "64,210.50", "+1.24%", "412.8 M"),
    Market("ETH/USDT", "3,148.07", "+0.61%", "238.1 M"),
    Market("SOL/USDT", "151.32", "−2.08%", "96.4 M"),
    Market("XRP/USDT", "0.5874", "+0.19%", "41.7 M"),
)


@router.api_route("/", methods=["GET", "HEAD"])
async def front(admission: RunningAdmission) -> HTMLResponse:
    """A page with the widget."""
    site = admission.sites.shown
    if site.is_demo:
        answer = page("demo.html", site=site, starters=STARTERS, markets=MARKETS)
    else:
        answer = page("front.html", site=site)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
