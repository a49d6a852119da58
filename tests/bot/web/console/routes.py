"""Every route of the console in an application, with what it asks of whoever comes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from bot.roles import Permission
from bot.web.console.permissions import Required, open_to_everybody


@dataclass(frozen=True)
class ConsoleRoute:
    """A route, and the words that it declares: permissions, and whether it is open to everybody."""

    path: str
    methods: frozenset[str]
    permissions: frozenset[Permission]
    is_open: bool
    is_in_use: bool
    """Whether asking keeps the session from ending."""

    @property
    def permission(self) -> Permission | None:
        return next(iter(self.permissions), None)


def console_routes(app: FastAPI) -> tuple[ConsoleRoute, ...]:
    """All of them, in the order in which they are tried."""
    return tuple(_routes(app))


def _routes(app: FastAPI) -> Iterator[ConsoleRoute]:
    for each in app.routes:
        included = getattr(each, "effective_route_contexts", None)
        for route in included() if included else (each,):
            if route.path == "/console" or route.path.startswith("/console/"):
                calls = set(_calls(route.dependant))
                yield ConsoleRoute(
                    route.path,
                    frozenset(route.methods),
                    frozenset(call.permission for call in calls if isinstance(call, Required)),
                    open_to_everybody in calls,
                    any(call.in_use for call in calls if isinstance(call, Required)),
                )


def _calls(dependant: Any) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)
