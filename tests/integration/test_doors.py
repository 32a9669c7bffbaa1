"""The order of questions: 401, 400, 403, 404, 422, 410, 409. Each case is wrong in two ways."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, CAROL, STAFF, Person, World, new_world
from tests.integration.edge import (
    CONTRACT,
    KIM,
    MALLORY,
    NOBODY,
    SVEN,
    assert_problem,
    nothing_written,
)
from tests.integration.sales import PAYMENT, REFUND, order_of, selling
from tests.integration.shops import OLGA

UNREADABLE = '{"label": '
MAYBE = {"dry_run": "maybe"}
LONG_KEY = {"Idempotency-Key": "k" * 200}
WISH = {"plan": "hosting-start", "quantity": 1}
NO_PLAN = {**WISH, "plan": "nothing"}
SHOP = {"shop_id": "shop-1"}
SOLD = order_of("A-1")
NO_METHOD = {**SOLD, "payment_method": "gold"}
NO_TICKET = {"tickets": ["X-1"]}  # of a paid order, without its refund besides
ONE_OF_IT = {"tickets": ["B-1"]}
GOLD = {"method": "gold", "reason": "none"}
NO_GOLD = {**ONE_OF_IT, "refund": GOLD}
EUROS = {**PAYMENT, "reference": "bank-0", "amount": {"amount": "1.00", "currency": "EUR"}}
REUSED = {**PAYMENT, "reference": "bank-0"}
NO_CREDIT, BACK = {"refund": GOLD}, {"refund": REFUND}
DOMAIN = {**CONTRACT, "plan": "domain-ch", "label": "example.ch"}


@pytest.fixture(scope="module")
def scene() -> Iterator[World]:
    """c-1 is active, c-2 has expired, c-3 is a domain, s-1 belongs to the other provider; t-1 to
    t-3 are ticket orders."""
    with new_world() as world:
        world.set_clock("2025-02-01T11:00:00Z")
        assert world.call("PUT", "/contracts/c-1", STAFF, CONTRACT).status == 201
        world.register("c-2", starts_on="2024-01-15")
        world.register("c-3", **{k: DOMAIN[k] for k in ("plan", "label")})
        world.register(
            "s-1",
            provider="svenska-domaner",
            plan="premium-domain",
            label="example.org.nz",
            order_id="o-s-1",
        )
        world.register("m-1", holder="mallory", order_id="o-m-1")
        assert world.call("POST", "/contracts/c-2/cancellation", ALICE).status == 200
        world.run_job("2025-02-01T11:00:00Z")
        assert world.contract("c-2")["status"] == "expired"
        selling(world)
        yield world


Case = tuple[Person | None, str, str, dict[str, Any], int, str]

BEFORE_400: list[Case] = [
    (None, "PUT", "/contracts/c-1", {"raw": UNREADABLE}, 401, "unauthenticated"),
    (None, "POST", "/contracts/c-1/cancellation", {"raw": UNREADABLE}, 401, "unauthenticated"),
    (None, "POST", "/job-runs", {"raw": UNREADABLE}, 401, "unauthenticated"),
    (None, "POST", "/parked/c/retry", {"raw": UNREADABLE}, 401, "unauthenticated"),
    (None, "PUT", "/test-clock", {"raw": UNREADABLE}, 401, "unauthenticated"),
    (None, "GET", "/contracts/a*b", {}, 401, "unauthenticated"),
    (None, "GET", '/contracts/a"b', {}, 401, "unauthenticated"),
    (None, "GET", "/contracts", {"query": {"limit": "0"}}, 401, "unauthenticated"),
    (None, "PUT", "/ticket-orders/t-1", {"raw": UNREADABLE}, 401, "unauthenticated"),
    (None, "GET", "/ticket-orders", {"query": {"shop_id": "a*b"}}, 401, "unauthenticated"),
    (None, "POST", "/tickets/a*b/admission", {"raw": UNREADABLE}, 401, "unauthenticated"),
]
BEFORE_403: list[Case] = [
    (ALICE, "PUT", "/contracts/c-1", {"raw": UNREADABLE}, 400, "unreadable"),
    (NOBODY, "PATCH", "/contracts/c-1", {"raw": "[]"}, 400, "unreadable"),
    (BOB, "POST", "/contracts/c-1/reactivation", {"raw": UNREADABLE}, 400, "unreadable"),
    (MALLORY, "POST", "/contracts/c-1/cancellation", {"raw": "NaN"}, 400, "unreadable"),
    (ALICE, "POST", "/contracts/none/cancellation", {"raw": "1"}, 400, "unreadable"),
    (ALICE, "POST", "/job-runs", {"raw": UNREADABLE}, 400, "unreadable"),
    (ALICE, "POST", "/parked/c/retry", {"raw": UNREADABLE}, 400, "unreadable"),
    (ALICE, "PUT", "/test-clock", {"raw": UNREADABLE}, 400, "unreadable"),
    (KIM, "PUT", "/test-clock", {"raw": "x" * 70_000}, 400, "body_too_large"),
    (SVEN, "PUT", "/contracts/c-1", {"raw": UNREADABLE}, 400, "unreadable"),
    (MALLORY, "PUT", "/ticket-orders/t-1", {"raw": UNREADABLE}, 400, "unreadable"),
    (MALLORY, "POST", "/ticket-orders/t-1/payments", {"raw": "1"}, 400, "unreadable"),
    (OLGA, "POST", "/ticket-orders/none/cancellation", {"raw": "[]"}, 400, "unreadable"),
    (SVEN, "POST", "/tickets/A-1/admission", {"raw": UNREADABLE}, 400, "unreadable"),
]
BEFORE_404: list[Case] = [
    (ALICE, "PATCH", "/contracts/none", {"body": {}}, 403, "not_your_role"),
    (ALICE, "GET", "/job-runs/none", {}, 403, "not_your_role"),
    (ALICE, "POST", "/parked/none/retry", {}, 403, "not_your_role"),
    (ALICE, "PUT", "/contracts/none", {"body": {"provider": "none"}}, 403, "not_your_role"),
]
BEFORE_422: list[Case] = [
    (BOB, "POST", "/contracts/c-1/reactivation", {"body": {"x": 1}}, 403, "not_your_role"),
    (BOB, "POST", "/contracts/c-1/reactivation", {"query": MAYBE}, 403, "not_your_role"),
    (BOB, "POST", "/contracts/c-1/cancellation", {"query": {"x": "1"}}, 403, "not_your_role"),
    (CAROL, "POST", "/contracts/c-1/cancellation", {"headers": LONG_KEY}, 403, "not_your_role"),
    (CAROL, "POST", "/contracts/c-1/cancellation", {"body": {"mode": 7}}, 403, "not_your_role"),
    (ALICE, "PUT", "/contracts/c-1", {"body": {"x": 1}, "query": MAYBE}, 403, "not_your_role"),
    (ALICE, "PATCH", "/contracts/a%20b", {"body": {"x": 1}}, 403, "not_your_role"),
    (ALICE, "POST", "/job-runs", {"body": {"job": "none"}}, 403, "not_your_role"),
    (ALICE, "GET", "/job-runs", {"query": {"limit": "0"}}, 403, "not_your_role"),
    (ALICE, "GET", "/parked", {"query": {"next": "x"}}, 403, "not_your_role"),
    (ALICE, "POST", "/parked/c/retry", {"query": MAYBE}, 403, "not_your_role"),
    (ALICE, "GET", "/test-clock", {"query": {"x": "1"}}, 403, "not_your_role"),
    (KIM, "PUT", "/test-clock", {"body": {"now": "x", "y": 1}}, 403, "not_your_role"),
    (MALLORY, "POST", "/contracts/c-1/cancellation", {"body": {"x": 1}}, 404, "not_found"),
    (MALLORY, "POST", "/contracts/c-1/reactivation", {"query": MAYBE}, 404, "not_found"),
    (MALLORY, "POST", "/contracts/c-1/reactivation", {"headers": LONG_KEY}, 404, "not_found"),
    (MALLORY, "GET", "/contracts/c-1", {"query": {"x": "1"}}, 404, "not_found"),
    (MALLORY, "GET", "/contracts/c-1/timeline", {"query": {"limit": "0"}}, 404, "not_found"),
    (MALLORY, "GET", "/contracts/c-1/timeline", {"query": {"next": "x"}}, 404, "not_found"),
    (BOB, "POST", "/contracts/c-1/plan-change-quotes", {"body": {"x": 1}}, 403, "not_your_role"),
    (BOB, "POST", "/contracts/c-1/plan-changes", {"query": MAYBE}, 403, "not_your_role"),
    (BOB, "GET", "/contracts/c-1/plan-changes", {"query": {"limit": "0"}}, 403, "not_your_role"),
    (BOB, "POST", "/contracts/c-1/plan-changes/a*b/code", {}, 403, "not_your_role"),
    (BOB, "PUT", "/contracts/c-1/servers/a*b/removal", {"body": {}}, 403, "not_your_role"),
    (MALLORY, "POST", "/contracts/c-1/plan-change-quotes", {"body": {"x": 1}}, 404, "not_found"),
    (MALLORY, "GET", "/contracts/c-1/plan-changes", {"query": {"x": "1"}}, 404, "not_found"),
    (MALLORY, "POST", "/contracts/c-1/plan-changes/a*b/code", {}, 404, "not_found"),
    (MALLORY, "POST", "/contracts/c-1/plan-changes/a*b/confirmation", {}, 404, "not_found"),
    (MALLORY, "DELETE", "/contracts/c-1/servers/a*b/removal", {}, 404, "not_found"),
    (SVEN, "PUT", "/contracts/c-1", {"body": {}}, 404, "not_found"),
    (SVEN, "PUT", "/contracts/c-1", {"body": CONTRACT, "query": MAYBE}, 404, "not_found"),
    (SVEN, "PUT", "/contracts/new", {"body": {"provider": "kreativmedia"}}, 404, "not_found"),
    (SVEN, "PATCH", "/contracts/c-1", {"body": {"x": 1}}, 404, "not_found"),
    (MALLORY, "PUT", "/ticket-orders/t-1", {"body": {"shop_id": "shop-1"}}, 404, "not_found"),
    (MALLORY, "PUT", "/ticket-orders/new", {"body": {"shop_id": "shop-1"}}, 404, "not_found"),
    (SVEN, "PUT", "/ticket-orders/new", {"body": {**SOLD, "x": 1}}, 404, "not_found"),
    (OLGA, "PUT", "/ticket-orders/new", {"body": {"shop_id": "none"}}, 404, "not_found"),
    (MALLORY, "POST", "/ticket-orders/t-1/payments", {"body": {"x": 1}}, 404, "not_found"),
    (MALLORY, "POST", "/ticket-orders/t-1/cancellation", {"query": MAYBE}, 404, "not_found"),
    (SVEN, "POST", "/ticket-orders/t-1/exchange", {"headers": LONG_KEY}, 404, "not_found"),
    (SVEN, "POST", "/ticket-orders/t-3/credit-decision", {"body": {}}, 404, "not_found"),
    (OLGA, "POST", "/ticket-orders/none/payments", {"body": {"x": 1}}, 404, "not_found"),
    (MALLORY, "GET", "/ticket-orders/t-1", {"query": {"x": "1"}}, 404, "not_found"),
    (MALLORY, "GET", "/ticket-orders", {"query": {**SHOP, "limit": "0"}}, 404, "not_found"),
    (MALLORY, "GET", "/ticket-orders", {"query": {**SHOP, "x": "1"}}, 404, "not_found"),
    (MALLORY, "GET", "/tickets/A-1/admission", {"query": {"x": "1"}}, 404, "not_found"),
    (MALLORY, "POST", "/tickets/A-1/admission", {"body": {"x": 1}}, 404, "not_found"),
    (OLGA, "POST", "/tickets/none/admission", {"body": {"x": 1}}, 404, "not_found"),
    (OLGA, "POST", "/ticket-orders/t-1/cancellation", {"body": NO_TICKET}, 404, "not_found"),
    (STAFF, "GET", "/providers/none/plans", {"query": {"x": "1"}}, 404, "not_found"),
    (STAFF, "GET", "/providers/none/policy", {"query": {"x": "1"}}, 404, "not_found"),
    (STAFF, "GET", "/job-runs/none", {"query": {"x": "1"}}, 404, "not_found"),
    (STAFF, "POST", "/parked/none/retry", {"body": {"x": 1}}, 404, "not_found"),
    (STAFF, "POST", "/parked/none/retry", {"query": MAYBE}, 404, "not_found"),
    (
        STAFF,
        "PUT",
        "/contracts/new",
        {"body": {**CONTRACT, "plan": "none", "order_id": "o-m-1"}},
        404,
        "not_found",
    ),
    (
        STAFF,
        "PUT",
        "/contracts/new",
        {"body": {**CONTRACT, "plan": "none", "parent_id": "s-1"}},
        404,
        "not_found",
    ),
]
BEFORE_410_AND_409: list[Case] = [
    (ALICE, "GET", "/contracts/c-2", {"query": {"x": "1"}}, 422, "unknown_field"),
    (ALICE, "GET", "/contracts/c-2/timeline", {"query": {"limit": "0"}}, 422, "invalid_field"),
    (ALICE, "GET", "/contracts/c-2/timeline", {"query": {"next": "x"}}, 422, "invalid_next"),
    (ALICE, "POST", "/contracts/c-2/reactivation", {"body": {"x": 1}}, 422, "unknown_field"),
    (ALICE, "POST", "/contracts/c-2/reactivation", {"query": MAYBE}, 422, "invalid_field"),
    (ALICE, "POST", "/contracts/c-2/cancellation", {"body": {"mode": 7}}, 422, "invalid_field"),
    (ALICE, "POST", "/contracts/c-2/plan-change-quotes", {"body": NO_PLAN}, 422, "unknown_plan"),
    (ALICE, "GET", "/contracts/c-2/plan-changes", {"query": {"limit": "0"}}, 422, "invalid_field"),
    (STAFF, "PUT", "/contracts/c-1", {"body": {**CONTRACT, "x": 1}}, 422, "unknown_field"),
    (STAFF, "PUT", "/contracts/c-1", {"body": {**CONTRACT, "plan": "x"}}, 422, "unknown_plan"),
    (STAFF, "PUT", "/contracts/c-4", {"body": {**DOMAIN, "email": "x"}}, 422, "invalid_field"),
    (
        STAFF,
        "PUT",
        "/contracts/c-4",
        {"body": {**CONTRACT, "provider": "svenska-domaner", "plan": "premium-domain-3"}},
        422,
        "invalid_field",
    ),
    (OLGA, "PUT", "/ticket-orders/t-1", {"body": {**SOLD, "x": 1}}, 422, "unknown_field"),
    (OLGA, "PUT", "/ticket-orders/t-1", {"body": SOLD, "query": MAYBE}, 422, "invalid_field"),
    (OLGA, "PUT", "/ticket-orders/new", {"body": NO_METHOD}, 422, "invalid_field"),
    (OLGA, "POST", "/ticket-orders/t-2/exchange", {"body": {"x": 1}}, 422, "missing_field"),
    (OLGA, "POST", "/ticket-orders/t-2/cancellation", {"body": NO_GOLD}, 422, "invalid_field"),
    (OLGA, "POST", "/ticket-orders/t-3/payments", {"body": EUROS}, 422, "invalid_field"),
    (OLGA, "POST", "/ticket-orders/t-1/credit-decision", {"body": NO_CREDIT}, 422, "invalid_field"),
    (OLGA, "POST", "/tickets/B-1/admission", {"body": {"x": 1}}, 422, "unknown_field"),
    (
        STAFF,
        "PATCH",
        "/contracts/c-1",
        {"body": {"version": 9, "label": ""}},
        422,
        "invalid_field",
    ),
    (
        STAFF,
        "PATCH",
        "/contracts/c-1",
        {"body": {"version": 9}, "query": {"x": "1"}},
        422,
        "unknown_field",
    ),
]
REST: list[Case] = [
    (ALICE, "GET", "/contracts/c-2", {}, 410, "expired"),
    (ALICE, "GET", "/contracts/c-2/timeline", {}, 410, "expired"),
    (ALICE, "POST", "/contracts/c-2/reactivation", {}, 409, "expired"),
    (ALICE, "GET", "/contracts/c-2/plan-changes", {}, 410, "expired"),
    (ALICE, "POST", "/contracts/c-1/plan-change-quotes", {"body": WISH}, 409, "not_offered"),
    (STAFF, "PUT", "/contracts/c-1", {"body": DOMAIN}, 409, "already_registered"),
    (STAFF, "PUT", "/contracts/c-4", {"body": DOMAIN}, 409, "label_taken"),
    (STAFF, "PATCH", "/contracts/c-1", {"body": {"version": 9}}, 409, "version_moved"),
    (OLGA, "PUT", "/ticket-orders/t-1", {"body": SOLD}, 409, "already_registered"),
    (OLGA, "PUT", "/ticket-orders/new", {"body": SOLD}, 409, "ticket_number_taken"),
    (OLGA, "POST", "/ticket-orders/t-2/cancellation", {"body": ONE_OF_IT}, 409, "whole_order_only"),
    (OLGA, "POST", "/ticket-orders/t-1/credit-decision", {"body": BACK}, 409, "no_credit"),
    (OLGA, "POST", "/ticket-orders/t-3/payments", {"body": REUSED}, 409, "reference_reused"),
    (OLGA, "POST", "/tickets/B-1/admission", {"body": {}}, 409, "not_paid"),
]


def named(case: Case) -> str:
    who, method, path, asked, status, _ = case
    return f"{who.subject if who else 'nobody'} {method} {path} {'+'.join(asked)} {status}"


@pytest.mark.parametrize(
    "case",
    [*BEFORE_400, *BEFORE_403, *BEFORE_404, *BEFORE_422, *BEFORE_410_AND_409, *REST],
    ids=named,
)
def test_of_two_wrongs_the_earlier_question_is_answered(scene: World, case: Case) -> None:
    who, method, path, asked, status, code = case
    with nothing_written(scene):
        assert_problem(scene.call(method, path, who, **asked), status, code)


def test_the_future_is_refused_only_when_the_rest_is_right(
    scene: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tacit.runtime.stack import forget_stack

    with monkeypatch.context() as patch, nothing_written(scene, but="run#"):
        patch.delenv("TEST_CLOCK")
        forget_stack()
        body: dict[str, Any] = {"job": "expiries", "as_of": "2190-01-01T00:00:00Z"}
        reply = scene.call("POST", "/job-runs", STAFF, {**body, "x": 1})
        assert_problem(reply, 422, "unknown_field", "x")
        reply = scene.call("POST", "/job-runs", STAFF, body)
        assert_problem(reply, 409, "as_of_in_future")
        assert scene.call("POST", "/job-runs", STAFF, body, query={"dry_run": "true"}).status == 202
    forget_stack()


def test_a_contract_that_went_elsewhere_is_not_found_in_a_body_either(scene: World) -> None:
    """parent_id and order_id are authorised like an id in the path: provider and holder."""
    addon = {
        **CONTRACT,
        "provider": "svenska-domaner",
        "plan": "mail-addon",
        "label": "mail",
        "parent_id": "s-1",
    }
    strangers: list[tuple[Person, dict[str, Any], str]] = [
        (STAFF, {**addon, "holder": "mallory"}, "parent_id"),
        (STAFF, {**addon, "parent_id": "c-3"}, "parent_id"),
        (STAFF, {**addon, "parent_id": "none"}, "parent_id"),
        (STAFF, {**CONTRACT, "order_id": "o-m-1"}, "order_id"),
        (STAFF, {**CONTRACT, "order_id": "o-s-1"}, "order_id"),
        (KIM, {**CONTRACT, "order_id": "o-s-1"}, "order_id"),
        (KIM, addon, "provider"),
    ]
    for who, body, thing in strangers:
        with nothing_written(scene):
            reply = scene.call("PUT", "/contracts/c-9", who, body)
            assert_problem(reply, 404, "not_found")
            assert reply.json["params"] == {"thing": thing}
    for body in (addon, {**CONTRACT, "order_id": "o-c-1"}):
        reply = scene.call("PUT", "/contracts/c-9", STAFF, body, query={"dry_run": "true"})
        assert reply.status == 201, reply.text
