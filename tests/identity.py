"""Identity tokens for tests, signed as a site's server does."""

from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

SECRET = "a-secret-of-the-site-that-is-long-enough"
OTHER_SECRET = "another-secret-of-the-site-just-as-long"


def claims(site_key: str, now: datetime, **changes: Any) -> dict[str, Any]:
    """What a good token says; None takes a claim out."""
    said = {"sub": "customer-7", "aud": site_key, "exp": int(now.timestamp()) + 600, **changes}
    return {name: value for name, value in said.items() if value is not None}


def signed(site_key: str, now: datetime, secret: str = SECRET, **changes: Any) -> str:
    """A good token, signed with a secret."""
    return jwt.encode(claims(site_key, now, **changes), secret, algorithm="HS256")


def rsa_key(bits: int = 2048) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=bits)


def public_pem(key: RSAPrivateKey | Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(key: RSAPrivateKey | Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
