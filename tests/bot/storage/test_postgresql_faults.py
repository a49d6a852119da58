import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, OperationalError, ProgrammingError

from bot.storage.postgresql_faults import postgresql_sentence

NAME = "postgresql://footnote:***@db.example/footnote"


def failure(code: str) -> DBAPIError:
    return InternalError("SELECT 1", {}, errors.lookup(code)("the server's words"))


def refusal(message: str) -> DBAPIError:
    return OperationalError(None, None, psycopg.OperationalError(message))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("55P03", "is busy"),
        ("40001", "is busy"),
        ("40P01", "is busy"),
        ("57014", "took too long"),
        ("25006", "is read-only"),
        ("53100", "no room left"),
        ("53300", "takes no more connections"),
        ("42501", "lacks a right (the server's words)"),
        ("58030", "reported an error (the server's words)"),
        ("XX001", "is damaged (the server's words)"),
        ("XX000", "refused a request (the server's words)"),
    ],
)
def test_each_failure_has_a_sentence_that_names_the_database(code: str, says: str) -> None:
    sentence = postgresql_sentence(NAME, failure(code))
    assert sentence is not None and says in sentence and NAME in sentence


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ('FATAL:  password authentication failed for user "a"', "refused to let this user in"),
        ('FATAL:  role "a" does not exist', "refused to let this user in"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', "refused to let this user in"),
        ("fe_sendauth: no password supplied", "refused to let this user in"),
        ('FATAL:  database "footnote" does not exist', "There is no database"),
        ("FATAL:  sorry, too many clients already", "takes no more connections"),
        ('FATAL:  too many connections for database "footnote"', "takes no more connections"),
        ("FATAL:  the database system is starting up", "is starting or stopping"),
        ("connection timeout expired", "cannot be reached (connection timeout expired)"),
        (
            'connection to server at "10.0.0.1", port 5432 failed:\n\tConnection refused\n',
            "failed: Connection refused)",
        ),
    ],
)
def test_each_refusal_of_a_connection_has_a_sentence(message: str, says: str) -> None:
    sentence = postgresql_sentence(NAME, refusal(message))
    assert sentence is not None and says in sentence and NAME in sentence


def test_a_connection_that_breaks_is_lost_whatever_was_said() -> None:
    broken = OperationalError("COMMIT", {}, errors.AdminShutdown("terminating"), connection_invalidated=True)
    assert "lost in the middle of a request (terminating)" in str(postgresql_sentence(NAME, broken))


def test_long_words_are_cut() -> None:
    sentence = postgresql_sentence(NAME, refusal("x" * 10_000))
    assert sentence is not None and len(sentence) < 500


def test_mistakes_have_none() -> None:
    assert postgresql_sentence(NAME, IntegrityError("INSERT", {}, errors.UniqueViolation("no"))) is None
    assert postgresql_sentence(NAME, ProgrammingError("SELECT x", {}, errors.UndefinedColumn("no"))) is None
