"""What is asked of whoever calls, and of the clock; `runtime` has the real ones."""

from datetime import datetime
from typing import Protocol

from tacit.domain.values import Account, Actor, Contract


class Caller(Protocol):
    """A person, and as whom he acts on something; None: for him it does not exist."""

    @property
    def subject(self) -> str: ...
    def is_staff_of(self, provider: str) -> bool: ...
    def actor_on(self, contract: Contract) -> Actor | None: ...
    def actor_on_account(self, account: Account) -> Actor | None: ...
    def is_concerned(self, provider: str, people: frozenset[str]) -> bool: ...


class Now(Protocol):
    def now(self) -> datetime: ...
