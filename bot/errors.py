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
    ├── MessageTooLong
    ├── NotYourTurn           somebody else has the conversation, or nobody does
    ├── MessageChanged        a message came again under its id, in other words
    ├── SignInRequired        the console wants an agent who is signed in
    ├── SignInFailed          no such name and password, or no such one-time login
    ├── NotPermitted          the agent's role may not do this
    ├── TooManySignIns        too many wrong tries; the next one may come later
    ├── TooManyRequests       more than a site's limits let through
    ├── IdentityRefused       the site's token does not say who a customer is
    ├── IdentityExpired       it did, and is too old
    ├── IdentityTaken         the conversation is another customer's
    ├── ForeignOrigin         a page of another site asks
    ├── PasswordRefused       a new password that would be too easy to guess
    └── AgentRefused          an agent's name cannot be used, is taken, or is not known

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


class NotYourTurn(RequestRefused):
    """What somebody wished does not fit who has the conversation; the sentence says who that is."""

    code = "not_your_turn"
    status = 409


class MessageChanged(RequestRefused):
    """A message came a second time under its id, in other words."""

    code = "message_changed"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "This message was sent already, in other words: see what the customer has, then send the rest again."
        )


class SignInRequired(RequestRefused):
    """The console wants an agent who is signed in."""

    code = "sign_in_required"
    status = 401

    def __init__(self) -> None:
        super().__init__("You are not signed in to the console, or your session has ended. Sign in again.")


class SignInFailed(RequestRefused):
    """No agent has this name and this password, or no one-time login is this one. Which it was is not told."""

    code = "sign_in_failed"
    status = 401


class NotPermitted(RequestRefused):
    """An agent is signed in whose role may not do this; the sentence says whose may."""

    code = "not_permitted"
    status = 403


class TooManySignIns(RequestRefused):
    """Too many wrong tries; the next one is looked at in `seconds`."""

    code = "too_many_sign_ins"
    status = 429

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        minutes = -(-seconds // 60)
        wait = f"{seconds} seconds" if seconds <= 90 else f"{minutes} minutes"
        super().__init__(f"Too many tries have failed. Try again in {wait}, or ask for a one-time login.")


class TooManyRequests(RequestRefused):
    """More than a site's limits let through; the same request may succeed in `seconds`."""

    code = "too_many_requests"
    status = 429

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        wait = "a second" if seconds == 1 else f"{seconds} seconds"
        super().__init__(f"Too much was sent in a short time. Try again in {wait}.")


class IdentityRefused(RequestRefused):
    """A token that is to say who a customer is does not do so; the sentence is for whoever wrote the site."""

    code = "identity_refused"
    status = 401


class IdentityExpired(RequestRefused):
    """A token that said who a customer is, too old: the same site can sign a new one."""

    code = "identity_expired"
    status = 401


class IdentityTaken(RequestRefused):
    """The conversation is another customer's already."""

    code = "identity_taken"
    status = 409


class ForeignOrigin(RequestRefused):
    """A request comes from a page that may not make it."""

    code = "foreign_origin"
    status = 403


class PasswordRefused(RequestRefused):
    """A new password that would be too easy to guess, or is too long."""

    code = "password_refused"
    status = 422


class AgentRefused(RequestRefused):
    """An agent's name cannot be used, is taken, or is not known."""

    code = "agent_refused"
    status = 422
