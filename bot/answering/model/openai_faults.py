"""What goes wrong between us and a chat completions server, each as one sentence without a word of the server's own
(which may repeat the key or the prompt)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.answering.llm import LanguageModelFailed

if TYPE_CHECKING:
    from openai import APIStatusError

CUT = "The language model's server broke off before the end of its answer."
MALFORMED = "The language model's server sent events that are no chat completion."
PAUSE_SECONDS = 0.2
"""Before a second attempt, where the server says nothing else."""
LONGEST_PAUSE_SECONDS = 2.0
"""A server that asks to wait longer is not asked again for this answer."""

_SENTENCES = {
    400: "The language model's server finds fault with the request (400).",
    401: "The language model's server refuses the key (401). Check FOOTNOTE_LLM_API_KEY.",
    403: "The language model's server does not allow this key to do this (403). Check FOOTNOTE_LLM_API_KEY.",
    404: "The language model's server knows no such model or path (404). Check FOOTNOTE_LLM_BASE_URL and "
    "FOOTNOTE_LLM_MODEL.",
    429: "The language model's server has too many requests (429).",
}


@contextmanager
def described() -> Iterator[None]:
    """Turn the SDK's errors, and what malformed events make of themselves inside it, into LanguageModelFailed."""
    from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

    try:
        yield
    except APIStatusError as error:
        raise refused(error) from error
    except APITimeoutError as error:
        raise LanguageModelFailed("The language model's server does not accept connections.", PAUSE_SECONDS) from error
    except APIConnectionError as error:
        sentence = "The connection to the language model's server failed."
        raise LanguageModelFailed(sentence, PAUSE_SECONDS) from error
    except APIError as error:
        raise LanguageModelFailed("The language model's server reported an error instead of an answer.") from error
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise LanguageModelFailed(MALFORMED) from error


def refused(error: "APIStatusError") -> LanguageModelFailed:
    """The failure that an HTTP status means; worth another attempt soon for 429 and 5xx."""
    status = error.status_code
    sentence = _SENTENCES.get(status, f"The language model's server answered with status {status}.")
    if status != 429 and status < 500:
        return LanguageModelFailed(sentence)
    pause = retry_after(error.response.headers.get("retry-after"))
    return LanguageModelFailed(sentence, pause if pause <= LONGEST_PAUSE_SECONDS else None)


def retry_after(header: str | None) -> float:
    """Seconds to wait: what a Retry-After header says (RFC 9110, section 10.2.3), where it gives seconds. A date counts
    as too long, since clocks differ."""
    if header is None:
        return PAUSE_SECONDS
    try:
        seconds = float(header)
    except ValueError:
        return float("inf")
    return seconds if seconds >= 0 else PAUSE_SECONDS
