"""Chatwoot conversations in an API inbox: one for each of ours (developers.chatwoot.com/api-reference).

Contact, then conversation, then messages, each remembered as soon as it is there. What the customer writes is an
incoming message, what the bot knows a private note, and `toggle_status` opens or resolves. A contact stands for one
conversation: an address that was typed does not prove who typed it, so no earlier conversations are joined to it.
"""

from typing import Any
from urllib.parse import quote

from bot.handoff.desks.desk import ENDED, MESSAGE, REQUESTED, SUMMARY, Thread, as_text, part, rows, words_of
from bot.handoff.outgoing import Outgoing
from bot.storage.outbox import OutgoingEvent

ATTRIBUTE = "footnote_conversation_id"
MARK = "footnote_event_id"
IDENTIFIER_PREFIX = "footnote:"


class ChatwootDesk:
    """Conversations in the inbox `inbox_id` of an account at `base_url`, written with an agent's access token."""

    name = "chatwoot"

    def __init__(self, outgoing: Outgoing, base_url: str, account_id: int, inbox_id: int, api_token: str) -> None:
        self._outgoing = outgoing
        self._base = f"{base_url.rstrip('/')}/api/v1/accounts/{account_id}"
        self._inbox_id = inbox_id
        self._headers = {"api_access_token": api_token}

    def deliver(self, event: OutgoingEvent, thread: Thread, again: bool) -> None:
        """Opens the conversation's other side if there is none, and adds the event to it. NotDelivered."""
        if event.type in (ENDED, SUMMARY) and thread.get("conversation_id") is None and not again:
            return
        source_id = self._contact(event, thread, again)
        conversation = self._conversation(thread, source_id, again)
        if not (again and self._told(conversation, event)):
            self._say(conversation, event)
        if event.type in (REQUESTED, ENDED):
            status = "open" if event.type == REQUESTED else "resolved"
            self._post(f"/conversations/{conversation}/toggle_status", {"status": status})

    def _contact(self, event: OutgoingEvent, thread: Thread, again: bool) -> str:
        if source_id := thread.get("source_id"):
            return source_id
        identifier = IDENTIFIER_PREFIX + thread.conversation_id
        contact = self._known_contact(identifier) if again else None
        if contact is None:
            email = part(event.data, "end_user", "email")
            wanted = {
                "inbox_id": self._inbox_id,
                "name": f"Customer {thread.conversation_id[:8]}",
                "identifier": identifier,
                "custom_attributes": {"contact_email": email} if email else {},
            }
            contact = part(self._post("/contacts", wanted), "payload", "contact")
        own = [each for each in rows(part(contact, "contact_inboxes")) if part(each, "inbox", "id") == self._inbox_id]
        source_id = as_text(part(own[0] if own else None, "source_id"))
        thread.remember(contact_id=as_text(part(contact, "id")), source_id=source_id)
        return source_id

    def _known_contact(self, identifier: str) -> Any:
        found = self._get(f"/contacts/search?q={quote(identifier, safe='')}")
        same = [each for each in rows(part(found, "payload")) if part(each, "identifier") == identifier]
        return same[0] if same else None

    def _conversation(self, thread: Thread, source_id: str, again: bool) -> str:
        if known := thread.get("conversation_id"):
            return known
        contact_id = thread.get("contact_id") or ""
        created = self._known_conversation(contact_id, thread) if again else None
        if created is None:
            wanted = {
                "source_id": source_id,
                "inbox_id": self._inbox_id,
                "contact_id": int(contact_id),
                "status": "open",
                "custom_attributes": {ATTRIBUTE: thread.conversation_id},
            }
            created = self._post("/conversations", wanted)
        conversation = as_text(part(created, "id"))
        thread.remember(conversation_id=conversation)
        return conversation

    def _known_conversation(self, contact_id: str, thread: Thread) -> Any:
        listed = rows(part(self._get(f"/contacts/{quote(contact_id, safe='')}/conversations"), "payload"))
        same = [each for each in listed if part(each, "custom_attributes", ATTRIBUTE) == thread.conversation_id]
        return same[0] if same else None

    def _told(self, conversation: str, event: OutgoingEvent) -> bool:
        listed = rows(part(self._get(f"/conversations/{quote(conversation, safe='')}/messages"), "payload"))
        return any(part(each, "content_attributes", MARK) == event.id for each in listed)

    def _say(self, conversation: str, event: OutgoingEvent) -> None:
        from_customer = event.type == MESSAGE and event.data.get("author") == "customer"
        content = str(event.data.get("text", "")) if from_customer else words_of(event)
        said = {
            "content": content,
            "message_type": "incoming" if from_customer else "outgoing",
            "private": not from_customer,
            "content_attributes": {MARK: event.id},
        }
        self._post(f"/conversations/{quote(conversation, safe='')}/messages", said)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._outgoing.send("POST", self._base + path, self._headers, body).json()

    def _get(self, path: str) -> dict[str, Any]:
        return self._outgoing.send("GET", self._base + path, self._headers).json()
