"""What PostgreSQL, its driver and the way to it report, as sentences."""

import re

from sqlalchemy.exc import DBAPIError

from bot.storage.faults import BUSY, is_mistake

_LOST = (
    "The connection to the database {name} was lost in the middle of a request ({detail}). "
    "Whether that was stored is not known: look, then try again."
)
_READ_ONLY = (
    "The database {name} is read-only: it is a standby, or its administrator has set it so. "
    "Name the primary server in FOOTNOTE_DATABASE_URL."
)
_DAMAGED = "The database {name} is damaged ({detail}). Stop Footnote and put a backup in its place."
_FULL = (
    "There is no room left to write to the database {name}. Free some space on its server's disk and try again; "
    "what was stored before is still there."
)
_TOO_MANY = (
    "The server of the database {name} takes no more connections. Close some, or raise its max_connections; "
    "a process of Footnote needs up to 13."
)
_SENTENCES = {
    "55P03": BUSY,  # lock_not_available
    "40001": BUSY,  # serialization_failure
    "40P01": BUSY,  # deadlock_detected
    "57014": "The database {name} took too long over a request, which was therefore given up. Try again in a moment.",
    "25006": _READ_ONLY,
    "53100": _FULL,
    "53300": _TOO_MANY,
    "42501": (
        "The user of the database {name} lacks a right ({detail}). Make that user the owner of the database, or grant "
        "CREATE and USAGE on its schema."
    ),
    "58030": "The disk under the database {name} reported an error ({detail}). Check the server's disk.",
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
_REFUSED = {
    r"password authentication failed|no password supplied|role .* does not exist|no pg_hba\.conf entry|"
    r"authentication failed": (
        "The server of the database {name} refused to let this user in ({detail}). Check the user and the password in "
        "FOOTNOTE_DATABASE_URL."
    ),
    r"database .* does not exist": (
        "There is no database {name} on that server. Make it with `createdb --encoding=UTF8`, or correct its name in "
        "FOOTNOTE_DATABASE_URL."
    ),
    r"too many clients|too many connections|connection slots are reserved": _TOO_MANY,
    r"the database system is": (
        "The server of the database {name} is starting or stopping ({detail}). Try again in a moment."
    ),
    "": (
        "The server of the database {name} cannot be reached ({detail}). Start it, or correct its address in "
        "FOOTNOTE_DATABASE_URL."
    ),
}
"""What the server says to somebody it does not let in, by pattern; the driver keeps no code of it. "" is the rest."""
_OTHERWISE = "The database {name} refused a request ({detail}). Run `footnote doctor` to see what is wrong with it."
_LONGEST_DETAIL = 200


def postgresql_sentence(name: str, error: DBAPIError) -> str | None:
    """What happened to the database at the address `name` and what to do; None for a mistake in a statement."""
    code = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated:
        sentence = _LOST
    elif code in _SENTENCES:
        sentence = _SENTENCES[code]
    elif is_mistake(error):
        return None
    elif code is None and error.statement is None:
        sentence = next(told for pattern, told in _REFUSED.items() if re.search(pattern, str(error.orig)))
    else:
        sentence = _OTHERWISE
    return sentence.format(name=name, detail=_detail(error))


def _detail(error: DBAPIError) -> str:
    """What the server or the driver said, without the part that quotes rows."""
    diagnosis = getattr(error.orig, "diag", None)
    said = " ".join((getattr(diagnosis, "message_primary", None) or str(error.orig)).split())
    return said if len(said) <= _LONGEST_DETAIL else f"{said[:_LONGEST_DETAIL]}…"
