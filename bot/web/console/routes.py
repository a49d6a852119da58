"""Every route of the console behind its sign-in."""

from bot.web.console import (
    account,
    actions,
    audit,
    cases,
    compare,
    conversation,
    gaps,
    health,
    knowledge,
    people,
    playground,
    queue,
    reindexing,
    reports,
    turn,
)

ROUTERS = (
    queue.router,
    conversation.router,
    actions.router,
    people.router,
    audit.router,
    account.router,
    playground.router,
    compare.router,
    knowledge.router,
    reindexing.router,
    reports.router,
    gaps.router,
    health.router,
    turn.router,
    cases.router,
)
