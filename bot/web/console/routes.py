"""Every route of the console behind its sign-in."""

from bot.web.console import actions, conversation, queue

ROUTERS = (queue.router, conversation.router, actions.router)
