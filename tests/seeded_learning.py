"""What agents and editors have made of a store full of answered questions: proposed cases, curated answers and rules,
with the replies that these had a part in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert

from bot.storage.curated_answers import CuratedContent, CuratedQuote, add_answer
from bot.storage.database import Database
from bot.storage.passage_rules import RuledPassage, RuleKind, RuleWish, make_rule
from bot.storage.proposed_cases import CaseSource, Expectation, Proposal, Replied, accept_case, propose_case
from bot.storage.schema import curated_given, ruled_replies
from tests.seeded_store import QUESTION, SeededConversation, SeededTurn

CASES, ANSWERS, RULES = 2000, 300, 300
ACCEPTED_ONE_IN = 3


def store_learning(database: Database, found: Sequence[SeededConversation], until: datetime) -> None:
    """Writes 2,000 cases, one of three of them accepted, and 300 curated answers and rules; every twentieth reply came
    about by one of these, and by one of those."""
    turns = [turn for conversation in found for turn in conversation.turns if turn.kind == "answer"]
    with database.write() as connection:
        _store_cases(connection, turns[:: max(1, len(turns) // CASES)][:CASES], until)
        _store_answers(connection, turns, until)
        _store_rules(connection, turns, until)


def _store_cases(connection: Connection, turns: Sequence[SeededTurn], until: datetime) -> None:
    for number, turn in enumerate(turns):
        proposal = Proposal(
            turn_id=turn.id,
            source=tuple(CaseSource)[number % 3],
            question=QUESTION,
            replied=Replied(kind="answer", text="So.", articles=turn.cited),
            found=(turn.nearest,),
        )
        made = propose_case(connection, proposal, until)
        if made is not None and number % ACCEPTED_ONE_IN == 0:
            expected = Expectation(expect="answer", articles=turn.cited)
            accept_case(connection, made.number, expected, "ada", until)


def _store_answers(connection: Connection, turns: Sequence[SeededTurn], until: datetime) -> None:
    for number in range(ANSWERS):
        content = CuratedContent(
            wordings=(f"What of subject {number}?", f"And subject {number}?"),
            quotes=(CuratedQuote(f"article-{number}", "", f"Subject {number} is explained here."),),
            owner="ada",
            expires_on=until.date() + timedelta(days=number % 60 - 10),
        )
        add_answer(connection, content, "ada", until)
    given = [
        {"turn_id": turn.id, "number": 1 + place % ANSWERS, "version": 1, "day": turn.day}
        for place, turn in enumerate(turns[::20])
    ]
    connection.execute(insert(curated_given), given)


def _store_rules(connection: Connection, turns: Sequence[SeededTurn], until: datetime) -> None:
    for number in range(RULES):
        wish = RuleWish(
            kind=RuleKind.PIN,
            passage=RuledPassage(f"passage-{number}", f"article-{number}", f"Subject {number}", "", "It is explained"),
            question=f"What of subject {number}?",
            reason="It is the newer one.",
            last_day=until.date() + timedelta(days=1 + number % 60),
        )
        make_rule(connection, wish, "ada", until)
    ruled = [
        {"turn_id": turn.id, "rule": 1 + place % RULES, "day": turn.day} for place, turn in enumerate(turns[7::20])
    ]
    connection.execute(insert(ruled_replies), ruled)
