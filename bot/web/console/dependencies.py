"""What the console's routes ask for, and the pages that they answer with."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.models import Agent
from bot.storage.agents import agent_accounts
from bot.storage.database import Database
from bot.storage.queue import queue_entries
from bot.web.console.board import QueueBoard, queue_text
from bot.web.console.navigation import places_for
from bot.web.console.views import moment, waited
from bot.web.dependencies import running_service
from bot.web.pages import page


def running_board(request: Request) -> QueueBoard:
    """The queue as the consoles of this process share it; made for the first of them."""
    state = request.app.state
    if not hasattr(state, "queue_board"):
        service = running_service(request)
        database = service.footnote.database
        state.queue_board = QueueBoard(
            lambda: service.read(lambda: queue_text(queue_entries(database), agent_names(database)))
        )
    board: QueueBoard = state.queue_board
    return board


def agent_names(database: Database) -> dict[str, str]:
    """Agents' names for people, by the names that they sign in with."""
    return {account.agent.name: account.agent.display_name for account in agent_accounts(database)}


def wants_json(request: Request) -> bool:
    """Whether a script of ours asks, which goes on by itself; a form wants a page."""
    return "application/json" in request.headers.get("accept", "")


def console_page(template: str, agent: Agent, status: int = 200, **values: object) -> HTMLResponse:
    """A page of the console for an agent who is signed in."""
    return page(
        f"console/{template}",
        status,
        agent=agent,
        places=places_for(agent.role),
        now=datetime.now(UTC),
        waited=waited,
        moment=moment,
        **values,
    )


RunningBoard = Annotated[QueueBoard, Depends(running_board)]
