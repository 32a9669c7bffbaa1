"""How the core says no. Each refusal carries a stable code and the numbers a person needs."""

from collections.abc import Mapping
from datetime import date


class Refused(Exception):
    """A rule said no. `code` names it; `available_from` is the first day it would say yes."""

    def __init__(
        self,
        code: str,
        params: Mapping[str, object] | None = None,
        available_from: date | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params or {})
        self.available_from = available_from


class Invalid(Exception):
    """Readable, but wrong: `field` says where, `reason` what would be right."""

    def __init__(self, field: str, reason: str, code: str = "invalid_field") -> None:
        super().__init__(f"{field}: {reason}")
        self.code = code
        self.field = field
        self.reason = reason


class NotFound(Exception):
    """Not there, or not yours: the answer is the same, so that nobody learns which."""

    def __init__(self, thing: str) -> None:
        super().__init__(thing)
        self.thing = thing


class Broken(Exception):
    """A stored record breaks an invariant (rule G13); a job parks it and goes on."""
