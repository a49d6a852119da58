"""Curated answers are written, changed, withdrawn and deleted, each with who did it in the audit log."""

from collections.abc import Mapping
from datetime import datetime

from bot.answering.curated_quotes import problem_of
from bot.errors import RequestRefused
from bot.improving.curated_drafts import CuratedDraft, checked, checked_reason, require_no_other
from bot.storage.agents import agent_accounts
from bot.storage.audit import note
from bot.storage.curated_answers import (
    CuratedAnswer,
    CuratedAnswerChanged,
    CuratedState,
    active_answers,
    add_answer,
    add_version,
    curated_answer,
)
from bot.storage.database import Database
from knowledge.models import Article


def write_answer(
    database: Database, draft: CuratedDraft, articles: Mapping[str, Article], agent: str, now: datetime
) -> CuratedAnswer:
    """Stores a new curated answer, which is given from now on. RequestRefused."""
    content = checked(draft, articles, owners(database), now.date())
    require_no_other(content, active_answers(database, now.date()))
    with database.write() as connection:
        made = add_answer(connection, content, agent, now)
        note(connection, now, agent, "curated_answer_written", str(made.number), version=made.version)
    return made


def change_answer(
    database: Database,
    number: int,
    seen: int,
    draft: CuratedDraft,
    articles: Mapping[str, Article],
    agent: str,
    now: datetime,
) -> CuratedAnswer:
    """Stores what an editor has made of the version `seen`: active, whatever it was. CuratedNotFound,
    CuratedAnswerChanged, RequestRefused."""
    _require_not_deleted(curated_answer(database, number), seen)
    content = checked(draft, articles, owners(database), now.date())
    require_no_other(content, active_answers(database, now.date()), number)
    with database.write() as connection:
        made = add_version(connection, number, seen, agent, now, content=content)
        note(connection, now, agent, "curated_answer_changed", str(number), version=made.version)
    return made


def confirm_answer(
    database: Database, number: int, seen: int, articles: Mapping[str, Article], agent: str, now: datetime
) -> CuratedAnswer:
    """Makes a withdrawn answer active again as it is, because an editor holds it for right. CuratedNotFound,
    CuratedAnswerChanged; RequestRefused where its quotes do not stand or its last day is over."""
    answer = curated_answer(database, number)
    _require_not_deleted(answer, seen)
    if problem := problem_of(answer.content, articles):
        raise RequestRefused(f"{problem} Change the answer so that it says what the article says now.")
    if answer.content.expires_on < now.date():
        raise RequestRefused(
            f"Its last day, {answer.content.expires_on}, is over. Change the answer and choose another."
        )
    require_no_other(answer.content, active_answers(database, now.date()), number)
    with database.write() as connection:
        made = add_version(connection, number, seen, agent, now)
        note(connection, now, agent, "curated_answer_confirmed", str(number), version=made.version)
    return made


def delete_answer(database: Database, number: int, seen: int, reason: str, agent: str, now: datetime) -> CuratedAnswer:
    """Notes that an answer is not to be given any more; its versions are kept. CuratedNotFound, CuratedAnswerChanged,
    RequestRefused."""
    because = checked_reason(reason)
    _require_not_deleted(curated_answer(database, number), seen)
    with database.write() as connection:
        made = add_version(connection, number, seen, agent, now, state=CuratedState.DELETED, because=because)
        note(connection, now, agent, "curated_answer_deleted", str(number), version=made.version)
    return made


def withdraw_changed(database: Database, articles: Mapping[str, Article], now: datetime) -> tuple[CuratedAnswer, ...]:
    """Withdraws every active answer of which a quote does not stand in these articles, those of the index that serves.
    The withdrawn ones; an answer that an editor changes at this moment is left to the editor's own check."""
    withdrawn = []
    for answer in active_answers(database, now.date()):
        problem = problem_of(answer.content, articles)
        if not problem:
            continue
        try:
            with database.write() as connection:
                state = CuratedState.WITHDRAWN
                made = add_version(connection, answer.number, answer.version, None, now, state=state, because=problem)
                note(connection, now, None, "curated_answer_withdrawn", str(made.number), version=made.version)
        except CuratedAnswerChanged:
            continue
        withdrawn.append(made)
    return tuple(withdrawn)


def owners(database: Database) -> tuple[str, ...]:
    """The agents who may own an answer."""
    return tuple(account.agent.name for account in agent_accounts(database))


def _require_not_deleted(answer: CuratedAnswer, seen: int) -> None:
    if answer.state is CuratedState.DELETED and answer.version == seen:
        raise RequestRefused(f"The curated answer {answer.number} is deleted. Write a new one.")
