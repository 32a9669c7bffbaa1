"""Tokens for the next page: signed, and bound to the caller and the query they were made for."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from tacit.runtime.problems import Problem

_MAC_BYTES = 16


class Paging:
    """`scope` names caller, path and query: a token from another one does not verify."""

    def __init__(self, secret: bytes, scope: str) -> None:
        self._key = sha256(b"paging\0" + secret).digest()
        self._scope = scope.encode()

    def token(self, after: Mapping[str, Any] | None) -> str | None:
        if after is None:
            return None
        payload = json.dumps(after, separators=(",", ":"), sort_keys=True).encode()
        return urlsafe_b64encode(self._mac(payload) + payload).decode().rstrip("=")

    def read(self, token: str | None) -> dict[str, Any] | None:
        """The place a token stands for; raises Problem 422 for one that is not ours."""
        if token is None:
            return None
        try:
            signed = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        except ValueError:
            raise Problem("invalid_next", field="next") from None
        mac, payload = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
        if urlsafe_b64encode(signed).decode().rstrip("=") != token:
            raise Problem("invalid_next", field="next")
        if not hmac.compare_digest(mac, self._mac(payload)):
            raise Problem("invalid_next", field="next")
        place: dict[str, Any] = json.loads(payload)
        return place

    def _mac(self, payload: bytes) -> bytes:
        message = self._scope + b"\0" + payload
        return hmac.new(self._key, message, sha256).digest()[:_MAC_BYTES]
