"""What SQLite reports, as sentences."""

import sqlite3

from sqlalchemy.exc import DBAPIError

from bot.storage.faults import BUSY, is_mistake

_PRIMARY_CODE = 0xFF

_READ_ONLY = (
    "The database {name} is read-only here. Give this user the right to write to it and to its directory, "
    "or choose another place with FOOTNOTE_DATA_DIR."
)
_SENTENCES = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: (
        "The database {name} cannot be opened. It must be a file, in a directory that exists, "
        "and both must be readable and writable for this user."
    ),
    sqlite3.SQLITE_FULL: (
        "There is no room left to write to the database {name}. Free some space on its disk and try again; "
        "what was stored before is still there."
    ),
    sqlite3.SQLITE_NOTADB: (
        "The file {name} is not a SQLite database. Move it away, or choose another place with FOOTNOTE_DATA_DIR."
    ),
    sqlite3.SQLITE_CORRUPT: "The database {name} is damaged. Stop Footnote and put a backup in its place.",
    sqlite3.SQLITE_IOERR: (
        "The disk under the database {name} reported an error ({detail}). Check the disk; the database must lie on "
        "a local one, not on a network share."
    ),
}
_OTHERWISE = "The database {name} refused a request ({detail}). Run `footnote doctor` to see what is wrong with it."


def sqlite_sentence(name: str, error: DBAPIError) -> str | None:
    """What happened to the database at the path `name` and what to do; None for a mistake in a statement."""
    if is_mistake(error):
        return None
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
    return _SENTENCES.get(code, _OTHERWISE).format(name=name, detail=error.orig)
