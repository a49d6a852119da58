"""What a site's identity tokens are checked with: shared secrets (HS256) and public keys (RS256, EdDSA).

Each key is for one algorithm only, found out when it is read. So a token cannot choose what a key is used for: a public
key, which anybody may know, is never a secret.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

SECRET_BYTES = 32
"""At least: as long as the hash of HS256 (RFC 7518, section 3.2)."""
RSA_BITS = 2048
"""At least (RFC 7518, section 3.3)."""


@dataclass(frozen=True, slots=True)
class IdentityKeys:
    """The keys of a site by the algorithm that they are for. Hidden from `repr`."""

    by_algorithm: Mapping[str, tuple[Any, ...]] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def __bool__(self) -> bool:
        return bool(self.by_algorithm)


NO_KEYS = IdentityKeys()


def identity_keys(secrets: Sequence[str], public_keys: Sequence[str]) -> IdentityKeys:
    """The keys, read. Public keys are PEM. ValueError with a sentence that repeats none of them."""
    found: dict[str, tuple[Any, ...]] = {}
    for number, secret in enumerate(secrets, start=1):
        found["HS256"] = (*found.get("HS256", ()), _secret(secret, number))
    for number, pem in enumerate(public_keys, start=1):
        algorithm, key = _public_key(pem, number)
        found[algorithm] = (*found.get(algorithm, ()), key)
    return IdentityKeys(MappingProxyType(found)) if found else NO_KEYS


def _secret(secret: str, number: int) -> bytes:
    if "-----BEGIN" in secret:
        raise ValueError(f"identity secret {number} is a key in PEM; a public one belongs into identity_public_keys.")
    if len(secret.encode()) < SECRET_BYTES:
        raise ValueError(f"identity secret {number} is shorter than {SECRET_BYTES} bytes; take a long random one.")
    return secret.encode()


def _public_key(pem: str, number: int) -> tuple[str, Any]:
    # Heavy, and needed where a site has such a key only.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    name = f"identity public key {number}"
    if "PRIVATE KEY" in pem:
        raise ValueError(f"{name} is a private key, which nobody but the site may have; replace it by a new pair.")
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(f"{name} is no public key in PEM (-----BEGIN PUBLIC KEY-----).") from error
    match key:
        case RSAPublicKey() if key.key_size >= RSA_BITS:
            return "RS256", key
        case RSAPublicKey():
            raise ValueError(f"{name} is an RSA key of {key.key_size} bits; it needs at least {RSA_BITS}.")
        case Ed25519PublicKey():
            return "EdDSA", key
    raise ValueError(f"{name} is neither an RSA nor an Ed25519 key.")
