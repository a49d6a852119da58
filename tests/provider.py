"""An identity provider on a real socket of this machine: discovery, authorization code flow with PKCE, keys, userinfo.

Whoever comes to its authorization endpoint is let in at once as `person`; a test bends what it then signs.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID = "footnote-console"
CLIENT_SECRET = "a registration's secret"
GROUPS = "support=agent, docs=editor, ops=admin"


@cache
def new_key(key_id: str, owner: str = "the provider") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": key_id, "use": "sig", "alg": "RS256"})


@dataclass
class Provider:
    """What it says of the person, and where it says otherwise than it should."""

    issuer: str = ""
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "p-1",
            "email": "Maria@Example.com",
            "email_verified": True,
            "name": "María López",
            "groups": ["support"],
        }
    )
    bent: dict[str, Any] = field(default_factory=dict)
    """Claims of the ID token that replace the right ones; None leaves one out."""
    userinfo: dict[str, Any] | None = None
    key: RSAKey = field(default_factory=lambda: new_key("first"))
    published: list[RSAKey] = field(default_factory=list)
    algorithm: str = "RS256"
    metadata: dict[str, Any] = field(default_factory=dict)
    """What the discovery document says otherwise."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """The parameters of each authorization request."""
    fetched: list[str] = field(default_factory=list)
    """The path of each request."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile", "groups"],
            **self.metadata,
        }

    def keys(self) -> dict[str, Any]:
        return KeySet(self.published or [self.key]).as_dict(private=False)

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        self.asked.append(query)
        assert (query["client_id"], query["response_type"]) == (CLIENT_ID, "code")
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], login: str) -> dict[str, Any] | None:
        """The tokens for a code, once; None for what does not fit the request that the code was for."""
        query = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        fits = query is not None and (
            login == f"Basic {expected}"
            and form.get("grant_type") == "authorization_code"
            and form.get("redirect_uri") == query["redirect_uri"]
            and challenge.decode().rstrip("=") == query["code_challenge"]
        )
        if not fits or query is None:
            return None
        now = int(time.time())
        right = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": query["nonce"]}
        claims = {name: value for name, value in (right | self.person | self.bent).items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.key.kid}
        id_token = jwt.encode(header, claims, self.key, algorithms=[self.algorithm])
        return {"access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": id_token}


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider that runs, and is what the tests make of it."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.fetched.append(parts.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            match parts.path:
                case "/.well-known/openid-configuration":
                    self._send(provider.discovery())
                case "/keys":
                    self._send(provider.keys())
                case "/userinfo" if self.headers.get("authorization") == "Bearer at":
                    self._send(provider.userinfo or {})
                case "/authorize":
                    self._send({}, 303, provider.authorize(query))
                case _:
                    self._send({"error": "not_found"}, 404)

        def do_POST(self) -> None:
            provider.fetched.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            told = provider.token(form, self.headers.get("authorization", ""))
            self._send(told or {"error": "invalid_grant"}, 200 if told else 400)

        def _send(self, value: dict[str, Any], status: int = 200, location: str = "") -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Nothing is written to standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
