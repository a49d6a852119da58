"""Every error of the bot, each a sentence that a person can act on.

FootnoteError                 exit code 1 of a command; `code` and `status` of an HTTP answer
├── ConfigurationError        a setting is wrong, or what it names is not there
├── IndexUnavailable          there is no index yet, or it cannot be read
├── IndexBusy                 another process is writing the index
├── StorageError              the database cannot be opened or written
├── Overloaded                more questions are waiting than can be answered soon
└── RequestRefused            what a customer or a client sent is refused
    ├── UnknownSite
    ├── NotAuthorised
    ├── ConversationNotFound
    ├── EmptyMessage
    └── MessageTooLong

Foreign errors (knowledge, embeddings, SQLAlchemy) are translated once, at the edge that met them.
"""

from typing import ClassVar


class FootnoteError(Exception):
    """A sentence for a person: what happened, which input, what to do."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500


class ConfigurationError(FootnoteError):
    """A setting is wrong, or what it names is not there."""

    code = "configuration_error"


class IndexUnavailable(FootnoteError):
    """There is no index yet, or it cannot be read."""

    code = "index_unavailable"
    status = 503


class IndexBusy(FootnoteError):
    """Another process is writing the index."""

    code = "index_busy"
    status = 409


class StorageError(FootnoteError):
    """The database cannot be opened or written."""

    code = "storage_unavailable"
    status = 503


class Overloaded(FootnoteError):
    """More questions are waiting than can be answered soon."""

    code = "overloaded"
    status = 503


class RequestRefused(FootnoteError):
    """What a customer or a client sent is refused."""

    code = "bad_request"
    status = 400


class UnknownSite(RequestRefused):
    """No site has this key, or it may not be used from there."""

    code = "unknown_site"
    status = 403


class NotAuthorised(RequestRefused):
    """The token is missing or is not this conversation's."""

    code = "not_authorised"
    status = 401


class ConversationNotFound(RequestRefused):
    """No conversation has this id."""

    code = "conversation_not_found"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no conversation with this id. Start a new one.")


class EmptyMessage(RequestRefused):
    """A question with no text in it."""

    code = "empty_message"
    status = 422


class MessageTooLong(RequestRefused):
    """A question longer than the limit."""

    code = "message_too_long"
    status = 413
