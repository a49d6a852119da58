"""Tokens that open something: who has one may enter. Only their SHA-256 is stored: a stolen database opens nothing."""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """43 characters fit for a URL and a cookie: 256 bits that nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_sha256(token: str) -> str:
    """What is stored and looked up in a token's place, 64 hexadecimal digits. Takes any text, however it was sent."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
