"""Intercom conversations: one for each of ours (developers.intercom.com, API 2.x).

A lead of its own for each conversation (`external_id`), a conversation from it, and an admin's note with what the bot
knows. What the customer writes is the lead's comment.
"""

from html import escape
from typing import Any
from urllib.parse import quote

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

API_VERSION = "2.11"
EXTERNAL_PREFIX = "footnote:"
CONFLICT = 409
_FIRST_WORDS = "A customer asks for a person."


class IntercomDesk:
    """Conversations at `base_url` (https://api.intercom.io or the region's host), notes by the admin `admin_id`."""

    name = "intercom"

    def __init__(self, outgoing: Outgoing, base_url: str, access_token: str, admin_id: str) -> None:
        self._outgoing = outgoing
        self._base = base_url.rstrip("/")
        self._admin_id = admin_id
        self._headers = {"Authorization": f"Bearer {access_token}", "Intercom-Version": API_VERSION}

    def deliver(self, event: OutgoingEvent, thread: Thread, again: bool) -> None:
        """Opens the conversation's other side if there is none, and adds the event to it. NotDelivered."""
        if event.type in (ENDED, SUMMARY) and thread.get("conversation_id") is None:
            return
        contact = self._contact(event, thread)
        conversation = self._conversation(event, thread, contact, again)
        if not (again and self._told(conversation, event)):
            self._say(conversation, contact, event)
        if event.type in (REQUESTED, ENDED):
            kind = "open" if event.type == REQUESTED else "close"
            own = {"message_type": kind, "type": "admin", "admin_id": self._admin_id}
            self._post(f"/conversations/{quote(conversation, safe='')}/parts", own, accepted=(CONFLICT,))

    def _contact(self, event: OutgoingEvent, thread: Thread) -> str:
        if known := thread.get("contact_id"):
            return known
        external = EXTERNAL_PREFIX + thread.conversation_id
        wanted = {"role": "lead", "external_id": external, "name": f"Customer {thread.conversation_id[:8]}"}
        if email := part(event.data, "end_user", "email"):
            wanted["email"] = str(email)
        answer = self._outgoing.send("POST", f"{self._base}/contacts", self._headers, wanted, accepted=(CONFLICT,))
        contact: Any = answer.json()
        if answer.status == CONFLICT:
            query = {"query": {"field": "external_id", "operator": "=", "value": external}}
            listed = rows(part(self._post("/contacts/search", query), "data"))
            contact = listed[0] if listed else None
        contact_id = as_text(part(contact, "id"))
        thread.remember(contact_id=contact_id)
        return contact_id

    def _conversation(self, event: OutgoingEvent, thread: Thread, contact: str, again: bool) -> str:
        if known := thread.get("conversation_id"):
            return known
        conversation = self._known_conversation(contact) if again else None
        if conversation is None:
            first = str(event.data.get("last_question") or _FIRST_WORDS)
            wanted = {"from": {"type": "lead", "id": contact}, "body": first}
            conversation = as_text(part(self._post("/conversations", wanted), "conversation_id"))
        thread.remember(conversation_id=conversation)
        return conversation

    def _known_conversation(self, contact: str) -> str | None:
        query = {"query": {"field": "contact_ids", "operator": "=", "value": contact}}
        listed = rows(part(self._post("/conversations/search", query), "conversations"))
        return as_text(part(listed[0], "id")) if listed else None

    def _told(self, conversation: str, event: OutgoingEvent) -> bool:
        answer = self._outgoing.send(
            "GET", f"{self._base}/conversations/{quote(conversation, safe='')}?display_as=plaintext", self._headers
        )
        parts = rows(part(answer.json(), "conversation_parts", "conversation_parts"))
        return any(mark_of(event) in str(part(each, "body")) for each in parts)

    def _say(self, conversation: str, contact: str, event: OutgoingEvent) -> None:
        said: dict[str, Any]
        if event.type == MESSAGE and event.data.get("author") == "customer":
            said = {"message_type": "comment", "type": "user", "intercom_user_id": contact}
            said["body"] = marked(str(event.data.get("text", "")), event)
        else:
            said = {"message_type": "note", "type": "admin", "admin_id": self._admin_id}
            said["body"] = _html(marked(words_of(event), event))
        self._post(f"/conversations/{quote(conversation, safe='')}/reply", said)

    def _post(self, path: str, body: dict[str, Any], accepted: tuple[int, ...] = ()) -> dict[str, Any]:
        answer = self._outgoing.send("POST", self._base + path, self._headers, body, accepted)
        return answer.json() if answer.body else {}


def _html(text: str) -> str:
    """Plain text as the HTML that a note takes: nothing in it is markup."""
    paragraphs = escape(text, quote=False).split("\n\n")
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)
