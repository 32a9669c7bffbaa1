"""A refusal as HTTP says it, from the one table; answers follow RFC 9457."""

from collections.abc import Mapping
from datetime import date
from string import Formatter
from typing import Any

from tacit.runtime.observability import logger
from tacit.runtime.problem_table import PROBLEMS


class Problem(Exception):
    """A refusal of the edge; those of the core are translated into the same table."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def problem_document(
    code: str, params: Mapping[str, object], available_from: date | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and body. A code that begins with `gone_` is answered without that prefix: the rule
    is the same, only the question (a GET) differs. A code that is not in the table is our mistake,
    and is said as one: whoever asked gets an answer in any case."""
    entry = PROBLEMS.get(code)
    if entry is None:
        logger().error("a code that is not in the table", code=code)
        return problem_document("internal", {})
    shown = code.removeprefix("gone_")
    told = dict(params)
    if available_from is not None:
        told["available_from"] = available_from.isoformat()
    return entry.status, {
        "type": f"urn:tacit:problem:{shown}",
        "title": entry.title,
        "status": entry.status,
        "detail": _Lenient().vformat(entry.detail, (), _readable(told)).strip(),
        "code": shown,
        "params": told,
    }


class _Lenient(Formatter):
    """A parameter that is missing or empty leaves a gap, it never breaks the answer."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        try:
            value, key = super().get_field(field_name, args, kwargs)
        except (KeyError, AttributeError, TypeError, IndexError):
            return "", field_name
        return ("" if value is None else value), key


def _readable(params: Mapping[str, object]) -> dict[str, object]:
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in params.items()
    }
