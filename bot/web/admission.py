"""Who may open conversations and how often: a site's key, the origin of the page that asks, limits, and who the
customer is."""

import ipaddress
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends
from starlette.datastructures import Headers
from starlette.requests import Request

from bot.errors import ForeignOrigin, TooManyRequests
from bot.models import Conversation, Identity
from bot.safety.identity_tokens import verified_identity
from bot.safety.sign_in_attempts import network_of
from bot.safety.token_buckets import Rate, TokenBuckets
from bot.settings import Settings
from bot.sites import Limits, Site, Sites, open_sites
from bot.web.origins import comes_from, origin_of

MOST_STREAMS_PER_ADDRESS = 200
"""Of the 2,000 that a process has for customers: nobody alone keeps all others from hearing anything."""
STREAM_WAIT_SECONDS = 5

Taken = list[tuple[tuple[str, ...], Rate]]


def present() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Admission:
    """The door of the conversations, as the routes share it."""

    sites: Sites
    requests_per_minute_per_address: int
    public_url: str | None = None
    clock: Callable[[], datetime] = present
    buckets: TokenBuckets = field(default_factory=lambda: TokenBuckets(time.monotonic))
    streams: Counter[str] = field(default_factory=Counter)
    """How many streams are open to each address."""

    def site(self, request: Request, key: str) -> Site:
        """The site with this key, if the page that asks is its own or ours. UnknownSite, ForeignOrigin."""
        site = self.sites.site(key)
        if not self._is_admitted(request, site):
            raise ForeignOrigin(
                "Conversations of this site may not be opened from this page. Open one from a page of the site, or add "
                "this page's origin to the site's origins."
            )
        return site

    def identity(self, site: Site, token: str) -> Identity:
        """Who the customer is by a token of the site's. IdentityRefused, IdentityExpired."""
        return verified_identity(token, site.identity, site.key, self.clock())

    def count_request(self, request: Request) -> None:
        """TooManyRequests where too many come from one address, whatever they are."""
        address = network(request)
        if address is not None:
            self._take([(("requests", address), Rate(self.requests_per_minute_per_address))])

    def count_opening(self, request: Request, site: Site) -> None:
        """TooManyRequests where too many conversations are opened at a site, or from one address."""
        limits = site.limits
        wanted: Taken = [(("conversations", site.key), Rate(limits.conversations_per_minute))]
        if (address := network(request)) is not None:
            own = Rate(limits.conversations_per_minute_per_address)
            wanted.append((("conversations", site.key, address), own))
        self._take(wanted)

    def count_message(self, request: Request, conversation: Conversation) -> None:
        """TooManyRequests where too much is sent in a conversation that has been opened with its token, from one
        address, or at a site."""
        limits = self._limits(conversation.site_key)
        wanted: Taken = [
            (("conversation", conversation.id), Rate(limits.messages_per_minute_per_conversation)),
            (("messages", conversation.site_key), Rate(limits.messages_per_minute)),
        ]
        if (address := network(request)) is not None:
            wanted.append((("messages", conversation.site_key, address), Rate(limits.messages_per_minute_per_address)))
        self._take(wanted)

    @contextmanager
    def counted_stream(self, request: Request) -> Iterator[None]:
        """Around a stream to a customer, on the event loop: TooManyRequests where its address has too many already."""
        address = network(request)
        if address is None:
            yield
            return
        if self.streams[address] >= MOST_STREAMS_PER_ADDRESS:
            raise TooManyRequests(STREAM_WAIT_SECONDS)
        self.streams[address] += 1
        try:
            yield
        finally:
            self.streams[address] -= 1
            if not self.streams[address]:
                del self.streams[address]

    def _take(self, wanted: Taken) -> None:
        wait = self.buckets.take(wanted)
        if wait > 0:
            raise TooManyRequests(math.ceil(wait))

    def _limits(self, site_key: str) -> Limits:
        # The conversations of a site that is no longer there go on.
        return self.sites.by_key.get(site_key, self.sites.shown).limits

    def _is_admitted(self, request: Request, site: Site) -> bool:
        headers: Headers = request.headers
        origins = headers.getlist("origin")
        if not origins:
            return not site.requires_origin
        own = {f"{request.url.scheme}://{headers.get('host', '')}".lower()}
        public = None if self.public_url is None else origin_of(self.public_url)
        return comes_from(headers, {*own, public}) or (len(origins) == 1 and site.admits(origins[0].lower()))


def open_admission(settings: Settings) -> Admission:
    """The door that the settings describe. Raises ConfigurationError."""
    return Admission(open_sites(settings), settings.requests_per_minute_per_address, settings.public_url)


def running_admission(request: Request) -> Admission:
    """The door that the application was made with."""
    found: Admission = request.app.state.admission
    return found


RunningAdmission = Annotated[Admission, Depends(running_admission)]


async def count_request(request: Request, admission: RunningAdmission) -> None:
    """What every route about conversations depends on."""
    admission.count_request(request)


def network(request: Request) -> str | None:
    """What one person can send from, or None where nobody can tell: a program of this machine, which may be a proxy
    that does not say for whom it asks."""
    try:
        ip = ipaddress.ip_address((request.client.host if request.client else "").partition("%")[0])
    except ValueError:
        return None
    mapped = ip.ipv4_mapped if ip.version == 6 else None
    return None if (mapped or ip).is_loopback else network_of(str(ip))
