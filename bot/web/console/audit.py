"""Who changed what, the newest first: for admins."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.models import Agent
from bot.roles import Permission
from bot.safety.redaction import redact
from bot.storage.agents import agent_accounts
from bot.storage.audit import AuditEntry, audit_entries, audited_actions
from bot.storage.database import Database
from bot.web.console.dependencies import console_page, wants_json
from bot.web.console.permissions import require
from bot.web.dependencies import RunningService

AUDIT = "/console/audit"
AT_ONCE = 50
LARGEST = 2**31 - 1
NOBODY = "-"
"""Names the server and its command line in an address, for no agent has this name."""
SERVER = "the command line"
ACTIONS = {
    "agent_added": "added",
    "agent_disabled": "disabled",
    "agent_enabled": "enabled",
    "case_accepted": "accepted the proposed case",
    "case_dismissed": "dismissed the proposed case",
    "curated_answer_changed": "changed the curated answer",
    "curated_answer_confirmed": "said that it is still right: the curated answer",
    "curated_answer_deleted": "deleted the curated answer",
    "curated_answer_withdrawn": "withdrew, because an article has changed, the curated answer",
    "curated_answer_written": "wrote the curated answer",
    "gap_changed": "changed the gap",
    "linked_to_provider": "came from the identity provider for the first time as",
    "login_made": "made a one-time login for",
    "passage_muted": "muted a passage of the article",
    "passage_pinned": "pinned a passage of the article",
    "password_set": "set a password for",
    "reindexing_begun": "began to read again the",
    "reply_marked": "marked a reply right or wrong, as proposed case",
    "role_changed": "changed the role of",
    "rolled_back": "had an earlier index, or one set aside, serve: generation",
    "rule_ended": "ended a rule for a passage of the article",
    "signed_in": "signed in as",
    "sign_in_refused": "refused to sign in",
    "signed_out_everywhere": "signed out everywhere",
}
"""What people read of an action; of one that is not here, its own name."""

router = APIRouter(prefix=AUDIT, include_in_schema=False)

AuditingAgent = Annotated[Agent, require(Permission.READ_AUDIT)]
_Chosen = Annotated[str, Query(max_length=200)]


@router.get("")
async def show_audit(
    request: Request,
    reader: AuditingAgent,
    service: RunningService,
    agent: _Chosen = "",
    action: _Chosen = "",
    before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> Response:
    """Entries of all agents and actions or of one, older ones behind `before`."""
    database = service.footnote.database
    found = await service.read(lambda: _entries(database, agent, action, before))
    shown = found[:AT_ONCE]
    older = shown[-1].number if len(found) > AT_ONCE else None
    if wants_json(request):
        return JSONResponse({"entries": [to_json(entry) for entry in shown], "older_before": older})
    accounts = await service.read(lambda: agent_accounts(database))
    chosen = {"agent": agent, "action": action}
    return console_page(
        "audit.html",
        reader,
        entries=[to_json(entry) | {"at": entry.at} for entry in shown],
        words=ACTIONS,
        server=SERVER,
        nobody=NOBODY,
        names=[account.agent.name for account in accounts],
        actions=await service.read(lambda: audited_actions(database)),
        chosen=chosen,
        is_filtered=bool(agent or action or before),
        older=_path(chosen, older) if older else "",
        newest=_path(chosen) if before else "",
    )


def to_json(entry: AuditEntry) -> dict[str, Any]:
    """An entry as it leaves the server: whatever looks like a secret is masked, though none should be there."""
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "agent": entry.agent,
        "action": entry.action,
        "object": redact(entry.object).text,
        "detail": {
            name: redact(value).text if isinstance(value, str) else value for name, value in entry.detail.items()
        },
    }


def _entries(database: Database, agent: str, action: str, before: int | None) -> tuple[AuditEntry, ...]:
    """One more than is shown, if there is one."""
    of_agent = None if not agent else "" if agent == NOBODY else agent
    return audit_entries(database, AT_ONCE + 1, agent=of_agent, action=action or None, before=before)


def _path(chosen: Mapping[str, str], before: int | None = None) -> str:
    kept = {name: value for name, value in chosen.items() if value}
    query = urlencode(kept | ({"before": str(before)} if before else {}))
    return f"{AUDIT}?{query}" if query else AUDIT
