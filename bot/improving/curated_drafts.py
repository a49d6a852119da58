"""What an editor has written for a curated answer, and whether it may be given to customers. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.answering.curated import holds_for
from bot.answering.curated_quotes import problem_of
from bot.answering.question_likeness import same_words
from bot.errors import RequestRefused
from bot.safety.redaction import redact
from bot.storage.curated_answers import CuratedAnswer, CuratedContent, CuratedQuote
from knowledge.models import Article, Platform

MOST_WORDINGS = 40
WORDING_CHARACTERS = 500
LEAD_CHARACTERS = 200
MOST_QUOTES = 40
REASON_CHARACTERS = 500
MOST_DAYS = 366
"""How far ahead the last day may lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedDraft:
    """A curated answer as it was typed: `wordings` are lines, `expires_on` is a day as `2026-11-30`."""

    wordings: str = ""
    lead: str = ""
    quotes: tuple[CuratedQuote, ...] = ()
    platform: Platform = Platform.ANY
    locale: str = ""
    owner: str = ""
    expires_on: str = ""


def wordings_in(text: str) -> tuple[str, ...]:
    """The wordings of some lines, each once; two that differ in case and punctuation only are one."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        wording = " ".join(line.split())
        if wording:
            found.setdefault(same_words(wording) or wording, wording)
    return tuple(found.values())


def checked(
    draft: CuratedDraft, articles: Mapping[str, Article], owners: Collection[str], today: date
) -> CuratedContent:
    """The content that may be stored. RequestRefused, with the first thing that is to be mended."""
    wordings = _checked_wordings(draft.wordings)
    lead = " ".join(draft.lead.split())
    if len(lead) > LEAD_CHARACTERS:
        raise RequestRefused(
            f"The words of your own have {len(lead)} characters; at most {LEAD_CHARACTERS} stand above an answer. "
            "What is longer belongs into an article."
        )
    _require_no_secret("The words of your own", lead)
    if not draft.quotes:
        raise RequestRefused("No sentence is chosen. Choose an article, then tick what answers the question.")
    if len(draft.quotes) > MOST_QUOTES:
        raise RequestRefused(f"{len(draft.quotes)} sentences are chosen; an answer has at most {MOST_QUOTES}.")
    if draft.owner not in owners:
        raise RequestRefused(f"There is no agent {draft.owner!r} who could own the answer. Choose one of the list.")
    content = CuratedContent(
        wordings=wordings,
        quotes=tuple(dict.fromkeys(draft.quotes)),
        owner=draft.owner,
        expires_on=checked_day(draft.expires_on, today),
        lead=lead,
        platform=draft.platform,
        locale=draft.locale.strip(),
    )
    if problem := problem_of(content, articles):
        raise RequestRefused(problem)
    return content


def checked_day(text: str, today: date) -> date:
    """The last day on which an answer is given. RequestRefused."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise RequestRefused("Say until when the answer holds: a day, written as 2026-11-30.") from error
    if day < today:
        raise RequestRefused(f"The last day, {day}, is over. Choose one from today on.")
    if day > today + timedelta(days=MOST_DAYS):
        raise RequestRefused(
            f"The last day, {day}, is more than {MOST_DAYS} days ahead. Choose an earlier one: the answer is looked at "
            "again then."
        )
    return day


def checked_reason(text: str) -> str:
    """Why an answer is deleted. RequestRefused."""
    reason = " ".join(text.split())
    if not reason:
        raise RequestRefused("Say why the answer is deleted; whoever looks for it later reads that.")
    if len(reason) > REASON_CHARACTERS:
        raise RequestRefused(f"The reason has {len(reason)} characters; at most {REASON_CHARACTERS} are kept.")
    _require_no_secret("The reason", reason)
    return reason


def require_no_other(content: CuratedContent, active: Sequence[CuratedAnswer], own: int | None = None) -> None:
    """RequestRefused where another active answer (than the one of number `own`) has one of the wordings and may be for
    the same customers."""
    mine = {same_words(wording): wording for wording in content.wordings}
    for other in active:
        if other.number == own or not _may_meet(content, other.content):
            continue
        both = next((mine[words] for each in other.content.wordings if (words := same_words(each)) in mine), None)
        if both is not None:
            raise RequestRefused(f"“{both}” is answered by the curated answer {other.number} already. Change that one.")


def _checked_wordings(text: str) -> tuple[str, ...]:
    wordings = wordings_in(text)
    if not wordings:
        raise RequestRefused("There is no question. Write it as a customer would, and other ways to ask it below.")
    if len(wordings) > MOST_WORDINGS:
        raise RequestRefused(
            f"There are {len(wordings)} wordings; at most {MOST_WORDINGS} are compared. Leave out some."
        )
    for wording in wordings:
        if len(wording) > WORDING_CHARACTERS:
            raise RequestRefused(
                f"The wording “{wording[:40]}…” has {len(wording)} characters; at most {WORDING_CHARACTERS} are "
                "compared. Shorten it."
            )
        if not same_words(wording):
            raise RequestRefused(f"The wording “{wording}” has no word in it.")
        _require_no_secret(f"The wording “{wording[:20]}…”", wording)
    return wordings


def _require_no_secret(what: str, text: str) -> None:
    if redact(text).text != text:
        raise RequestRefused(f"{what} holds what looks like a secret or somebody's own data. Take it out.")


def _may_meet(content: CuratedContent, other: CuratedContent) -> bool:
    """Whether there are customers for whom both answers are."""
    platforms = content.platform if content.platform is not Platform.ANY else other.platform
    locales = content.locale or other.locale
    return holds_for(content, platforms, locales) and holds_for(other, platforms, locales)
