"""Signing in at an identity provider: OpenID Connect's authorization code flow, with state, nonce and PKCE (S256).

The provider is asked for its addresses and keys when somebody first signs in, so that it need not be there when the
server starts. Nothing that it, or a browser, sends is repeated in a sentence.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import structlog

from bot.errors import ConfigurationError, SignInFailed
from bot.roles import Role
from bot.safety.provider_claims import ProviderIdentity, provider_identity, role_of_groups
from bot.settings import PREFIX, Settings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that are checked with a public key. `none` and those of a shared secret are not among them."""
SECONDS = 10.0
LEEWAY_SECONDS = 60
"""How far the provider's clock may be from ours."""
METADATA_SECONDS = 3600.0
KEYS_AGAIN_SECONDS = 30.0
"""How soon a key that is not known has the keys fetched again."""
SCOPES = ("openid", "profile", "email", "groups")
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_NOT_THERE = "The identity provider cannot be reached, or does not answer as it should. Try again in a moment."
_NOT_GOOD = "What the identity provider has sent is not good for signing in here. Begin again at the sign-in page."

Result = TypeVar("Result")

_log = structlog.get_logger("footnote.web")


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was begun: where the browser goes, and what is kept until it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


class IdentityProvider:
    """One provider, and Footnote's registration there. Safe to share between threads."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        roles: Mapping[str, Role],
        groups_claim: str = "groups",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._roles = dict(roles)
        self._groups_claim = groups_claim
        self._clock = clock
        self._lock = Lock()
        self._metadata: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, Any] | None = None

    @property
    def host(self) -> str:
        """What people know the provider by."""
        return urlsplit(self.issuer).hostname or self.issuer

    def begin(self, redirect_uri: str) -> Begun:
        """A new sign-in, which ends at `redirect_uri`. SignInFailed when the provider is not there."""
        metadata = self._provider()
        supported = metadata.get("scopes_supported") or ("openid", "profile", "email")
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        with self._client(metadata) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=state,
                code_verifier=verifier,
                nonce=nonce,
                redirect_uri=redirect_uri,
                scope=" ".join(scope for scope in SCOPES if scope == "openid" or scope in supported),
            )
        return Begun(url, state, nonce, verifier)

    def finish(self, code: str, nonce: str, verifier: str, redirect_uri: str) -> tuple[ProviderIdentity, Role | None]:
        """Who came back with `code`, and the role that their groups give, if any. SignInFailed."""
        metadata = self._provider()
        with self._client(metadata) as client:
            token = _asked(
                lambda: client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    redirect_uri=redirect_uri,
                )
            )
            claims = self._verified(token, nonce, metadata)
            groups = claims.get(self._groups_claim)
            if groups is None and metadata.get("userinfo_endpoint"):
                groups = self._told_apart(client, metadata["userinfo_endpoint"], claims)
        return provider_identity(claims), role_of_groups(groups, self._roles)

    def _verified(self, token: Mapping[str, Any], nonce: str, metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        """The claims of an ID token whose signature, issuer, audience, times and nonce are right."""
        from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
        from joserfc.errors import JoseError

        expected = {"iss": self.issuer, "aud": self._client_id}
        try:
            signed = self._signed(str(token.get("id_token") or ""), metadata)
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                {name: {"essential": True, "value": value} for name, value in expected.items()},
                {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")},
            )
            claims.validate(now=int(self._clock()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            _log.warning("provider_token_refused", error=type(error).__name__)
            raise SignInFailed(_NOT_GOOD) from None
        return dict(claims)

    def _signed(self, id_token: str, metadata: Mapping[str, Any]) -> Any:
        """An ID token that one of the provider's keys has signed; keys that are not known are fetched, now and then."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError

        said = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        allowed = [each for each in ALGORITHMS if each in said]
        try:
            return jwt.decode(id_token, self._key_set(metadata, METADATA_SECONDS), algorithms=allowed)
        except InvalidKeyIdError:
            return jwt.decode(id_token, self._key_set(metadata, KEYS_AGAIN_SECONDS), algorithms=allowed)

    def _told_apart(self, client: Any, address: str, claims: Mapping[str, Any]) -> object:
        """The groups, where the provider tells them at its userinfo endpoint only, of the same person."""
        told = _asked(lambda: _json(client.get(address)))
        return told.get(self._groups_claim) if told.get("sub") == claims["sub"] else None

    def _provider(self) -> Mapping[str, Any]:
        """The provider's addresses, asked for once an hour."""
        with self._lock:
            if self._metadata is None or self._clock() - self._metadata[0] >= METADATA_SECONDS:
                address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
                with _http() as client:
                    told = _asked(lambda: _json(client.get(address)))
                self._require_trustworthy(told)
                self._metadata = (self._clock(), told)
            return self._metadata[1]

    def _require_trustworthy(self, told: Mapping[str, Any]) -> None:
        own = urlsplit(self.issuer).scheme
        endpoints = [told.get(name) for name in _ENDPOINTS]
        if told.get("issuer") != self.issuer or not all(
            isinstance(each, str) and urlsplit(each).scheme in ("https", own) for each in endpoints
        ):
            _log.error("provider_misconfigured", issuer=self.issuer, says=str(told.get("issuer"))[:200])
            raise SignInFailed(_NOT_THERE)

    def _key_set(self, metadata: Mapping[str, Any], at_most: float) -> Any:
        """The provider's keys, fetched at most so many seconds ago."""
        from joserfc.jwk import KeySet

        with self._lock:
            if self._keys is None or self._clock() - self._keys[0] >= at_most:
                with _http() as client:
                    keys = _asked(lambda: KeySet.import_key_set(cast(Any, _json(client.get(metadata["jwks_uri"])))))
                self._keys = (self._clock(), keys)
            return self._keys[1]

    def _client(self, metadata: Mapping[str, Any]) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]

        ways = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        way = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
        return OAuth2Client(
            self._client_id,
            self._client_secret,
            token_endpoint_auth_method=way,
            code_challenge_method="S256",
            timeout=SECONDS,
            trust_env=False,
        )


def open_identity_provider(settings: Settings) -> IdentityProvider | None:
    """The provider that the settings name, not reached yet; None when they name none. ConfigurationError when they are
    half given."""
    given = {
        "oidc_issuer": settings.oidc_issuer,
        "oidc_client_id": settings.oidc_client_id,
        "oidc_client_secret": settings.oidc_client_secret.get_secret_value(),
        "oidc_groups": settings.oidc_groups,
    }
    if not any(given.values()):
        return None
    missing = [PREFIX + name.upper() for name, value in given.items() if not value]
    if missing or settings.oidc_issuer is None or settings.oidc_client_id is None:
        raise ConfigurationError(f"The sign-in at an identity provider lacks {' and '.join(missing)}. Set all of it.")
    roles = {group: Role(name) for group, name in settings.oidc_roles.items()}
    secret = settings.oidc_client_secret.get_secret_value()
    return IdentityProvider(settings.oidc_issuer, settings.oidc_client_id, secret, roles, settings.oidc_groups_claim)


def _http() -> Any:
    import httpx2  # with its certificates: only where there is a provider

    return httpx2.Client(timeout=SECONDS, trust_env=False)


def _json(answer: Any) -> dict[str, Any]:
    answer.raise_for_status()
    value = answer.json()
    if not isinstance(value, dict):
        raise ValueError("The answer is no JSON object.")
    return value


def _asked(work: Callable[[], Result]) -> Result:
    """What the provider answered. SignInFailed when it cannot be reached, refuses, or answers something else."""
    import httpx2
    from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
    from joserfc.errors import JoseError

    try:
        return work()
    except (httpx2.HTTPError, httpx2.InvalidURL, AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
        _log.error("provider_failed", error=type(error).__name__)
        raise SignInFailed(_NOT_THERE) from None
