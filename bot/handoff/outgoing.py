"""HTTP requests to help desks: to judged addresses only, within a total time, a small answer, no redirect, no proxy."""

import asyncio
import json
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.handoff.addresses import AddressRefused, Destination, Resolve, judged, system_resolve
from bot.handoff.desks.desk import NotDelivered
from bot.handoff.retries import seconds_wished
from bot.safety.redaction import redact

if TYPE_CHECKING:
    import httpx2

TOTAL_SECONDS = 15.0
CONNECT_SECONDS = 5.0
MOST_BYTES = 65_536
_QUOTED = 200
"""Characters of a refusal that are told to the operator."""
_BUSY = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a desk answered: the status is 2xx, or one of those that were accepted."""

    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """The JSON object in the body. NotDelivered when it holds none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise NotDelivered("The desk's answer is not JSON; is the address right?") from error
        if not isinstance(value, dict):
            raise NotDelivered("The desk's answer is no JSON object; is the address right?")
        return value


class Outgoing:
    """Sends requests. Safe to share between threads."""

    def __init__(
        self,
        own_hosts: Collection[str] = (),
        resolve: Resolve = system_resolve,
        total_seconds: float = TOTAL_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._own_hosts = frozenset(own_hosts)
        self._resolve = resolve
        self._total_seconds = total_seconds
        self._tls = tls

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Mapping[str, Any] | None = None,
        accepted: Collection[int] = (),
    ) -> Answer:
        """The answer to a request; a mapping goes as JSON. NotDelivered for anything but 2xx and `accepted`."""
        try:
            destination = judged(url, self._own_hosts, self._resolve)
        except AddressRefused as error:
            raise NotDelivered(str(error)) from error
        except (OSError, UnicodeError) as error:
            raise NotDelivered(f"The desk's host name could not be resolved ({error}).", down=True) from error
        sent = dict(headers)
        if isinstance(body, Mapping):
            sent["Content-Type"] = "application/json"
            body = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return self._checked(destination.host, *asyncio.run(self._exchange(method, destination, sent, body)), accepted)

    async def _exchange(
        self, method: str, destination: Destination, headers: Mapping[str, str], body: bytes | None
    ) -> "tuple[httpx2.Response, bytes]":
        import httpx2  # only where there is a desk: it takes long to import

        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._request(method, destination, headers, body)
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise NotDelivered(
                f"{destination.host} did not answer within {self._total_seconds:g} s.", down=True
            ) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError, OSError) as error:
            raise NotDelivered(
                f"{destination.host} could not be reached ({type(error).__name__}: {error}).", down=True
            ) from error

    async def _request(
        self, method: str, destination: Destination, headers: Mapping[str, str], body: bytes | None
    ) -> "tuple[httpx2.Response, bytes]":
        import httpx2

        if self._tls is None:
            self._tls = httpx2.create_ssl_context()
        own = {
            "Host": destination.host_header,
            "User-Agent": "footnote",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        client = httpx2.AsyncClient(
            verify=self._tls,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(self._total_seconds, connect=min(CONNECT_SECONDS, self._total_seconds)),
        )
        async with (
            client,
            client.stream(
                method,
                destination.pinned_url,
                headers={**own, **headers},
                content=body,
                extensions={"sni_hostname": destination.host},
            ) as response,
        ):
            received = bytearray()
            async for part in response.aiter_raw():
                received += part
                if len(received) > MOST_BYTES:
                    break
            return response, bytes(received[: MOST_BYTES + 1])

    def _checked(self, host: str, response: "httpx2.Response", body: bytes, accepted: Collection[int]) -> Answer:
        status = response.status_code
        if 200 <= status < 300 or status in accepted:
            return Answer(status, body[:MOST_BYTES])
        if status in _BUSY or status >= 500:
            wished = seconds_wished(response.headers.get("Retry-After"))
            raise NotDelivered(f"{host} answered with status {status}.", down=True, wished_seconds=wished)
        said = redact(" ".join(body[:2000].decode("utf-8", "replace").split())).text[:_QUOTED]
        raise NotDelivered(
            f"{host} refused the request with status {status}" + (f" ({said})." if said else "."), final=status == 410
        )
