"""The shapes of contracts, what they cost and what will become of them, as they are answered."""

from __future__ import annotations

from local.openapi.schemas import (
    DAY,
    FLAG,
    INSTANT,
    MONEY,
    OPEN,
    TEXT,
    WHOLE,
    Schema,
    many,
    may_have,
    null,
    one_of,
    ref,
    thing,
)
from tacit.domain.values import Role, Status

PERSON = may_have(thing(role=one_of(*Role)), id=TEXT)
SERVER = thing(id=TEXT, ip=TEXT)
CHARGE_REASON = {"amount": MONEY, "reason": TEXT}

CONTRACT = thing(
    id=TEXT,
    provider=TEXT,
    kind=TEXT,
    label=TEXT,
    tld=null(TEXT),
    plan=TEXT,
    quantity=WHOLE,
    holder=TEXT,
    billing_contact=null(TEXT),
    technical_contact=null(TEXT),
    email=TEXT,
    locale=TEXT,
    order_id=TEXT,
    parent_id=null(TEXT),
    term_months=WHOLE,
    price=MONEY,
    starts_on=DAY,
    expires_on=DAY,
    anchor_day=WHOLE,
    registry_expires_on=null(DAY),
    options=many(TEXT),
    servers=many(SERVER),
    marked_servers=many(TEXT),
    plan_change=null(thing(change_id=TEXT, valid_until=INSTANT)),
    plan_changed_on=null(DAY),
    renewal_warranty=FLAG,
    status=one_of(*Status),
    cancellation=null(thing(mode=TEXT, on=DAY, reason=null(TEXT))),
    last_day_to_reactivate=null(DAY),
    phase=null(TEXT),
    restorable_until=null(DAY),
    provider_until=null(DAY),
    registry_until=null(DAY),
    closed_reason=null(TEXT),
    autorenewal=null(FLAG),
    policy=TEXT,
    version=WHOLE,
    actions=many(ref("Action")),
    next=null(thing(action=TEXT, on=DAY)),
)
TERMS = thing(
    plan=TEXT, quantity=WHOLE, price=MONEY, term_months=WHOLE, expires_on=DAY, remaining_days=WHOLE
)
QUOTE = thing(
    id=TEXT,
    from_=ref("Terms"),
    to=ref("Terms"),
    required_days=WHOLE,
    losses=many(
        may_have(thing(what=one_of("server", "refund")), id=TEXT, ip=TEXT, lost=many(TEXT))
    ),
    warnings=many(ref("Warning")),
    refundable=FLAG,
    spends=null(TEXT),
    valid_until=INSTANT,
)
SHORT = thing(code=TEXT, account_id=null(TEXT), short=MONEY, ahead=many(TEXT), until=DAY)
OF_CONTRACTS: dict[str, Schema] = {
    "Money": thing(amount=TEXT, currency=TEXT),
    "Contract": CONTRACT,
    "Action": thing(
        action=TEXT, allowed=FLAG, code=null(TEXT), params=OPEN, available_from=null(DAY)
    ),
    "Event": thing(type=TEXT, at=INSTANT, data=OPEN),
    "PastEvent": may_have(
        thing(type=TEXT, at=INSTANT, actor=one_of(*Role), data=OPEN), actor_id=TEXT, note=null(TEXT)
    ),
    "Charge": thing(account_id=null(TEXT), **CHARGE_REASON),
    "MessageSaid": thing(kind=TEXT, channel=TEXT, to=TEXT),
    "Warning": may_have(
        thing(code=TEXT, detail=TEXT),
        contracts=many(TEXT),
        numbers=many(WHOLE),
        server_id=TEXT,
        ip=TEXT,
    ),
    "Forecast": thing(until=DAY, whole=FLAG, steps=many(ref("ForecastStep"))),
    "ForecastStep": thing(
        on=DAY,
        type=TEXT,
        data=OPEN,
        charges=many(ref("Charge")),
        messages=many(ref("MessageSaid")),
        why=TEXT,
        detail=TEXT,
    ),
    "RestorationQuote": thing(
        charges=many(thing(**CHARGE_REASON)),
        total=MONEY,
        expires_on=DAY,
        until=null(DAY),
        provider_until=null(DAY),
        registry_until=null(DAY),
    ),
    "Order": thing(
        id=TEXT, provider=TEXT, holder=TEXT, autorenewal=FLAG, contracts=many(TEXT), version=WHOLE
    ),
    "Account": thing(id=TEXT, provider=TEXT, holder=TEXT, currency=TEXT, balance=MONEY),
    "LedgerLine": thing(
        id=TEXT,
        at=INSTANT,
        amount=MONEY,
        reason=TEXT,
        contract_id=null(TEXT),
        period_start=null(DAY),
        reference=null(TEXT),
    ),
    "AccountForecast": thing(
        account_id=TEXT,
        until=DAY,
        whole=FLAG,
        covered_until=DAY,
        short=null(
            thing(contract_id=TEXT, on=DAY, amount=MONEY, short=MONEY, account_id=null(TEXT))
        ),
        charges=many(thing(on=DAY, contract_id=TEXT, balance=MONEY, **CHARGE_REASON)),
    ),
    "RenewalNotice": thing(
        id=TEXT,
        contract_id=TEXT,
        period_start=DAY,
        amount=MONEY,
        status=one_of("open", "paid", "annulled"),
        due_on=DAY,
        made_on=DAY,
        tried_on=null(DAY),
        why=null(SHORT),
        account_id=null(TEXT),
        reference=null(TEXT),
    ),
    "Task": thing(id=TEXT, contract_id=TEXT, provider=TEXT, what=TEXT, since=DAY),
    "Terms": TERMS,
    "PlanChangeQuote": QUOTE,
    "PlanChange": thing(
        id=TEXT,
        contract_id=TEXT,
        status=one_of("waiting", "confirmed", "lapsed"),
        quote=ref("PlanChangeQuote"),
        requested_at=INSTANT,
        valid_until=INSTANT,
    ),
    "PastPlanChange": thing(
        id=TEXT,
        contract_id=TEXT,
        status=TEXT,
        from_=ref("Terms"),
        to=ref("Terms"),
        removed_servers=many(SERVER),
        spent=null(TEXT),
        requested_at=INSTANT,
        requested_by=PERSON,
        confirmed_at=INSTANT,
        confirmed_by=null(PERSON),
    ),
}
