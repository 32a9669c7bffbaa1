"""What can happen to a call: it is refused, it is half answered, its answer is lost, or the process
dies before or after it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.integration.faults.calls import PUBLICATION, Answer, Call, Cut, Go, Strike

_TRANSACTION = "DynamoDB.TransactWriteItems"
_BATCH = "DynamoDB.BatchGetItem"
_QUERY = "DynamoDB.Query"


@dataclass(frozen=True)
class Fault:
    """`hits` says of which calls; `kills`: the process is gone with it; `goes_through`: what
    was asked has happened all the same; `turns_pages`: a worker's pages are others with it."""

    name: str
    strike: Strike
    hits: Callable[[Call], bool]
    kills: bool = False
    goes_through: bool = False
    turns_pages: bool = False

    def hidden(self, call: Call) -> bool:
        """Whether the product itself tries again, so that nobody else ever learns of it."""
        return call.is_dynamodb and not self.kills


def _error(code: str, status: int = 400, **more: Any) -> Strike:
    """Answered with an error, and not carried out."""

    def strike(_go: Go, _params: dict[str, Any], operation: str) -> Answer:
        raise _refusal(code, status, operation, **more)

    return strike


def _refusal(code: str, status: int, operation: str, **more: Any) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "made up"}, **more}
    answer["ResponseMetadata"] = {"HTTPStatusCode": status}
    return ClientError(answer, operation.split(".")[1])


def _cancelled(reason: str) -> Strike:
    """A transaction of which one item was in the way of another writer, or throttled."""

    def strike(_go: Go, params: dict[str, Any], operation: str) -> Answer:
        codes = ["None"] * (len(params["TransactItems"]) - 1) + [reason]
        reasons = [{"Code": code} for code in codes]
        code = "TransactionCanceledException"
        raise _refusal(code, 400, operation, CancellationReasons=reasons)

    return strike


def _answer_lost(go: Go, params: dict[str, Any], _operation: str) -> Answer:
    go(params)
    raise ReadTimeoutError(endpoint_url="made up")


def _doubtful(go: Go, params: dict[str, Any], operation: str) -> Answer:
    """DynamoDB's 500 says nothing about whether the write has happened."""
    go(params)
    raise _refusal("InternalServerError", 500, operation)


def _cut_before(_go: Go, _params: dict[str, Any], _operation: str) -> Answer:
    raise Cut


def _cut_after(go: Go, params: dict[str, Any], _operation: str) -> Answer:
    go(params)
    raise Cut


def _unread(go: Go, params: dict[str, Any], _operation: str) -> Answer:
    """One key of the batch is read, the others are handed back; of one alone, that one is."""
    ((table, wanted),) = params["RequestItems"].items()
    if len(wanted["Keys"]) == 1:
        return {"Responses": {table: []}, "UnprocessedKeys": {table: wanted}}
    first, *rest = wanted["Keys"]
    answer = go({**params, "RequestItems": {table: {**wanted, "Keys": [first]}}})
    return {**answer, "UnprocessedKeys": {table: {**wanted, "Keys": rest}}}


def _stops_early(go: Go, params: dict[str, Any], _operation: str) -> Answer:
    """A page of DynamoDB's own ends after one item, as it may after a megabyte."""
    return go({**params, "Limit": 1})


def _entry_refused(go: Go, params: dict[str, Any], _operation: str) -> Answer:
    """The bus takes all but the first; alone, it is not asked at all."""
    _, *others = params["Entries"]
    taken = go({**params, "Entries": others})["Entries"] if others else []
    refused = {"ErrorCode": "InternalFailure", "ErrorMessage": "made up"}
    return {"FailedEntryCount": 1, "Entries": [refused, *taken]}


def _dynamodb(call: Call) -> bool:
    return call.is_dynamodb


def _elsewhere(call: Call) -> bool:
    return not call.is_dynamodb


def _single_write(call: Call) -> bool:
    return call.writes and call.operation != _TRANSACTION


def _transaction(call: Call) -> bool:
    return call.operation == _TRANSACTION


def _may_stop_early(call: Call) -> bool:
    """Where there is something to stop after, and it could be that much."""
    found = call.operation == _QUERY and call.answer["Items"]
    return bool(found) and not any(is_so(call) for is_so in NEVER_A_MEGABYTE.values())


def _is_about(start: str) -> Callable[[Call], bool]:
    def asked(call: Call) -> bool:
        values = call.asked["ExpressionAttributeValues"].values()
        return any(str(value.get("S", "")).startswith(start) for value in values)

    return asked


# Queries that are asked once and not gone on with, because all that they can find is small.
NEVER_A_MEGABYTE: dict[str, Callable[[Call], bool]] = {
    "the links to at most twenty add-ons, of a hundred bytes each": _is_about("child#"),
    "the 64 shards of a run in a stage, each with the keys of one page": (
        lambda call: any(_is_about(f"{stage}#")(call) for stage in ("plan", "shard", "rest"))
    ),
}


def _any(_: Call) -> bool:
    return True


CUT_BEFORE = Fault("the process dies before it", _cut_before, _any, kills=True)
CUT_AFTER = Fault("the process dies after it", _cut_after, _any, kills=True)
ANSWER_LOST = Fault("its answer is lost", _answer_lost, _any, goes_through=True)
CUT_AFTER_A_TRANSACTION = replace(CUT_AFTER, hits=_transaction)
SLICE = (CUT_AFTER, ANSWER_LOST)
FAULTS = (
    *SLICE,
    CUT_BEFORE,
    Fault("throttled", _error("ThrottlingException"), _any),
    Fault("throttled by the table", _error("ProvisionedThroughputExceededException"), _dynamodb),
    Fault("a 500 before it", _error("InternalServerError", 500), _dynamodb),
    Fault("a 500 after it", _doubtful, _dynamodb, goes_through=True),
    Fault("a 500", _error("InternalFailure", 500), _elsewhere),
    Fault("a conflict", _error("TransactionConflictException"), _single_write),
    Fault("a conflict in it", _cancelled("TransactionConflict"), _transaction),
    Fault("an item throttled in it", _cancelled("ThrottlingError"), _transaction),
    Fault("its own first try goes on", _error("TransactionInProgressException"), _transaction),
    Fault("keys left unread", _unread, lambda call: call.operation == _BATCH),
    Fault("it stops early", _stops_early, _may_stop_early, turns_pages=True),
    Fault("an entry refused", _entry_refused, lambda call: call.operation == PUBLICATION),
)
