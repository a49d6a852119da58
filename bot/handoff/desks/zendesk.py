"""Zendesk tickets: one for each conversation (developer.zendesk.com/api-reference/ticketing).

`POST /api/v2/tickets` with our conversation in `external_id` and an Idempotency-Key; everything later is a comment by
`PUT /api/v2/tickets/{id}`. What the bot knows is an internal note; what the customer writes is a public comment of the
requester's, where there is one, else a note too.
"""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.handoff.desks import wording
from bot.handoff.desks.desk import (
    ENDED,
    MESSAGE,
    REQUESTED,
    SUMMARY,
    Thread,
    as_text,
    mark_of,
    marked,
    part,
    rows,
    words_of,
)
from bot.handoff.outgoing import Outgoing
from bot.storage.outbox import OutgoingEvent

EXTERNAL_PREFIX = "footnote:"
"""In front of our conversation's id, so that tickets of other systems are told apart."""
GONE = 404


class ZendeskDesk:
    """Tickets at `base_url` (https://NAME.zendesk.com), written as the agent `email` with an API token."""

    name = "zendesk"

    def __init__(
        self, outgoing: Outgoing, base_url: str, email: str, api_token: str, group_id: int | None = None
    ) -> None:
        self._outgoing = outgoing
        self._base = base_url.rstrip("/") + "/api/v2"
        login = base64.b64encode(f"{email}/token:{api_token}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}"}
        self._group_id = group_id

    def deliver(self, event: OutgoingEvent, thread: Thread, again: bool) -> None:
        """Creates the conversation's ticket, or adds to it. NotDelivered."""
        ticket_id = thread.get("ticket_id") or (self._found(thread) if again else None)
        if ticket_id is None:
            self._create(event, thread)
        elif not (again and self._told(ticket_id, event)):
            self._add(event, thread, ticket_id)

    def _create(self, event: OutgoingEvent, thread: Thread) -> None:
        if event.type in (ENDED, SUMMARY):
            return
        email = part(event.data, "end_user", "email")
        ticket: dict[str, Any] = {
            "subject": wording.subject(event.data) if event.type == REQUESTED else "A customer wrote",
            "comment": {"body": marked(words_of(event), event), "public": False},
            "external_id": EXTERNAL_PREFIX + event.conversation_id,
            "tags": ["footnote", *([str(code)] if (code := part(event.data, "reason", "code")) else [])],
        }
        if email:
            ticket["requester"] = {"name": email, "email": email}
        if self._group_id is not None:
            ticket["group_id"] = self._group_id
        headers = {**self._headers, "Idempotency-Key": event.id}
        created = self._outgoing.send("POST", f"{self._base}/tickets", headers, {"ticket": ticket}).json()
        _remember(thread, part(created, "ticket"), has_requester=bool(email))

    def _add(self, event: OutgoingEvent, thread: Thread, ticket_id: str) -> None:
        change: dict[str, Any] = {"comment": self._comment(event, thread)}
        if event.type == REQUESTED:
            change["status"] = "open"
        if event.type == ENDED:
            change["status"] = "solved"
        url = f"{self._base}/tickets/{quote(ticket_id, safe='')}"
        answer = self._outgoing.send("PUT", url, self._headers, {"ticket": change}, accepted=(GONE,))
        if answer.status == GONE:
            self._create(event, thread)  # the ticket was deleted there: the customer gets another one

    def _comment(self, event: OutgoingEvent, thread: Thread) -> dict[str, Any]:
        requester = thread.get("requester_id")
        if event.type == MESSAGE and event.data.get("author") == "customer" and requester:
            text = marked(str(event.data.get("text", "")), event)
            return {"body": text, "public": True, "author_id": int(requester)}
        return {"body": marked(words_of(event), event), "public": False}

    def _found(self, thread: Thread) -> str | None:
        """The ticket that an attempt created whose answer was lost."""
        external = quote(EXTERNAL_PREFIX + thread.conversation_id, safe="")
        listed = self._outgoing.send("GET", f"{self._base}/tickets?external_id={external}", self._headers).json()
        for ticket in rows(part(listed, "tickets")):
            return _remember(thread, ticket, has_requester=False)
        return None

    def _told(self, ticket_id: str, event: OutgoingEvent) -> bool:
        """Whether the ticket has the event's comment already."""
        url = f"{self._base}/tickets/{quote(ticket_id, safe='')}/comments?sort_order=desc"
        answer = self._outgoing.send("GET", url, self._headers, accepted=(GONE,))
        comments = rows(part(answer.json(), "comments")) if answer.status != GONE else []
        return any(mark_of(event) in str(part(comment, "body")) for comment in comments)


def _remember(thread: Thread, ticket: Mapping[str, Any] | None, has_requester: bool) -> str:
    ticket_id = as_text(part(ticket, "id"))
    details = {"ticket_id": ticket_id}
    requester = part(ticket, "requester_id")
    if has_requester and isinstance(requester, int):
        details["requester_id"] = str(requester)
    thread.remember(**details)
    return ticket_id
