"""Passwords, kept as what cannot be turned back: scrypt with a salt of its own each.

scrypt (RFC 7914) asks for 32 MB and about a tenth of a second a try, so that a stolen file cannot be tried through quickly.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

from core.errors import InputError
from core.language import tr

_COST, _BLOCK, _WAYS = 2**15, 8, 1
_MEMORY = 64 * 2**20  # bytes that OpenSSL may take; the cost above needs half of it
_SHORTEST, _LONGEST = 6, 200
_KIND = "scrypt"


def hashed(password: str) -> str:
    """What is kept of a password: `scrypt$cost$block$ways$salt$hash`.

    Raises:
        InputError: too short to keep anybody out, or too long.
    """
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise InputError(
            tr(
                "a password has {shortest} to {longest} characters; this one has {count}",
                shortest=_SHORTEST,
                longest=_LONGEST,
                count=len(password),
            )
        )
    salt = secrets.token_bytes(16)
    digest = _digest(password, salt, _COST, _BLOCK, _WAYS)
    return "$".join([_KIND, str(_COST), str(_BLOCK), str(_WAYS), _text(salt), _text(digest)])


def fits(password: str, kept: str) -> bool:
    """Whether a password is the one that was kept; it takes as long for a wrong one.

    Args:
        kept: of `hashed`; "" is nobody's, and takes as long too.
    """
    try:
        kind, cost, block, ways, salt, digest = (kept or _NOBODY).split("$")
        sizes = int(cost), int(block), int(ways)
        expected = base64.b64decode(digest, validate=True)
        given = _digest(password[: _LONGEST + 1], base64.b64decode(salt, validate=True), *sizes)
    except (ValueError, binascii.Error, MemoryError):
        return False
    return kind == _KIND and hmac.compare_digest(given, expected) and bool(kept)


def _digest(password: str, salt: bytes, cost: int, block: int, ways: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", errors="replace"), salt=salt, n=cost, r=block, p=ways, maxmem=_MEMORY, dklen=32
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


_NOBODY = "$".join([_KIND, str(_COST), str(_BLOCK), str(_WAYS), _text(bytes(16)), _text(bytes(32))])
