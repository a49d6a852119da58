"""The web application: routes, their middleware and their lifespan. Nothing is built at import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import Depends, FastAPI

from bot.identity_provider import open_identity_provider
from bot.settings import Settings
from bot.signing_in import SigningIn
from bot.staffed import StaffedFootnote, open_staffed
from bot.web import (
    assets,
    chat,
    desks,
    front,
    handoff,
    health,
    help,
    identity,
    live_events,
    oidc,
    reference,
    sign_in,
    widget,
)
from bot.web.admission import count_request, open_admission
from bot.web.agents import Entrance, install_entrance_errors
from bot.web.background import working
from bot.web.console.permissions import install_permission_errors
from bot.web.console.routes import ROUTERS as CONSOLE_ROUTERS
from bot.web.errors import install_error_handlers
from bot.web.headers import SecurityHeaders
from bot.web.help_search import SearchDesk
from bot.web.limits import BodyLimit
from bot.web.live import News
from bot.web.logs import RequestLog
from bot.web.origins import OwnOrigin
from bot.web.service import Service, answers_at_once, warm_up
from bot.web.unanswered import answer_unanswered


def create_app(settings: Settings, footnote: StaffedFootnote | None = None) -> FastAPI:
    """The application over `footnote`, or over one that it opens from the settings and closes at its end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = footnote if footnote is not None else await to_thread.run_sync(open_staffed, settings)
        try:
            app.state.service = service = Service(opened, answers_at_once(settings))
            app.state.entrance = Entrance(SigningIn(opened.database), settings.public_url, provider)
            app.state.search_desk = SearchDesk()
            app.state.news = news = News(opened.database, service.stopping)
            opened.presence.ask(news.is_watched)
            opened.switchboard.listen(lambda happening: news.publish(happening.conversation_id))
            await to_thread.run_sync(warm_up, opened)
            service.warm = True
            app.state.unanswered = await answer_unanswered(service)
            async with working(opened.database, opened.switchboard, opened.desks, opened.summariser):
                yield
        finally:
            if footnote is None:
                opened.close()

    app = FastAPI(
        title="Footnote", version="1", docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan
    )
    provider = open_identity_provider(settings)
    app.state.admission = open_admission(settings)
    for router in (chat.router, live_events.router, handoff.router, identity.router):
        app.include_router(router, dependencies=[Depends(count_request)])
    for router in (
        assets.router,
        health.router,
        help.router,
        front.router,
        desks.router,
        reference.router,
        sign_in.router,
        oidc.router,
        widget.router,
        *CONSOLE_ROUTERS,
    ):
        app.include_router(router)
    install_error_handlers(app)
    install_entrance_errors(app)
    install_permission_errors(app)
    app.add_middleware(OwnOrigin, public_url=settings.public_url)
    # The last one added is the outermost: even a refused body and a failure nobody expected carry the headers.
    for middleware in (BodyLimit, RequestLog, SecurityHeaders):
        app.add_middleware(middleware)
    return app
