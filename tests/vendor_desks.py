"""Zendesk, Chatwoot and Intercom as their documentation has them: requests are checked and refused as they would be."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.desk_receivers import Gone, Received, Receiver, must, only


@dataclass(slots=True)
class ZendeskReceiver(Receiver):
    """Zendesk's ticket API, as far as it is used."""

    login: str = "agent@corvane.example/token:zd-token"
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    idempotent: dict[str, int] = field(default_factory=dict)
    keeps_keys: bool = True

    def answer(self, request: Received) -> tuple[int, Any]:
        must(request.headers["authorization"] == "Basic " + base64.b64encode(self.login.encode()).decode(), "login")
        if request.path == "/api/v2/tickets" and request.method == "POST":
            return self._create(request)
        if request.path == "/api/v2/tickets" and request.method == "GET":
            (external,) = request.query["external_id"]
            found = [ticket for ticket in self.tickets.values() if ticket["external_id"] == external]
            return 200, {"tickets": found, "count": len(found), "next_page": None}
        one = re.fullmatch(r"/api/v2/tickets/(\d+)(/comments)?", request.path)
        must(one is not None, f"a path of the API, not {request.path}")
        number = int(one[1])
        if number not in self.tickets:
            raise Gone
        if one[2]:
            must(request.method == "GET" and request.query == {"sort_order": ["desc"]}, "GET, newest first")
            return 200, {"comments": self.comments[number][::-1]}
        return self._update(number, request)

    def _create(self, request: Received) -> tuple[int, Any]:
        key = request.headers["idempotency-key"]
        only(request.json, {"ticket"})
        ticket = request.json["ticket"]
        only(ticket, {"subject", "comment", "external_id", "tags", "requester", "group_id"})
        must(isinstance(ticket["subject"], str) and ticket["comment"]["body"].strip(), "a subject and a comment")
        must(ticket.get("requester", {"email": "a@b.c"})["email"].count("@") == 1, "a requester with an address")
        if self.keeps_keys and key in self.idempotent:
            return 201, {"ticket": self.tickets[self.idempotent[key]]}
        number = 35436 + len(self.tickets)
        stored = {"id": number, "status": "new", "requester_id": 20978392, **ticket}
        self.tickets[number], self.comments[number] = stored, [ticket["comment"]]
        self.idempotent[key] = number
        return 201, {"ticket": stored}

    def _update(self, number: int, request: Received) -> tuple[int, Any]:
        must(request.method == "PUT", "PUT")
        only(request.json, {"ticket"})
        change = request.json["ticket"]
        only(change, {"comment", "status"})
        only(change["comment"], {"body", "public", "author_id"})
        must(change.get("status", "open") in ("new", "open", "pending", "hold", "solved", "closed"), "a status")
        must(change["comment"].get("author_id", 20978392) == 20978392, "an author that exists")
        self.comments[number].append(change["comment"])
        self.tickets[number] = {**self.tickets[number], "status": change.get("status", self.tickets[number]["status"])}
        return 200, {"ticket": self.tickets[number], "audit": {"id": 1}}


@dataclass(slots=True)
class ChatwootReceiver(Receiver):
    """Chatwoot's application API for account 3 and inbox 7."""

    token: str = "cw-token"
    contacts: list[dict[str, Any]] = field(default_factory=list)
    conversations: dict[int, dict[str, Any]] = field(default_factory=dict)
    messages: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    def answer(self, request: Received) -> tuple[int, Any]:
        must(request.headers["api_access_token"] == self.token, "the token")
        base = "/api/v1/accounts/3"
        must(request.path.startswith(base), "a path of the account")
        path = request.path.removeprefix(base)
        fixed: dict[tuple[str, str], Callable[[Received], tuple[int, Any]]] = {
            ("POST", "/contacts"): self._create_contact,
            ("GET", "/contacts/search"): self._search,
            ("POST", "/conversations"): self._create_conversation,
        }
        if (request.method, path) in fixed:
            return fixed[request.method, path](request)
        if one := re.fullmatch(r"/contacts/(\d+)/conversations", path):
            own = [each for each in self.conversations.values() if each["contact_id"] == int(one[1])]
            return 200, {"payload": own}
        one = re.fullmatch(r"/conversations/(\d+)/(messages|toggle_status)", path)
        must(one is not None, f"a path of the API, not {request.method} {path}")
        number = int(one[1])
        if number not in self.conversations:
            raise Gone
        return self._in_conversation(number, one[2], request)

    def _create_contact(self, request: Received) -> tuple[int, Any]:
        wanted = request.json
        only(wanted, {"inbox_id", "name", "identifier", "custom_attributes"})
        must(wanted["inbox_id"] == 7, "the inbox")
        must(all(each["identifier"] != wanted["identifier"] for each in self.contacts), "a new identifier")
        number = 100 + len(self.contacts)
        inbox = {"source_id": f"source-{number}", "inbox": {"id": 7, "channel_type": "Channel::Api"}}
        contact = {"id": number, **wanted, "contact_inboxes": [inbox]}
        self.contacts.append(contact)
        return 200, {"payload": {"contact": contact, "contact_inbox": inbox}}

    def _search(self, request: Received) -> tuple[int, Any]:
        (text,) = request.query["q"]
        return 200, {"payload": [each for each in self.contacts if text in each["identifier"]], "meta": {}}

    def _create_conversation(self, request: Received) -> tuple[int, Any]:
        wanted = request.json
        only(wanted, {"source_id", "inbox_id", "contact_id", "status", "custom_attributes"})
        contact = next((each for each in self.contacts if each["id"] == wanted["contact_id"]), None)
        must(contact is not None, "a contact that exists")
        must(wanted["source_id"] == contact["contact_inboxes"][0]["source_id"], "the contact's source_id")
        must(wanted["status"] in ("open", "resolved", "pending") and wanted["inbox_id"] == 7, "a status, the inbox")
        number = 900 + len(self.conversations)
        self.conversations[number] = {"id": number, **wanted}
        self.messages[number] = []
        return 200, self.conversations[number]

    def _in_conversation(self, number: int, what: str, request: Received) -> tuple[int, Any]:
        if what == "toggle_status":
            only(request.json, {"status"})
            must(request.json["status"] in ("open", "resolved", "pending"), "a status")
            self.conversations[number] = {**self.conversations[number], **request.json}
            return 200, {"payload": {"success": True, "current_status": request.json["status"]}}
        if request.method == "GET":
            return 200, {"meta": {}, "payload": self.messages[number]}
        only(request.json, {"content", "message_type", "private", "content_attributes"})
        must(request.json["message_type"] in ("incoming", "outgoing"), "a message type")
        must(request.json["content"] and isinstance(request.json["private"], bool), "content, private or not")
        message = {"id": len(self.messages[number]) + 1, **request.json}
        self.messages[number].append(message)
        return 200, message


@dataclass(slots=True)
class IntercomReceiver(Receiver):
    """Intercom's REST API, as far as it is used."""

    token: str = "ic-token"
    contacts: list[dict[str, Any]] = field(default_factory=list)
    conversations: dict[str, dict[str, Any]] = field(default_factory=dict)
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def answer(self, request: Received) -> tuple[int, Any]:
        must(request.headers["authorization"] == f"Bearer {self.token}", "the token")
        must(re.fullmatch(r"2\.\d+", request.headers["intercom-version"]) is not None, "a version")
        fixed: dict[tuple[str, str], Callable[[Received], tuple[int, Any]]] = {
            ("POST", "/contacts"): self._create_contact,
            ("POST", "/contacts/search"): self._search_contacts,
            ("POST", "/conversations"): self._create_conversation,
            ("POST", "/conversations/search"): self._search_conversations,
        }
        if (request.method, request.path) in fixed:
            return fixed[request.method, request.path](request)
        one = re.fullmatch(r"/conversations/(\d+)(/reply|/parts)?", request.path)
        must(one is not None, f"a path of the API, not {request.method} {request.path}")
        number = one[1]
        if number not in self.conversations:
            raise Gone
        if request.method == "GET":
            return 200, {"id": number, "conversation_parts": {"conversation_parts": self.parts[number]}}
        return (self._reply if one[2] == "/reply" else self._manage)(number, request.json)

    def _create_contact(self, request: Received) -> tuple[int, Any]:
        only(request.json, {"role", "external_id", "name", "email"})
        must(request.json["role"] in ("user", "lead"), "a role")
        if any(each["external_id"] == request.json["external_id"] for each in self.contacts):
            return 409, {"type": "error.list", "errors": [{"code": "conflict"}]}
        contact = {"type": "contact", "id": f"63f7{len(self.contacts):020d}", **request.json}
        self.contacts.append(contact)
        return 200, contact

    def _search_contacts(self, request: Received) -> tuple[int, Any]:
        query = request.json["query"]
        must(query["field"] == "external_id" and query["operator"] == "=", "a query by external_id")
        found = [each for each in self.contacts if each["external_id"] == query["value"]]
        return 200, {"type": "list", "data": found, "total_count": len(found)}

    def _create_conversation(self, request: Received) -> tuple[int, Any]:
        only(request.json, {"from", "body"})
        sender = request.json["from"]
        must(sender["type"] in ("lead", "user", "contact") and request.json["body"], "a sender and a body")
        must(any(each["id"] == sender["id"] for each in self.contacts), "a contact that exists")
        number = str(36000324324 + len(self.conversations))
        self.conversations[number] = {"id": number, "contact": sender["id"], "state": "open"}
        self.parts[number] = []
        return 200, {"type": "user_message", "id": "2001", "conversation_id": number, "body": request.json["body"]}

    def _search_conversations(self, request: Received) -> tuple[int, Any]:
        query = request.json["query"]
        must(query["field"] == "contact_ids", "a query by contact")
        found = [each for each in self.conversations.values() if each["contact"] == query["value"]]
        return 200, {"type": "conversation.list", "conversations": found}

    def _reply(self, number: str, said: dict[str, Any]) -> tuple[int, Any]:
        if said["type"] == "admin":
            only(said, {"message_type", "type", "admin_id", "body"})
            must(said["message_type"] in ("comment", "note") and said["admin_id"] == "814860", "an admin's reply")
        else:
            only(said, {"message_type", "type", "intercom_user_id", "body"})
            must(said["type"] == "user" and said["message_type"] == "comment", "a contact's comment")
            must(said["intercom_user_id"] == self.conversations[number]["contact"], "its own contact")
        self.parts[number].append(said)
        return 200, {"type": "conversation", "id": number}

    def _manage(self, number: str, change: dict[str, Any]) -> tuple[int, Any]:
        only(change, {"message_type", "type", "admin_id"})
        must(change["message_type"] in ("open", "close") and change["type"] == "admin", "open or close, by an admin")
        state = "open" if change["message_type"] == "open" else "closed"
        if state == self.conversations[number]["state"]:
            return 409, {"type": "error.list", "errors": [{"code": "state_unchanged"}]}
        self.conversations[number] = {**self.conversations[number], "state": state}
        return 200, {"type": "conversation", "id": number}
