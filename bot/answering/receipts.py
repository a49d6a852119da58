"""Answer receipts: what a turn's reply rests on, in JSON values with one canonical form and its SHA-256, so that the
reply can be made again and any difference be explained. Pure."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.models import Citation, CustomerContext, Hit, Said, Search
from knowledge.models import Article

FORMAT = 1
MOST_PASSAGES = 20
"""Of the passages that a reply considered, the best ones that a receipt names."""

Receipt = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Under what a message was answered."""

    config_hash: str
    context: CustomerContext
    links_start_with: str
    history: Sequence[Said] = ()
    turns: Sequence[str] = ()
    """Ids of the stored turns that the history was made of, oldest first."""
    secrets: Sequence[str] = ()
    """What kinds of secrets were masked in the message, as a customer reads them."""


def receipt(
    *,
    question: str,
    resolved: str,
    reply: Mapping[str, Any],
    circumstances: Circumstances,
    search: Search | None = None,
    index_sha256: str | None = None,
    articles: Mapping[str, Article] | None = None,
    citations: Sequence[Citation] = (),
    account: Mapping[str, Any] | None = None,
    threshold: float | None = None,
) -> dict[str, Any]:
    """The receipt of one turn. `question` is the message with secrets masked, `resolved` what it means by itself,
    `reply` the public JSON; `search`, `index_sha256` and `threshold` (how sure to be) are None when the reply needed no
    search. `account` is the composer's (its verdict on each sentence, a model's raw completion). Of earlier messages it
    holds the hash only."""
    hits = search.hits[:MOST_PASSAGES] if search else ()
    known = articles or {}
    return {
        "format": FORMAT,
        "index": {"sha256": index_sha256, "generation": search.generation if search else None},
        "config": circumstances.config_hash,
        "threshold": threshold,
        "question": question,
        "resolved": resolved,
        "searched": search.text if search else None,
        "lesser_modes": list(search.lesser_modes) if search else [],
        **({"rules": [_rule(rule) for rule in search.rules]} if search and search.rules else {}),
        "platform": circumstances.context.platform.value,
        "locale": circumstances.context.locale,
        "links_start_with": circumstances.links_start_with,
        "history": {"turns": list(circumstances.turns), "sha256": history_sha256(circumstances.history)},
        "secrets": list(circumstances.secrets),
        "articles": {
            id_: article_sha256(known[id_])
            for id_ in sorted({hit.passage.article_id for hit in hits} | {cited.article_id for cited in citations})
            if id_ in known
        },
        "passages": [_passage(hit) for hit in hits],
        "citations": [_citation(cited, known) for cited in citations],
        "account": dict(account) if account is not None else None,
        "reply": dict(reply),
    }


def canonical(value: object) -> bytes:
    """JSON values in their one form: keys sorted, no white space, UTF-8. ValueError for a number that JSON has not."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def sha256_of(value: object) -> str:
    """The SHA-256 of the canonical form, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def history_sha256(history: Sequence[Said]) -> str | None:
    """The hash of earlier messages; None when there were none."""
    rows = [[said.role, said.text, said.kind, list(said.article_ids)] for said in history]
    return sha256_of(rows) if rows else None


def article_sha256(article: Article) -> str:
    """The hash of what customers read of an article: title, body, platform and the day of its last change."""
    day = article.updated_at.isoformat() if article.updated_at else None
    return sha256_of([article.title, article.body, article.platform.value, article.url, day])


def same_reply(receipt: Receipt, other: Receipt) -> bool:
    """Whether two receipts have the same reply, byte for byte."""
    return canonical(receipt["reply"]) == canonical(other["reply"])


def differences(receipt: Receipt, other: Receipt) -> tuple[str, ...]:
    """A sentence for each thing that was otherwise at the second receipt of a question; none when nothing was."""
    return tuple(_differences(receipt, other))


def _differences(then: Receipt, now: Receipt) -> Iterator[str]:
    if then["index"]["sha256"] and now["index"]["sha256"] and then["index"]["sha256"] != now["index"]["sha256"]:
        yield f"The index was {_short(then['index']['sha256'])} and is {_short(now['index']['sha256'])} now."
    if then["config"] != now["config"]:
        yield f"The configuration was {_short(then['config'])} and is {_short(now['config'])} now."
    was_sure, is_sure = then.get("threshold"), now.get("threshold")
    if was_sure is not None and is_sure is not None and was_sure != is_sure:
        yield f"Answers needed a confidence of {was_sure:.4f} and need {is_sure:.4f} now."
    if then["history"]["sha256"] != now["history"]["sha256"]:
        yield "The messages before it are not those that were read then."
    if (then["platform"], then["locale"]) != (now["platform"], now["locale"]):
        yield (
            f"Platform and locale were {then['platform']} and {then['locale']}, "
            f"and are {now['platform']} and {now['locale']} now."
        )
    if then["resolved"] != now["resolved"]:
        yield f"The question was understood as {then['resolved']!r} and is understood as {now['resolved']!r} now."
    if then["lesser_modes"] != now["lesser_modes"]:
        yield "A part of the search that failed at one of the two times did not fail at the other."
    yield from _rule_differences(then, now)
    was_curated, is_curated = _curated(then), _curated(now)
    if was_curated != is_curated:
        yield f"The answer given was {was_curated or 'composed'}, and is {is_curated or 'composed'} now."
    yield from _article_differences(then, now)
    if not same_reply(then, now):
        yield f"The reply is another: it was {_described(then)} and is {_described(now)} now."


def _rule_differences(then: Receipt, now: Receipt) -> Iterator[str]:
    held, holds = ([rule["number"] for rule in each.get("rules", ())] for each in (then, now))
    if gone := [str(number) for number in held if number not in holds]:
        yield f"Rules of editors that do not hold for it any more: {', '.join(gone)}."
    if new := [str(number) for number in holds if number not in held]:
        yield f"Rules of editors that hold for it now: {', '.join(new)}."


def _curated(receipt: Receipt) -> str:
    """Which curated answer was given, in words; empty when none was."""
    found = (receipt.get("account") or {}).get("curated")
    return f"the curated answer {found['number']}, version {found['version']}" if found else ""


def _article_differences(then: Receipt, now: Receipt) -> Iterator[str]:
    cited = list(dict.fromkeys(citation["article_id"] for citation in then["citations"]))
    for id_ in cited:
        if id_ not in now["articles"]:
            yield f"The article {id_}, which was cited, is not among the best ones found now."
        elif then["articles"].get(id_) != now["articles"][id_]:
            yield f"The article {id_}, which was cited, has changed."
    new = [citation["article_id"] for citation in now["citations"]]
    for id_ in dict.fromkeys(new):
        if id_ not in cited:
            was = then["articles"].get(id_)
            how = "was not among the best ones found then" if was is None else "was found, but not cited then"
            yield f"The article {id_}, which is cited now, {how}."


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    passages = [each["passage_id"] for each in rule["passages"]]
    return {"number": rule["number"], "kind": rule["kind"], "passages": passages}


def _passage(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "id": passage.id,
        "article_id": passage.article_id,
        "start": passage.start,
        "end": passage.end,
        "sha256": _text_sha256(passage.text),
        "score": round(hit.score, 4),
    }


def _citation(citation: Citation, articles: Mapping[str, Article]) -> dict[str, Any]:
    """Where a sentence stands, the hash of its quote, and whether the quote stands there indeed."""
    article = articles.get(citation.article_id)
    return {
        "number": citation.number,
        "article_id": citation.article_id,
        "start": citation.start,
        "end": citation.end,
        "sha256": _text_sha256(citation.quote),
        "exact": article is not None and article.body[citation.start : citation.end] == citation.quote,
    }


def _described(receipt: Receipt) -> str:
    reply = receipt["reply"]
    ids: Collection[str] = dict.fromkeys(citation["article_id"] for citation in receipt["citations"])
    return f"{reply['kind']}" + (f" from {', '.join(ids)}" if ids else "")


def _short(hexadecimal: str) -> str:
    return hexadecimal[:12]


def _text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
