"""What the engine says when it does not do what it was asked."""

from typing import Any

INVALID = "ValidationException"


class NotImitated(BaseException):
    """Something was asked that DynamoDB may know and the engine does not: no test may go on with a
    guess, and no code under test may catch it and carry on."""


class Refusal(Exception):
    """An error as DynamoDB would answer it; `extra` is what stands beside it in the answer."""

    def __init__(self, code: str, message: str, **extra: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.extra = code, message, extra


def invalid(message: str) -> Refusal:
    """The parameters themselves are wrong, whatever is stored."""
    return Refusal(INVALID, message)


def imitated(what: str, given: Any, known: frozenset[str]) -> None:
    """Everything that was given is known; else the test ends here."""
    if not given <= known:
        raise NotImitated(f"{what} with {sorted(given - known)}")
