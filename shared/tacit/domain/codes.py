"""The six digits that confirm a plan change (X10). They are stored nowhere.

Whoever knows the stack's secret works them out from the change: the mail function when it writes,
the confirmation when it compares. HMAC-SHA256 (RFC 2104), shortened as in HOTP (RFC 4226, 5.3).
The quote's id is part of what is signed, so that a code belongs to one quote and the same change
always has the same code.
"""

import hmac
from hashlib import sha256

DIGITS = 6


def code_of(secret: bytes, change_id: str, quote_id: str) -> str:
    """The code of a change, with its leading zeros."""
    key = sha256(b"plan-change-code\0" + secret).digest()
    digest = hmac.new(key, f"{change_id}\0{quote_id}".encode(), sha256).digest()
    place = digest[-1] & 0x0F
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def sealed(secret: bytes, code: str) -> str:
    """In the place of a code where a request is told from another: a plain hash of six digits
    would give them away to whoever tries a million."""
    return hmac.new(secret, f"sealed\0{code}".encode(), sha256).hexdigest()


def is_right(code: str, secret: bytes, change_id: str, quote_id: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(code.encode(), code_of(secret, change_id, quote_id).encode())
