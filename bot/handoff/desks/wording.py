"""An event in plain text, as agents read it at a desk that has no fields for its parts. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

AUTHORS = {"customer": "Customer", "assistant": "Assistant", "agent": "Agent"}
_SUBJECT_CHARACTERS = 120
_NOT_KNOWN = "not known"


def subject(data: Mapping[str, Any]) -> str:
    """One line for a ticket or an e-mail."""
    text = " ".join(str(data.get("last_question") or data.get("summary") or "A customer asks for a person").split())
    return text if len(text) <= _SUBJECT_CHARACTERS else text[: _SUBJECT_CHARACTERS - 1].rstrip() + "…"


def note(data: Mapping[str, Any]) -> str:
    """Everything that a `handoff.requested` event holds, the most useful first."""
    user = data.get("end_user") or {}
    facts = {
        "Reason": (data.get("reason") or {}).get("text"),
        "Summary": data.get("summary"),
        "Last question": data.get("last_question"),
        "The customer adds": data.get("note"),
        "Customer (verified by the site)": _verified(user),
        f"Contact ({_word_on_email(user)})": user.get("email") or _NOT_KNOWN,
        "Platform": data.get("platform"),
        "Language": data.get("language"),
        "Page": data.get("page_url") or _NOT_KNOWN,
        "Conversation": data.get("console_url"),
        "Index and configuration": " ".join(filter(None, (data.get("index_hash"), data.get("config_hash")))),
    }
    blocks = [_listed(facts)]
    if articles := data.get("tried"):
        blocks.append("\n".join(["Articles the customer was shown:", *(_article(each) for each in articles)]))
    if lines := data.get("transcript"):
        blocks.append(transcript(lines))
    return "\n\n".join(blocks)


def transcript(lines: Sequence[Mapping[str, Any]]) -> str:
    """What was said, a paragraph a message, with the articles that an answer cited."""
    return "\n\n".join(["What was said so far:", *(_said(line) for line in lines)])


def message(data: Mapping[str, Any]) -> str:
    """A `handoff.message` event with who said it."""
    return f"{AUTHORS.get(str(data.get('author')), 'Customer')}: {data.get('text', '')}"


def reminder(data: Mapping[str, Any]) -> str:
    """A `handoff.reminder` event."""
    since = data.get("waiting_since")
    return "The customer is still waiting" + (f", since {since}." if since else ".")


def contact(data: Mapping[str, Any]) -> str:
    """A `handoff.contact` event."""
    user = data.get("end_user") or {}
    facts = {
        f"The customer can be reached at ({_word_on_email(user)})": user.get("email") or _NOT_KNOWN,
        "The customer adds": data.get("note"),
    }
    return _listed(facts)


def summary(data: Mapping[str, Any]) -> str:
    """A `handoff.summary` event."""
    return f"Summary, written by a language model: {data.get('summary', '')}"


def ended(data: Mapping[str, Any]) -> str:
    """A `handoff.ended` event."""
    by = {"bot": "The assistant answers again.", "closed": "The conversation was closed."}
    return by.get(str(data.get("by")), "The handoff has ended.")


def words(kind: str, data: Mapping[str, Any]) -> str | None:
    """What agents read of an event of this type; None for a type that has no words."""
    said = _WORDS.get(kind)
    return None if said is None else said(data)


def _listed(facts: Mapping[str, Any]) -> str:
    """A line for each that is known. Further lines of a value are set in: no customer writes a fact of their own."""
    return "\n".join("\n  ".join(f"{name}: {value}".splitlines()) for name, value in facts.items() if value)


def _verified(user: Mapping[str, Any]) -> str:
    """Who the site says that the customer is; empty of an anonymous visitor."""
    if not user.get("verified"):
        return ""
    return f"{user['name']} ({user['id']})" if user.get("name") else str(user.get("id"))


def _word_on_email(user: Mapping[str, Any]) -> str:
    return "verified" if user.get("email_verified") else "not verified"


def _article(article: Mapping[str, Any]) -> str:
    return f"- {article['title']} ({article['url']})"


def _said(line: Mapping[str, Any]) -> str:
    cited = {citation["number"]: citation for citation in line["citations"]}
    sources = "".join(f"\n  [{number}] {each['title']} ({each['url']})" for number, each in cited.items())
    return f"{AUTHORS.get(line['author'], 'Customer')} ({line['at']}):\n{line['text']}{sources}"


_WORDS = {
    "handoff.requested": note,
    "handoff.message": message,
    "handoff.reminder": reminder,
    "handoff.contact": contact,
    "handoff.summary": summary,
    "handoff.ended": ended,
}
