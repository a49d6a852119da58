"""Passwords as argon2id hashes (RFC 9106). One check takes some 0.2 s and 64 MiB: run a few at a time, in threads."""

import base64
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.safety.passwords import normalised_password


class PasswordHashes:
    """Makes and checks hashes with the library's present parameters, or those of another `hasher`."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = _hash_of_nothing(self._hasher)

    def hash(self, password: str) -> str:
        """A new hash, with its parameters and a salt of its own in it."""
        return self._hasher.hash(_bytes(password))

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one of a stored hash. Without one it takes as long and says no, so that nobody
        learns from the time which names there are."""
        try:
            return self._hasher.verify(self._nobodys if stored is None else stored, _bytes(password)) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Whether a stored hash was made with other parameters than new ones are."""
        return self._hasher.check_needs_rehash(stored)


def _bytes(password: str) -> bytes:
    return normalised_password(password).encode("utf-8", "surrogatepass")


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """A well-formed hash that no password has (but one in 2^256), which costs as much to check as a real one."""
    salt, digest = (_unpadded(secrets.token_bytes(length)) for length in (hasher.salt_len, hasher.hash_len))
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2{hasher.type.name.lower()}$v=19${costs}${salt}${digest}"


def _unpadded(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii").rstrip("=")
