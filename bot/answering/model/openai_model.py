"""Any server with OpenAI's chat completions, through its SDK: streamed, within times of our own, one retry.

The SDK is asynchronous here, on one background thread for all calls, because only there can a wait be cut short from
outside at any point (a server that sends a comment every second never runs into a read timeout). Callers are
synchronous. The SDK is imported at the first call or by `prepare`, and that time is not the server's.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from bot.answering.llm import LanguageModelFailed, Pieces, Prompt, Usage
from bot.answering.model.openai_faults import CUT, MALFORMED, PAUSE_SECONDS, described

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MOST_BYTES = 4_000_000
"""Of one response, headers left out."""
USAGE_SECONDS = 1.0
"""How long the count of tokens may come after the last word."""
LATE_SECONDS = 5.0
"""How much longer than the total a caller waits before it takes the background thread for dead."""
_ENDS_WHOLE = ("stop", "eos", "end_turn", "stop_sequence")
_HEADERS = {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "transfer-encoding"}
"""What a request carries besides the key; the SDK adds others from its own environment variables."""


class OpenAIModel:
    """The model `name` of the server at `base_url` (up to and with `/v1`). Close it to give its connections back."""

    def __init__(self, base_url: str, name: str, api_key: str = "") -> None:
        self._base_url = base_url
        self._name = name
        self._api_key = api_key
        self._declined: frozenset[str] = frozenset()
        self._client: AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model, as its server knows it."""
        return self._name

    def stream(self, prompt: Prompt) -> Pieces:
        """The completion as it is written. Raises LanguageModelFailed, also in the middle of it."""
        pieces: SimpleQueue[str | Usage | None] = SimpleQueue()
        task = asyncio.run_coroutine_threadsafe(self._complete(prompt, pieces.put), self._running_loop())
        task.add_done_callback(lambda _: pieces.put(None))
        try:
            while (piece := _next(pieces, prompt.patience.total + LATE_SECONDS)) is not None:
                yield piece
            if task.cancelled():
                raise LanguageModelFailed("The language model was closed in the middle of its answer.")
            task.result()
        finally:
            task.cancel()

    def prepare(self) -> None:
        """Load the SDK in the background, so that the first customer need not wait for it."""
        asyncio.run_coroutine_threadsafe(self._open(), self._running_loop())

    def close(self) -> None:
        """Stop the background thread and give connections back. Calls that are under way fail."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._put_away(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="language-model", daemon=True)
                self._thread.start()
            return self._loop

    async def _put_away(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_asyncgens()
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _complete(self, prompt: Prompt, give: Callable[[str | Usage], None]) -> None:
        patience = prompt.patience
        await self._open()
        async with _within(patience.total, "took more than {} s to answer"):
            async with _within(patience.first_token, "did not begin to answer within {} s"):
                pieces, piece = await self._begun(prompt)
            async with aclosing(pieces):
                while piece is not None:
                    give(piece)
                    async with _within(patience.between_tokens, "stopped for {} s in the middle of its answer"):
                        piece = await anext(pieces, None)

    async def _begun(self, prompt: Prompt) -> tuple[AsyncGenerator[str | Usage, None], str | Usage | None]:
        """A completion and its first piece, at the second attempt where the first failed and another is worth it."""
        pieces = self._attempt(prompt)
        try:
            return pieces, await anext(pieces, None)
        except LanguageModelFailed as fault:
            if fault.pause is None:
                raise
            await asyncio.sleep(fault.pause)
        pieces = self._attempt(prompt)
        return pieces, await anext(pieces, None)

    async def _attempt(self, prompt: Prompt) -> AsyncGenerator[str | Usage, None]:
        """Text until the model says that it has ended, then the usage. Fails where it ends otherwise."""
        with described():
            events = await self._requested(prompt)
        async with events:
            while True:
                with described():
                    text, end = _read(await anext(events, None))
                if text:
                    yield text
                if end is not None:
                    break
            if end not in _ENDS_WHOLE:
                raise LanguageModelFailed(f"The language model's answer was cut off ({_known(end)}).")
            if usage := await _usage(events):
                yield usage

    async def _requested(self, prompt: Prompt) -> Any:
        """The stream of events. A parameter that the server declines and can do without is not sent again."""
        from openai import BadRequestError, Timeout, UnprocessableEntityError

        client = await self._open()
        times = Timeout(None, connect=prompt.patience.connect)
        messages: Any = [{"role": "system", "content": prompt.rules}, {"role": "user", "content": prompt.data}]
        while True:
            wished = {
                "temperature": 0,
                "max_completion_tokens": prompt.most_tokens,
                "stream_options": {"include_usage": True},
            }
            sent: Any = {name: value for name, value in wished.items() if name not in self._declined}
            try:
                return await client.chat.completions.create(
                    model=self._name, messages=messages, stream=True, timeout=times, **sent
                )
            except (BadRequestError, UnprocessableEntityError) as error:
                declined = {name for name in sent if name in str(error)}
                if not declined:
                    raise
                self._declined |= declined

    async def _open(self) -> "AsyncOpenAI":
        if self._client is None:
            import httpx2
            from openai import AsyncOpenAI

            self._client = AsyncOpenAI(
                api_key=self._api_key or "none",
                base_url=self._base_url,
                max_retries=0,
                http_client=httpx2.AsyncClient(
                    event_hooks={"request": [self._only_our_headers], "response": [_bounded]}
                ),
            )
        return self._client

    async def _only_our_headers(self, request: Any) -> None:
        for name in set(request.headers) - _HEADERS:
            del request.headers[name]
        request.headers["User-Agent"] = "footnote"
        request.headers["Accept-Encoding"] = "identity"
        if self._api_key:
            request.headers["Authorization"] = f"Bearer {self._api_key}"


def _next(pieces: "SimpleQueue[str | Usage | None]", seconds: float) -> str | Usage | None:
    try:
        return pieces.get(timeout=seconds)
    except Empty as error:
        raise LanguageModelFailed("The language model's connection does not react any more.") from error


@asynccontextmanager
async def _within(seconds: float, happened: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise LanguageModelFailed(f"The language model {happened.format(f'{seconds:g}')}.") from error


def _read(chunk: Any) -> tuple[str, str | None]:
    """The text of an event, and how the completion ended where it did. Reasoning and role are no text."""
    if chunk is None:
        raise LanguageModelFailed(CUT, PAUSE_SECONDS)
    if not chunk.choices:
        return "", None
    choice = chunk.choices[0]
    text = (choice.delta.content if choice.delta is not None else None) or ""
    end = choice.finish_reason
    if not isinstance(text, str) or not isinstance(end, str | None):
        raise LanguageModelFailed(MALFORMED)
    return text, end


async def _usage(events: AsyncIterator[Any]) -> Usage | None:
    """The tokens that were counted, if they come soon; nothing else can go wrong any more."""
    try:
        async with asyncio.timeout(USAGE_SECONDS):
            with described():
                async for chunk in events:
                    counted = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens) if chunk.usage else ()
                    if counted and all(isinstance(count, int) and count >= 0 for count in counted):
                        return Usage(*counted)
    except (TimeoutError, LanguageModelFailed):
        return None  # the answer is whole without it
    return None


def _known(end: str) -> str:
    return end if end in ("length", "content_filter", "tool_calls", "function_call") else "for a reason of its own"


async def _bounded(response: Any) -> None:
    """Let a response fail that grows beyond all measure, for instance by an event that never ends."""
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        def __init__(self, stream: httpx2.AsyncByteStream) -> None:
            self._stream, self._received = stream, 0

        def __aiter__(
            self,
        ) -> AsyncIterator[bytes]:  # no generator: one that is left half read complains when collected
            self._parts = aiter(self._stream)
            return self

        async def __anext__(self) -> bytes:
            part = await anext(self._parts)
            self._received += len(part)
            if self._received > MOST_BYTES:
                raise httpx2.ReadError(f"more than {MOST_BYTES} bytes")
            return part

        async def aclose(self) -> None:
            await self._stream.aclose()

    response.stream = Bounded(response.stream)
