"""What each door answers when it is not refused: by status, the shape.

One line for a door. A new door is not described before it stands here, and the test of the document
says so; what is answered and not described fails in every integration test that sees it.
"""

from __future__ import annotations

from local.openapi.contracts import CONTRACT, OF_CONTRACTS
from local.openapi.jobs import OF_JOBS
from local.openapi.policies import OF_POLICIES
from local.openapi.schemas import (
    EVENTS,
    INSTANT,
    WARNINGS,
    Schema,
    command,
    null,
    page,
    ref,
    thing,
    with_,
)
from local.openapi.tickets import OF_TICKETS, TICKET_ORDER

Answers = dict[int, Schema]

COMPONENTS: dict[str, Schema] = {
    **OF_CONTRACTS,
    **OF_TICKETS,
    **OF_POLICIES,
    **OF_JOBS,
    "ContractCommand": command(contract=ref("Contract")),
    "AccountCommand": command(account=ref("Account")),
    "ShopCommand": command(shop=ref("Shop")),
    "TicketOrderCommand": command(ticket_order=ref("TicketOrder")),
    "MessageCommand": command(message=ref("Message")),
    "PlanChangeCommand": command(contract=ref("Contract"), plan_change=null(ref("PlanChange"))),
    "Detachment": command(contract=ref("Contract"), order=ref("Order")),
    "OrderArranged": with_(OF_CONTRACTS["Order"], events=EVENTS, warnings=WARNINGS),
    "ContractSwitched": with_(CONTRACT, events=EVENTS, warnings=WARNINGS),
    "ContractMarked": with_(CONTRACT, warnings=WARNINGS),
    "TicketOrderPlaced": with_(TICKET_ORDER, warnings=WARNINGS),
    "Retried": thing(parked=ref("ParkedRecord")),
    "TestClock": thing(now=null(INSTANT)),
}


def ok(name: str) -> Answers:
    return {200: ref(name)}


def put(name: str) -> Answers:
    """201 where it is new, 200 where it was there."""
    return {200: ref(name), 201: ref(name)}


def listed(name: str) -> Answers:
    return {200: page(ref(name))}


ANSWERS: dict[str, Answers] = {
    "GET /contracts": listed("Contract"),
    "GET /contracts/{id}": ok("Contract"),
    "GET /contracts/{id}/timeline": listed("PastEvent"),
    "GET /contracts/{id}/forecast": ok("Forecast"),
    "PUT /contracts/{id}": put("Contract"),
    "PATCH /contracts/{id}": ok("ContractCommand"),
    "PUT /contracts/{id}/registry": ok("Contract"),
    "POST /contracts/{id}/transfer-out": ok("ContractCommand"),
    "POST /contracts/{id}/cancellation": ok("ContractCommand"),
    "POST /contracts/{id}/reactivation": ok("ContractCommand"),
    "GET /contracts/{id}/restoration-quote": ok("RestorationQuote"),
    "POST /contracts/{id}/restoration": ok("ContractCommand"),
    "POST /contracts/{id}/activation": ok("ContractCommand"),
    "POST /contracts/{id}/renewal": ok("ContractCommand"),
    "POST /contracts/{id}/renewal-reversal": ok("ContractCommand"),
    "PUT /contracts/{id}/renewal-warranty": ok("Contract"),
    "DELETE /contracts/{id}/renewal-warranty": ok("Contract"),
    "GET /notices": listed("RenewalNotice"),
    "POST /notices/{id}/payment": ok("ContractCommand"),
    "GET /tasks": listed("Task"),
    "POST /tasks/{id}/done": ok("ContractCommand"),
    "POST /contracts/{id}/plan-change-quotes": {201: ref("PlanChangeQuote")},
    "POST /contracts/{id}/plan-changes": put("PlanChange"),
    "GET /contracts/{id}/plan-changes": listed("PastPlanChange"),
    "POST /contracts/{id}/plan-changes/{change_id}/code": ok("PlanChangeCommand"),
    "POST /contracts/{id}/plan-changes/{change_id}/confirmation": ok("PlanChangeCommand"),
    "PUT /contracts/{id}/servers/{server_id}/removal": ok("ContractMarked"),
    "DELETE /contracts/{id}/servers/{server_id}/removal": ok("ContractMarked"),
    "GET /accounts": listed("Account"),
    "GET /accounts/{id}": ok("Account"),
    "GET /accounts/{id}/ledger": listed("LedgerLine"),
    "GET /accounts/{id}/forecast": ok("AccountForecast"),
    "PUT /accounts/{id}": put("Account"),
    "POST /accounts/{id}/deposits": ok("AccountCommand"),
    "POST /accounts/{id}/withdrawals": ok("AccountCommand"),
    "GET /orders": listed("Order"),
    "GET /orders/{id}": ok("Order"),
    "PUT /orders/{id}": put("OrderArranged"),
    "PUT /orders/{id}/autorenewal": ok("OrderArranged"),
    "PUT /contracts/{id}/autorenewal": ok("ContractSwitched"),
    "POST /orders/{id}/detachments": ok("Detachment"),
    "GET /shops": listed("Shop"),
    "GET /shops/{id}": ok("Shop"),
    "GET /shops/{id}/changes": listed("ShopSettings"),
    "PUT /shops/{id}": put("Shop"),
    "PATCH /shops/{id}": ok("ShopCommand"),
    "POST /shops/{id}/undo": ok("ShopCommand"),
    "POST /shops/{id}/redo": ok("ShopCommand"),
    "GET /ticket-orders": listed("TicketOrder"),
    "GET /ticket-orders/{id}": ok("TicketOrder"),
    "PUT /ticket-orders/{id}": put("TicketOrderPlaced"),
    "POST /ticket-orders/{id}/payments": ok("TicketOrderCommand"),
    "POST /ticket-orders/{id}/cancellation": ok("TicketOrderCommand"),
    "POST /ticket-orders/{id}/exchange": ok("TicketOrderCommand"),
    "POST /ticket-orders/{id}/credit-decision": ok("TicketOrderCommand"),
    "GET /tickets/{number}/admission": ok("Admission"),
    "POST /tickets/{number}/admission": ok("TicketOrderCommand"),
    "POST /messages": {201: ref("MessageCommand")},
    "GET /messages": listed("Message"),
    "POST /messages/{id}/undo": ok("MessageCommand"),
    "POST /messages/{id}/send": ok("MessageCommand"),
    "POST /messages/{id}/drop": ok("MessageCommand"),
    "GET /providers/{id}/plans": listed("Plan"),
    "GET /providers/{id}/policy": ok("Policy"),
    "POST /job-runs": {202: ref("JobRun")},
    "GET /job-runs": listed("JobRun"),
    "GET /job-runs/{id}": ok("JobRun"),
    "GET /job-runs/{id}/items": {
        200: page({"anyOf": [ref("RunLine"), ref("RunDifference")]}),
    },
    "POST /job-runs/{id}/release": {202: ref("JobRun")},
    "GET /parked": listed("ParkedRecord"),
    "POST /parked/{id}/retry": ok("Retried"),
    "GET /test-clock": ok("TestClock"),
    "PUT /test-clock": ok("TestClock"),
}
