"""The HTTP edge: an API function's resolver, who calls, what was asked, and how no is said."""

import json
import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, TypeAlias, TypeVar
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from tacit.domain.refusals import Broken, Invalid, NotFound, Refused
from tacit.replies import Answer, KeyReused, Request
from tacit.runtime import shapes
from tacit.runtime.answers import dumps
from tacit.runtime.caller import caller_of
from tacit.runtime.observability import log_unexpected, logger
from tacit.runtime.paging import Paging
from tacit.runtime.plan_change_bodies import told
from tacit.runtime.problems import Problem, problem_document
from tacit.runtime.stack import stack
from tacit.store import keys
from tacit.store.patience import Busy

Reply: TypeAlias = Response[str]

T = TypeVar("T")
_TWO_DAYS = 2 * 24 * 3600
PAGE = 50

# What commands and lists take besides their own.
LIMIT = shapes.whole(1, 200)
DRY_RUN = shapes.one_of("true", "false")
IDEMPOTENCY_KEY = shapes.text(128)


class Door:
    """One request, read as far as every door needs it. Fields of the body are taken from
    `body`; what the door does not take is refused by `body.end()`."""

    def __init__(self, app: APIGatewayRestResolver) -> None:
        event = app.current_event
        self._event = event
        context: dict[str, Any] = event.raw_event.get("requestContext") or {}
        claims = (context.get("authorizer") or {}).get("claims") or {}
        settings = stack().settings
        self.caller = caller_of(claims, settings.client_id, settings.subject_claim)
        self.path: str = event.path
        self.method: str = event.http_method

    def id(self, reader: shapes.Reader[str] = shapes.identifier, name: str = "id") -> str:
        """An id in the path; raises Invalid for one that nothing can have."""
        given = (self._event.raw_event.get("pathParameters") or {}).get(name) or ""
        return reader(name, unquote(given))

    def staff_only(self) -> None:
        if not self.caller.is_staff:
            raise Refused("not_your_role", {"your_role": "customer", "roles": ["staff"]})

    def json(self) -> dict[str, Any]:
        """The body as an object, its fields not looked at yet (400 comes before 403)."""
        body = self._event.body
        if body and self._event.is_base64_encoded:
            try:
                body = b64decode(body, validate=True).decode()
            except ValueError:
                reason = "The body is no UTF-8 in base64."
                raise Problem("unreadable", field="body", reason=reason) from None
        return shapes.read_json(body)

    def query(self, name: str, reader: shapes.Reader[T]) -> T | None:
        """A parameter of the query, None where it is absent; raises Invalid."""
        given = self._query.get(name)
        return None if given is None else reader(name, given)

    @property
    def _query(self) -> dict[str, str]:
        return self._event.raw_event.get("queryStringParameters") or {}

    def known_query(self, *names: str) -> None:
        """A misspelt filter must not silently show everything, nor one given twice a half."""
        several = self._event.raw_event.get("multiValueQueryStringParameters") or {}
        for name in self._query:
            if name not in names:
                reason = "is not a parameter of this request"
                raise Invalid(shapes.shown(name), reason, "unknown_field")
            if len(several.get(name, ())) > 1:
                raise Invalid(name, "is given more than once")

    def limit(self) -> int:
        given = self._query.get("limit")
        if given is None:
            return PAGE
        if not given.isascii() or not given.isdecimal() or len(given) > 4:
            raise Invalid("limit", "expected a whole number")
        return LIMIT("limit", int(given))

    def page(self, sources: Sequence[object]) -> tuple[Paging, int, dict[str, Any] | None]:
        """Who signs the next page's token, how much of the list is wanted, and from which place
        on. A token is for this caller, this path, these filters and these `sources`: a place is
        one in a row of partitions, and that row changes with roles and providers."""
        limit = self.limit()
        asked = sorted((n, v) for n, v in self._query.items() if n not in ("next", "limit"))
        row = [repr(source) for source in sources]
        paging = Paging(stack().secret, dumps([self.caller.subject, self.path, asked, row]))
        return paging, limit, paging.read(self._query.get("next"))

    def request(self, body: dict[str, Any]) -> Request:
        """Dry run and idempotency key of a command."""
        self.known_query("dry_run")
        dry_run = DRY_RUN("dry_run", self._query.get("dry_run", "false"))
        headers = {k.lower(): v for k, v in (self._event.headers or {}).items()}
        key = headers.get("idempotency-key")
        if key is None:
            return Request(dry_run == "true")
        IDEMPOTENCY_KEY("Idempotency-Key", key)
        return Request(
            dry_run=dry_run == "true",
            key=keys.idempotency(self.caller.subject, self.method, self.path, key),
            fingerprint=fingerprint(body),
            ttl=int(time.time()) + _TWO_DAYS,
        )


def fingerprint(body: dict[str, Any]) -> str:
    """A body by its meaning: the order of its fields does not count."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def respond(answer: Answer) -> Reply:
    return Response(answer.status, "application/json", answer.body)


def page_answer(items: list[Any], token: str | None) -> Answer:
    return Answer(200, dumps({"items": items, "next": token}))


def api() -> APIGatewayRestResolver:
    """A resolver whose every error is a problem+json of the one table."""
    app = APIGatewayRestResolver()

    app.exception_handler(Exception)(problem_response)

    @app.not_found
    def nowhere(_: NotFoundError) -> Reply:
        """The gateway knew the route, so a path parameter is what did not fit."""
        try:
            Door(app)
        except Problem as problem:
            return problem_response(problem)
        given = app.current_event.raw_event.get("pathParameters")
        if given:
            name = min(given)
            return problem_response(Invalid(name, "has characters that no id has"))
        return problem_response(Problem("no_such_door"))

    return app


def problem_response(error: Exception) -> Reply:
    status, body = problem_of(error)
    return Response(status, "application/problem+json", dumps(body))


def problem_of(error: Exception) -> tuple[int, dict[str, Any]]:
    match error:
        case Problem():
            return problem_document(error.code, error.params)
        case Refused():
            return problem_document(error.code, told(error.params), error.available_from)
        case Invalid():
            return problem_document(error.code, {"field": error.field, "reason": error.reason})
        case NotFound():
            return problem_document("not_found", {"thing": error.thing})
        case KeyReused():
            return problem_document("idempotency_key_reused", {"field": "Idempotency-Key"})
        case Busy():
            return problem_document("busy", {})
        case Broken():
            logger().error("broken record", error_type=str(error).partition(":")[0])
            return problem_document("broken_record", {})
        case _:
            log_unexpected(error)
            return problem_document("internal", {})


def lambda_handler(app: APIGatewayRestResolver) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return app.resolve(event, context)

    return handler
