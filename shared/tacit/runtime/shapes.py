"""Reading a request's body field by field: each reader takes one value or says what is wrong.

Unknown fields are refused, whole numbers are never booleans, and no text carries a control
character, so that nothing strange reaches a key, a mail or a log. A reader says as a JSON schema
what it takes: the description of the doors is made of that.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NoReturn, TypeVar

from tacit.domain.days import EARLIEST, LATEST
from tacit.domain.money import Money, NotMoney
from tacit.domain.refusals import Invalid
from tacit.runtime.problems import Problem

T = TypeVar("T")
BODY_LIMIT = 64 * 1024
DEEPEST = 20

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}\Z", re.ASCII)
_ORDER_ID = re.compile(r"~?[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}\Z", re.ASCII)
_RECORD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@~-]{0,127}\Z", re.ASCII)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP_LABEL = r"(?:[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{0,58}[A-Za-z0-9])"
_EMAIL = re.compile(
    rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP_LABEL}\Z",
    re.ASCII,
)
_LOCALE = re.compile(r"[a-z]{2}(-[A-Z]{2})?\Z", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)

Reader = Callable[[str, Any], T]
Read = TypeVar("Read", bound=Callable[[str, Any], object])


def takes(kind: str | list[str], **more: Any) -> Callable[[Read], Read]:
    """Marks a reader with the schema of what it takes: nothing it takes is outside of that. What is
    inside may still be refused: a schema knows no calendar. One that takes an object apart needs
    no mark, because its fields have theirs."""

    def mark(reader: Read) -> Read:
        reader.__dict__["schema"] = {"type": kind, **more}
        return reader

    return mark


def read_json(body: str | None) -> dict[str, Any]:
    """The body as an object; no body is an empty one. Raises Problem 400."""
    if not body:
        return {}
    size = len(body.encode("utf-8", "surrogatepass"))
    if size > BODY_LIMIT:
        raise Problem("body_too_large", field="body", size=size, limit=BODY_LIMIT)
    try:
        value = json.loads(
            body,
            parse_int=_whole_number,
            parse_constant=_no_constant,
            object_pairs_hook=_no_twins,
        )
    except RecursionError:
        raise _unreadable(f"The body is nested more than {DEEPEST} deep.") from None
    except ValueError as wrong:
        raise _unreadable(f"The body is no JSON: {wrong}") from None
    if not isinstance(value, dict):
        raise _unreadable("The body is no JSON object.")
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
    if level:
        raise _unreadable(f"The body is nested more than {DEEPEST} deep.")
    return value


def _unreadable(reason: str) -> Problem:
    return Problem("unreadable", field="body", reason=reason)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _whole_number(digits: str) -> int:
    """No number here is longer than a thousand digits, and Python would stop at 4300 by itself."""
    if len(digits) > 1000:
        raise ValueError("a number has more than 1000 digits")
    return int(digits)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is given twice")
    return found


class Body:
    """An object whose fields are taken one by one; what is left at the end is unknown."""

    def __init__(self, data: Mapping[str, Any], path: str = "") -> None:
        self._left = dict(data)
        self._path = path

    def need(self, name: str, reader: Reader[T]) -> T:
        if self._left.get(name) is None:
            raise Invalid(self._at(name), "is missing", "missing_field")
        return reader(self._at(name), self._left.pop(name))

    def may(self, name: str, reader: Reader[T]) -> T | None:
        """None where the field is absent or null."""
        value = self._left.pop(name, None)
        return None if value is None else reader(self._at(name), value)

    def has(self, name: str) -> bool:
        return name in self._left

    def end(self) -> None:
        if self._left:
            name = shown(min(self._left))
            raise Invalid(self._at(name), "is not a field of this request", "unknown_field")

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name


def shown(name: str) -> str:
    """A name that somebody made up, fit to be said back to him: short and printable. Half of a
    surrogate pair could not even be sent."""
    return "".join(c if c.isprintable() else "?" for c in name[:64])


def text(longest: int, shortest: int = 1) -> Reader[str]:
    @takes("string", minLength=shortest, maxLength=longest)
    def read(field: str, value: Any) -> str:
        if not isinstance(value, str):
            raise Invalid(field, "expected a text")
        if not shortest <= len(value) <= longest:
            raise Invalid(field, f"expected {shortest} to {longest} characters, got {len(value)}")
        if not value.isprintable() or value != value.strip():
            raise Invalid(field, "has characters that cannot be printed, or blanks around it")
        return value

    return read


def prose(longest: int) -> Reader[str]:
    """Free text of a person: line breaks are fine, other control characters are not."""

    @takes("string", maxLength=longest)
    def read(field: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest:
            raise Invalid(field, f"expected a text of at most {longest} characters")
        if not all(c.isprintable() or c in "\n\t" for c in value):
            raise Invalid(field, "has characters that cannot be printed")
        return value

    return read


def matching(pattern: re.Pattern[str], hint: str, example: str) -> Reader[str]:
    written = pattern.pattern.replace(r"\Z", "$")

    @takes("string", pattern=f"^{written}", examples=[example])
    def read(field: str, value: Any) -> str:
        if not isinstance(value, str) or not pattern.match(value):
            raise Invalid(field, hint)
        return value

    return read


identifier = matching(_ID, "expected an id: letters, digits and . _ : @ -, at most 64", "c-1")
order_id = matching(
    _ORDER_ID, "expected the id of an order; one of a contract's own begins with ~", "~c-1"
)
record_id = matching(
    _RECORD_ID, "expected the id of a record, as GET /parked shows it", "c-1:2027-01-15"
)
locale = matching(_LOCALE, "expected a locale such as fr or fr-CH", "fr-CH")
subject = text(128)


@takes("string", format="email", maxLength=254)
def email(field: str, value: Any) -> str:
    """An address that SES takes: seven-bit throughout, a name of other letters as `xn--…`."""
    if not isinstance(value, str) or not value.isprintable() or not _EMAIL.match(value):
        raise Invalid(field, "expected an e-mail address")
    return value


def whole(least: int, most: int) -> Reader[int]:
    @takes("integer", minimum=least, maximum=most)
    def read(field: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Invalid(field, "expected a whole number")
        if not least <= value <= most:
            raise Invalid(field, f"expected {least} to {most}")
        return value

    return read


@takes("boolean")
def flag(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid(field, "expected true or false")
    return value


@takes("string", format="date")
def day(field: str, value: Any) -> date:
    """A date of the Gregorian calendar between 1990 and 2199, "2027-01-15"."""
    hint = f'expected a date like "2027-01-15", from {EARLIEST} to {LATEST}'
    if not isinstance(value, str) or not _DAY.match(value):
        raise Invalid(field, hint)
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise Invalid(field, f"there is no such day; {hint}") from None
    if not EARLIEST <= found <= LATEST:
        raise Invalid(field, hint)
    return found


@takes("string", format="date-time")
def instant(field: str, value: Any) -> datetime:
    """An instant with its offset, "2026-12-01T03:00:00Z"; answered in UTC. The first and the
    last day we know are left out, so that an instant's day is known in every zone."""
    hint = 'expected an instant like "2026-12-01T03:00:00Z"'
    if not isinstance(value, str) or not _INSTANT.match(value):
        raise Invalid(field, hint)
    try:
        found = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(field, f"there is no such instant; {hint}") from None
    if not EARLIEST < found.date() < LATEST:
        raise Invalid(field, hint)
    return found


def one_of(*choices: str) -> Reader[str]:
    @takes("string", enum=list(choices))
    def read(field: str, value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise Invalid(field, f"expected one of {', '.join(choices)}")
        return value

    return read


@takes(
    "object",
    properties={
        "amount": {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    },
    required=["amount", "currency"],
    additionalProperties=False,
    examples=[{"amount": "24.00", "currency": "CHF"}],
)
def money(field: str, value: Any) -> Money:
    """{"amount": "24.00", "currency": "CHF"}"""
    body = nested(field, value)
    amount = body.need("amount", text(20))
    currency = body.need("currency", text(3, 3))
    body.end()
    try:
        return Money.parse(amount, currency)
    except NotMoney as wrong:
        raise Invalid(f"{field}.amount", str(wrong)) from None


def nested(field: str, value: Any) -> Body:
    if not isinstance(value, dict):
        raise Invalid(field, "expected an object")
    return Body(value, field)


def list_of(reader: Reader[T], most: int) -> Reader[tuple[T, ...]]:
    @takes("array", items=reader, maxItems=most)
    def read(field: str, value: Any) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise Invalid(field, "expected a list")
        if len(value) > most:
            raise Invalid(field, f"at most {most}, got {len(value)}", "too_many")
        return tuple(reader(f"{field}[{i}]", entry) for i, entry in enumerate(value))

    return read
