"""The places of the console, in the order in which they stand at the top of its pages. A page that is made is named
here. Pure."""

from dataclasses import dataclass

from bot.roles import Permission, Role, may


@dataclass(frozen=True, slots=True)
class Place:
    """A page that is in the navigation. A template says which one it is with `{% set here = "key" %}`."""

    key: str
    words: str
    path: str
    permission: Permission


PLACES = (
    Place("queue", "Queue", "/console", Permission.CONVERSE),
    Place("conversations", "All conversations", "/console/conversations", Permission.CONVERSE),
    Place("playground", "Playground", "/console/playground", Permission.READ),
    Place("compare", "Compare", "/console/compare", Permission.READ),
    Place("knowledge", "Knowledge", "/console/knowledge", Permission.READ),
    Place("cases", "Cases", "/console/cases", Permission.MEND),
    Place("rules", "Pins and mutes", "/console/rules", Permission.MEND),
    Place("curated", "Curated answers", "/console/curated", Permission.MEND),
    Place("gaps", "Gaps", "/console/gaps", Permission.READ),
    Place("health", "Health", "/console/health", Permission.READ),
    Place("reports", "Reports", "/console/reports", Permission.READ),
    Place("people", "People", "/console/people", Permission.MANAGE_PEOPLE),
    Place("audit", "Audit log", "/console/audit", Permission.READ_AUDIT),
)


def places_for(role: Role) -> tuple[Place, ...]:
    """The places that an agent of this role may go to."""
    return tuple(place for place in PLACES if may(role, place.permission))
