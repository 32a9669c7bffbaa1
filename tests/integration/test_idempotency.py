"""An Idempotency-Key: the same request once, for its caller, on its path, for 24 hours."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tacit import service
from tacit.service import Contracts
from tacit.store.repository import Repository
from tacit.store.runs import Runs
from tests.integration.conftest import ALICE, STAFF, Person, Reply, World, customer
from tests.integration.edge import (
    AT_ONCE,
    CONTRACT,
    KIM,
    NEW_ADD_ON,
    PLACED,
    REGISTRY,
    RENEWAL,
    REVERSAL,
    assert_problem,
    called_for,
    everything,
    family,
    grouped,
    nothing_written,
    noticed,
    over,
    payable,
)
from tests.integration.plan_changes import changeable, filled
from tests.integration.sales import COMMANDS, REFUND, order_of, selling
from tests.integration.shops import OLGA

NOW = "2025-02-01T11:00:00Z"
CANCELLATION, REACTIVATION = "/contracts/c-1/cancellation", "/contracts/c-1/reactivation"
CHANGE = "/contracts/v-2/plan-changes/v-2:2"
JOB = {"job": "expiries", "as_of": NOW}
NO_FIELDS = ("/transfer-out", "/renewal-warranty", "/done", "/code", "/removal", "/admission")


def keyed(
    world: World, method: str, path: str, who: Person, body: Any = None, key: str = "k-1"
) -> Reply:
    return world.call(method, path, who, body, headers={"idempotency-KEY": key})


def records(world: World) -> list[dict[str, Any]]:
    return [item for item in world.items() if item.get("item") == {"S": "idempotency"}]


@pytest.fixture
def stack(world: World) -> World:
    world.set_clock(NOW)
    world.register("c-1")
    return world


def test_the_same_request_has_one_effect_and_one_answer_whatever_came_after(stack: World) -> None:
    first = keyed(stack, "POST", CANCELLATION, ALICE, {"reason": "moving"})
    assert first.json["contract"]["status"] == "non_renewing"
    assert stack.call("POST", REACTIVATION, ALICE).json["contract"]["status"] == "active"
    with nothing_written(stack):
        again = keyed(stack, "POST", CANCELLATION, ALICE, {"reason": "moving"})
    assert (again.status, again.text) == (first.status, first.text)
    assert stack.contract("c-1")["status"] == "active"


def test_the_order_of_a_bodys_fields_does_not_count(stack: World) -> None:
    raw = ['{"mode": "at_term", "reason": "é"}', '{"reason":"\\u00e9",\n"mode":"at_term"}']
    headers = {"Idempotency-Key": "k-1"}
    first, again = (stack.call("POST", CANCELLATION, ALICE, raw=r, headers=headers) for r in raw)
    assert again.text == first.text
    assert len(records(stack)) == 1


def test_another_body_under_the_same_key_is_refused(stack: World) -> None:
    keyed(stack, "POST", CANCELLATION, ALICE, {"reason": "moving"})
    for other in ({}, {"reason": "costs"}, {"reason": "moving", "mode": "at_term"}):
        with nothing_written(stack):
            reply = keyed(stack, "POST", CANCELLATION, ALICE, other)
            assert_problem(reply, 422, "idempotency_key_reused", "Idempotency-Key")


def test_a_key_is_its_callers_its_methods_and_its_paths(stack: World) -> None:
    stack.register("c-2")
    answers = [
        keyed(stack, "POST", CANCELLATION, ALICE, {}),
        keyed(stack, "POST", "/contracts/c-2/cancellation", ALICE, {}),
        keyed(stack, "POST", REACTIVATION, ALICE, {}),
        keyed(stack, "PUT", "/contracts/c-3", STAFF, CONTRACT),
        keyed(stack, "PATCH", "/contracts/c-3", STAFF, {"version": 1, "label": "another"}),
        keyed(stack, "POST", CANCELLATION, STAFF, {}),
    ]
    assert [reply.status for reply in answers] == [200, 200, 200, 201, 200, 200]
    assert all(reply.json.get("events", True) for reply in answers)
    assert len(records(stack)) == 6


def test_another_key_is_another_request(stack: World) -> None:
    keyed(stack, "POST", CANCELLATION, ALICE, {}, "k-1")
    again = keyed(stack, "POST", CANCELLATION, ALICE, {}, "K-1")
    assert again.json["warnings"][0]["code"] == "already_cancelled"


def test_refusals_leave_no_record(stack: World) -> None:
    bob = customer("bob")
    with nothing_written(stack):
        assert keyed(stack, "POST", CANCELLATION, bob, {}).status == 403
        assert keyed(stack, "POST", CANCELLATION, ALICE, {"x": 1}).status == 422
        assert keyed(stack, "POST", "/contracts/none/cancellation", ALICE, {}).status == 404
        assert keyed(stack, "PATCH", "/contracts/c-1", STAFF, {"version": 9}).status == 409
    assert keyed(stack, "POST", CANCELLATION, ALICE, {}).json["events"]


def test_nothing_to_do_leaves_no_record(stack: World) -> None:
    with nothing_written(stack):
        assert keyed(stack, "POST", REACTIVATION, ALICE, {}).json["events"] == []
    stack.call("POST", CANCELLATION, ALICE)
    assert keyed(stack, "POST", REACTIVATION, ALICE, {}).json["events"]


def test_an_error_of_ours_leaves_no_record(stack: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ConnectionError("the cable is out")

    with monkeypatch.context() as patch, nothing_written(stack):
        patch.setattr("tacit.store.repository.Repository.commit", fails)
        reply = keyed(stack, "POST", CANCELLATION, ALICE, {})
        assert_problem(reply, 500, "internal")
    assert keyed(stack, "POST", CANCELLATION, ALICE, {}).json["events"]


@pytest.mark.parametrize(
    ("later", "same"), [("2025-02-02T10:59:59Z", True), ("2025-02-02T11:00:00Z", False)]
)
def test_a_record_holds_for_a_day_of_the_clock(stack: World, later: str, same: bool) -> None:
    first = keyed(stack, "POST", CANCELLATION, ALICE, {})
    stack.set_clock(later)
    again = keyed(stack, "POST", CANCELLATION, ALICE, {})
    assert (again.text == first.text) is same
    assert (again.json["events"] == []) is not same


def test_a_key_may_be_used_anew_after_its_day(stack: World) -> None:
    keyed(stack, "POST", CANCELLATION, ALICE, {})
    stack.call("POST", REACTIVATION, ALICE)
    stack.set_clock("2025-02-03T11:00:00Z")
    anew = keyed(stack, "POST", CANCELLATION, ALICE, {"reason": "another body"})
    assert anew.json["events"]
    assert keyed(stack, "POST", CANCELLATION, ALICE, {"reason": "another body"}).text == anew.text
    assert len(records(stack)) == 1


def as_it_is(_: World) -> None:
    return


@pytest.mark.parametrize(
    ("prepare", "who", "method", "path", "body"),
    [
        (as_it_is, STAFF, "PUT", "/contracts/c-2", CONTRACT),
        (as_it_is, STAFF, "PATCH", "/contracts/c-1", {"version": 1, "label": "another"}),
        (as_it_is, ALICE, "POST", CANCELLATION, {}),
        (family, STAFF, "PUT", "/contracts/a-2", NEW_ADD_ON),
        (family, STAFF, "PUT", "/contracts/d-1/registry", REGISTRY),
        (family, STAFF, "POST", "/contracts/d-1/transfer-out", {}),
        (family, ALICE, "POST", "/contracts/s-1/cancellation", AT_ONCE),
        (family, ALICE, "POST", "/contracts/a-1/cancellation", AT_ONCE),
        (over, STAFF, "POST", "/contracts/x-1/restoration", {"reference": "inv-1"}),
        (grouped, ALICE, "PUT", "/orders/o-1/autorenewal", {"enabled": False}),
        (grouped, ALICE, "PUT", "/contracts/g-3/autorenewal", {"enabled": False}),
        (grouped, STAFF, "PUT", "/orders/o-2", PLACED),
        (grouped, STAFF, "POST", "/orders/o-1/detachments", {"contract_id": "g-1"}),
        (payable, ALICE, "POST", "/contracts/p-7/activation", {"account_id": "a-7"}),
        (payable, ALICE, "POST", "/contracts/c-1/renewal", RENEWAL),
        (payable, ALICE, "PUT", "/contracts/i-1/renewal-warranty", {}),
        (called_for, ALICE, "DELETE", "/contracts/w-1/renewal-warranty", {}),
        (noticed, STAFF, "POST", "/contracts/n-2/renewal-reversal", REVERSAL),
        (noticed, STAFF, "POST", "/notices/n-1:2025-02-20/payment", {"reference": "bank-1"}),
        (called_for, STAFF, "POST", "/tasks/w-1:6/done", {}),
        (changeable, ALICE, "POST", "/contracts/v-1/plan-changes", {"quote_id": "{quote}"}),
        (changeable, ALICE, "POST", "/contracts/v-2/plan-changes/v-2:2/code", {}),
        (changeable, ALICE, "POST", f"{CHANGE}/confirmation", {"code": "{code}"}),
        (changeable, ALICE, "PUT", "/contracts/v-3/servers/s-1/removal", {"confirm": "s-1"}),
        (changeable, ALICE, "DELETE", "/contracts/v-3/servers/s-2/removal", {}),
        (selling, OLGA, "PUT", "/ticket-orders/t-4", order_of("D-1")),
        *((selling, OLGA, "POST", path, body) for path, body in COMMANDS.items()),
        (selling, OLGA, "POST", "/ticket-orders/t-3/credit-decision", {"refund": REFUND}),
        (as_it_is, STAFF, "POST", "/job-runs", JOB),
        (as_it_is, KIM, "POST", "/job-runs", {**JOB, "job": "renewals"}),
        (as_it_is, STAFF, "PUT", "/test-clock", {"now": "2025-03-01T00:00:00Z"}),
    ],
)
def test_every_command_knows_its_key(
    stack: World, prepare: Any, who: Person, method: str, path: str, body: dict[str, Any]
) -> None:
    body = filled(body, prepare(stack))
    before = everything(stack)
    first = keyed(stack, method, path, who, body)
    assert everything(stack) != before
    # A door that takes no fields refuses another body before it comes to that.
    code = "unknown_field" if path.endswith(NO_FIELDS) and not body else "idempotency_key_reused"
    with nothing_written(stack):
        again = keyed(stack, method, path, who, body)
        other = keyed(stack, method, path, who, {**body, **_changed(body)})
        assert_problem(other, 422, code)
    assert first.status < 300
    assert (again.status, again.text) == (first.status, first.text)


def _changed(body: dict[str, Any]) -> dict[str, Any]:
    """The same body with one field another one, still readable."""
    changes = {"label": "a third", "as_of": "2025-01-01T00:00:00Z", "now": "2025-04-01T00:00:00Z"}
    changes |= {"registry_expires_on": "2027-06-01", "reference": "inv-2"}
    changes |= {"seat": "seat Y", "payment_method": "card"}
    changes |= {"revive": {}, "refund": {**REFUND, "method": "cash"}}  # type: ignore[dict-item]
    changes |= {"account_id": "a-8", "reason": "another"}
    changes |= {"quote_id": "v-1:vps-l:1:2025-02-01:0", "code": "000000", "confirm": "s-2"}
    changes |= {"enabled": True, "contracts": ["g-1"], "contract_id": "g-2"}  # type: ignore[dict-item]
    return {k: v for k, v in changes.items() if k in body} or {"reason": "x"}


def test_a_record_that_went_back_to_work_answers_its_key_again(stack: World) -> None:
    head = {"pk": {"S": "contract#c-1"}, "sk": {"S": "head"}}

    def policy(name: str) -> None:
        stack.dynamodb.update_item(
            TableName=stack.names.table_name,
            Key=head,
            UpdateExpression="SET #policy = :name",
            ExpressionAttributeNames={"#policy": "policy"},
            ExpressionAttributeValues={":name": {"S": name}},
        )

    policy("nobody/9")
    stack.run_job("2026-03-01T00:00:00Z")
    path = "/parked/contract:c-1/retry"
    refused = keyed(stack, "POST", path, KIM, {})
    assert_problem(refused, 409, "still_broken")
    policy("kreativmedia/1")
    first = keyed(stack, "POST", path, KIM, {})
    assert first.status == 200, first.text
    assert stack.call("GET", "/parked", KIM).json["items"] == []
    assert keyed(stack, "POST", path, KIM, {}).text == first.text
    assert_problem(stack.call("POST", path, KIM, {}), 404, "not_found")


@pytest.mark.parametrize(
    ("room", "moment"),
    [(Contracts, "view"), (service, "check_asker"), (Contracts, "_committed")],
    ids=["view", "check_asker", "_committed"],
)
def test_the_same_request_twice_at_once_has_one_effect_and_one_answer(
    stack: World, monkeypatch: pytest.MonkeyPatch, room: Any, moment: str
) -> None:
    """The second one is let in at each step of the first."""
    real: Callable[..., Any] = getattr(room, moment)
    inner: list[Reply] = []

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        if not inner:
            monkeypatch.setattr(room, moment, real)
            inner.append(keyed(stack, "POST", CANCELLATION, ALICE, {}))
        return real(*args, **kwargs)

    monkeypatch.setattr(room, moment, overtaken)
    outer = keyed(stack, "POST", CANCELLATION, ALICE, {})
    assert inner[0].json["events"]
    assert outer.text == inner[0].text
    assert stack.contract("c-1")["version"] == 2
    assert len(records(stack)) == 1


@pytest.mark.parametrize(
    ("owner", "name", "method", "path", "body"),
    [
        (Repository, "commit", "PUT", "/contracts/c-7", CONTRACT),
        (Runs, "create", "POST", "/job-runs", JOB),
    ],
)
def test_a_record_that_appears_in_the_last_moment_is_the_answer(
    stack: World,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    name: str,
    method: str,
    path: str,
    body: dict[str, Any],
) -> None:
    """Two PUTs or two job runs at once: the transaction itself tells the second one."""
    real: Callable[..., Any] = getattr(owner, name)
    inner: list[Reply] = []

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(owner, name, real)
        inner.append(keyed(stack, method, path, STAFF, body))
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, overtaken)
    outer = keyed(stack, method, path, STAFF, body)
    assert inner[0].status < 300
    assert (outer.status, outer.text) == (inner[0].status, inner[0].text)
    assert len(records(stack)) == 1
    assert len(stack.call("GET", "/job-runs", STAFF).json["items"]) == (path == "/job-runs")


def test_a_record_is_swept_by_dynamodb_only_after_its_day(stack: World) -> None:
    keyed(stack, "POST", CANCELLATION, ALICE, {})
    (record,) = records(stack)
    day = 24 * 3600
    assert time.time() + day < int(record["ttl"]["N"]) < time.time() + 3 * day
    assert record["valid_until"]["S"].startswith("2025-02-02T11:00:00")
