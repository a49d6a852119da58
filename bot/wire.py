"""The public JSON of a reply: what `footnote ask --json`, the HTTP interface and the stored turn show."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.models import Answer, Citation, Clarify, Handoff, Hit, Reply, Search


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """A reply as JSON values; every kind has every field."""
    citations: tuple[Citation, ...] = reply.citations if isinstance(reply, Answer) else ()
    actions = reply.actions if isinstance(reply, Answer) else ()
    return {
        "kind": reply.kind,
        "text": reply.text,
        "citations": [citation_to_json(citation) for citation in citations],
        "actions": [
            {"label": action.label, "url": action.url, "article_id": article_id} for action, article_id in actions
        ],
        "confidence": round(reply.confidence, 4),
        "reason": reply.reason.value if isinstance(reply, Handoff) else None,
        "options": list(reply.options) if isinstance(reply, Clarify) else [],
    }


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """A citation as JSON values."""
    return {
        "number": citation.number,
        "article_id": citation.article_id,
        "title": citation.title,
        "heading": citation.heading,
        "url": citation.url,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "updated_at": citation.updated_at.isoformat() if citation.updated_at else None,
    }


def hit_to_json(rank: int, hit: Hit, platform: str, updated_at: date | None, url: str) -> dict[str, Any]:
    """A ranked passage of `footnote search --json`; platform, date and URL are its article's."""
    passage = hit.passage
    return {
        "rank": rank,
        "score": round(hit.score, 6),
        "article_id": passage.article_id,
        "title": passage.title,
        "heading": passage.heading,
        "url": url,
        "text": passage.text,
        "updated_at": updated_at.isoformat() if updated_at else None,
        "platform": platform,
    }


def candidate_to_json(rank: int, hit: Hit) -> dict[str, Any]:
    """A candidate passage of a trace, with each score that ranked it."""
    passage = hit.passage
    return {
        "rank": rank,
        "passage_id": passage.id,
        "article_id": passage.article_id,
        "title": passage.title,
        "heading": passage.heading,
        "start": passage.start,
        "end": passage.end,
        "score": round(hit.score, 6),
        "signals": {name: round(value, 6) for name, value in hit.signals.items()},
    }


def trace_to_json(
    question: str, reply: Reply, threshold: Mapping[str, Any], config_hash: str, search: Search | None
) -> dict[str, Any]:
    """How a reply came about: what was asked, searched and considered, what was decided, on which index and
    configuration. `threshold` says how sure an answer had to be, and where that comes from; `search` is None when the
    reply needed none."""
    hits = search.hits if search else ()
    return {
        "question": question,
        "rewritten_question": search.text if search else question,
        "corrections": dict(search.corrections) if search else {},
        "weights": _rounded(search.weights) if search else {},
        "candidates": [candidate_to_json(rank, hit) for rank, hit in enumerate(hits, start=1)],
        "lesser_modes": list(search.lesser_modes) if search else [],
        **({"rules": [dict(rule) for rule in search.rules]} if search and search.rules else {}),
        "confidence_signals": _rounded(search.confidence_signals) if search else {},
        "decision": {
            "kind": reply.kind,
            "reason": reply.reason.value if isinstance(reply, Handoff) else None,
            "confidence": round(reply.confidence, 4),
            **threshold,
        },
        "index_generation": search.generation if search else None,
        "config_hash": config_hash,
    }


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}
