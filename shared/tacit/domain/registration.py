"""Bringing a contract in: a new one whose term and price are its plan's, or an imported one
whose term, price and dates are its own."""

from dataclasses import replace
from datetime import date, datetime

from tacit.domain.commands import Register, Registration
from tacit.domain.days import LATEST, add_months, anchor_of, local_day
from tacit.domain.decision import Decision, NothingToDo, Situation
from tacit.domain.expiry_notices import newest_until
from tacit.domain.labels import domain_name, tld_of
from tacit.domain.orders import own_order
from tacit.domain.phases import stages, windows
from tacit.domain.policy import Kind, Plan, Policy
from tacit.domain.record import changed
from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.registry_dates import why_doubtful
from tacit.domain.values import ADDONS_OF_A_CONTRACT, Cancellation, Contract, Order, Status
from tacit.domain.warranty import check_offered

CONTRACTS_IN_AN_ORDER = 40


def register(situation: Situation, command: Register, policy: Policy, now: datetime) -> Decision:
    """The same body again is nothing to do, another one `already_registered`."""
    wanted = command.wanted
    there = situation.contract
    if there is not None and there.registered_as == command.fingerprint:
        return NothingToDo(there, "already_registered")
    _check_named(wanted, situation)
    plan = _plan(wanted, policy)
    kind = policy.kinds[plan.kind]
    contract = _built(wanted, plan, kind, policy, command.fingerprint, now)
    if there is not None:
        raise Refused("already_registered", {"id": there.id, "version": there.version})
    _check_parent(contract, situation, policy)
    order_before, order = _join_order(contract, situation.order)
    if not plan.orderable and not wanted.imported:
        raise Refused("plan_not_sold", {"plan": plan.id})
    if contract.renewal_warranty:
        check_offered(contract, policy)
    data = {
        "kind": contract.kind,
        "plan": contract.plan,
        "order_id": contract.order_id,
        "status": str(contract.status),
        "starts_on": contract.starts_on.isoformat(),
        "expires_on": contract.expires_on.isoformat(),
        "amount": contract.price.amount,
        "currency": contract.price.currency,
    }
    change = changed(None, contract, "contract.registered", data, command.by, policy, now)
    living = contract.status is not Status.CLOSED
    parent = situation.parent if living else None
    return replace(change, order_before=order_before, order=order, stands_on=parent)


def _plan(wanted: Registration, policy: Policy) -> Plan:
    plan = policy.plans.get(wanted.plan)
    if plan is None:
        raise Invalid("plan", f"{policy.provider} has no plan {wanted.plan!r}", "unknown_plan")
    if wanted.kind not in (None, plan.kind):
        raise Invalid("kind", f"the plan is of kind {plan.kind!r}", "does_not_match_plan")
    if (wanted.quantity or 1) > plan.max_quantity:
        raise Invalid("quantity", f"at most {plan.max_quantity} of this plan", "too_many")
    return plan


def _built(
    wanted: Registration,
    plan: Plan,
    kind: Kind,
    policy: Policy,
    fingerprint: str,
    now: datetime,
) -> Contract:
    if wanted.parent_id is not None and not kind.needs_parent:
        raise Invalid("parent_id", f"a contract of kind {kind.name!r} has no parent")
    label, tld = _label(wanted, plan, kind)
    starts_on, expires_on, term = _term(wanted, plan, local_day(now, policy.zone))
    price = wanted.price or plan.price
    if price.currency != policy.currency:
        raise Invalid("price.currency", f"{policy.provider} bills in {policy.currency}")
    if price.minor < 0:
        raise Invalid("price.amount", "a price is not negative")
    if not wanted.imported and price != plan.price:
        raise _mismatch("price", f"the plan costs {plan.price.amount} {plan.price.currency}")
    contract = Contract(
        id=wanted.id,
        provider=policy.provider,
        kind=plan.kind,
        label=label,
        tld=tld,
        plan=plan.id,
        quantity=wanted.quantity or 1,
        holder=wanted.holder,
        billing_contact=wanted.billing_contact,
        technical_contact=wanted.technical_contact,
        email=wanted.email,
        locale=wanted.locale or policy.locale,
        order_id=wanted.order_id or own_order(wanted.id),
        parent_id=wanted.parent_id,
        term_months=term,
        price=price,
        starts_on=starts_on,
        expires_on=expires_on,
        registry_expires_on=wanted.registry_expires_on,
        anchor_day=anchor_of(starts_on, expires_on),
        options=wanted.options,
        servers=wanted.servers,
        renewal_warranty=wanted.renewal_warranty,
        status=wanted.status,
        policy=policy.name,
        version=0,
        events=0,
        registered_as=fingerprint,
    )
    today = local_day(now, policy.zone)
    standing = _standing(contract, kind, policy, today, wanted.imported)
    return replace(standing, noticed_on=newest_until(standing, policy, today))


def _standing(
    contract: Contract, kind: Kind, policy: Policy, today: date, imported: bool
) -> Contract:
    """What a status brings with it: an imported contract enters in the middle of its life."""
    if contract.status in (Status.ACTIVE, Status.PENDING):
        return contract
    if not imported:
        raise Invalid("status", "a new contract is active or pending; others need import: true")
    if contract.status is Status.NON_RENEWING:
        return replace(contract, cancellation=Cancellation("at_term", today, None))
    if contract.status is Status.CLOSED:
        return replace(contract, closed_reason=kind.closed_reason)
    if contract.status is Status.EXPIRED:
        return _over(contract, policy, today)
    return contract


def _over(contract: Contract, policy: Policy, today: date) -> Contract:
    """Somebody else carried out the end, on its day as far as we know; it is in the phase that the
    calendar shows, and where all are over the job closes it. Its windows are stored now, so that
    nothing may hang on a registry's date that cannot be true (G13)."""
    timetable = stages(contract, policy, contract.expires_on)
    if not timetable:
        raise Invalid("status", "this kind has no phase after its end; import it as closed")
    if contract.expires_on > today:
        raise Invalid("expires_on", "an expired contract's end is not in the future")
    if doubt := why_doubtful(contract, today):
        raise Invalid("registry_expires_on", doubt)
    open_ones = (s for s in timetable if s.ends_on is None or s.ends_on > today)
    stage = next(open_ones, timetable[-1])
    found = windows(contract, policy, contract.expires_on)
    return replace(
        contract,
        phase=stage.phase.name,
        phase_ends_on=stage.ends_on,
        restorable_until=found.effective if found else None,
        ended_on=contract.expires_on,
        domain_ended_on=contract.domain_expires_on,
    )


def _label(wanted: Registration, plan: Plan, kind: Kind) -> tuple[str, str | None]:
    if not kind.unique_label:
        if wanted.tld:
            raise Invalid("tld", f"a contract of kind {kind.name!r} has none")
        return wanted.label, None
    name = domain_name(wanted.label)
    tld = tld_of(name)
    if wanted.tld not in (None, tld):
        raise Invalid("tld", f"the label ends in {tld!r}")
    if plan.tld not in (None, tld):
        raise _mismatch("label", f"the plan is for .{plan.tld}, the label ends in .{tld}")
    return name, tld


def _term(wanted: Registration, plan: Plan, today: date) -> tuple[date, date, int]:
    starts_on = wanted.starts_on or today
    term = wanted.term_months or plan.term_months
    usual = add_months(starts_on, term, starts_on.day)
    expires_on = wanted.expires_on or usual
    if expires_on <= starts_on:
        raise Invalid("expires_on", "a term ends after it starts")
    if expires_on > LATEST:
        raise Invalid("expires_on", f"no term ends after {LATEST}")
    if not wanted.imported:
        if term != plan.term_months:
            raise _mismatch("term_months", f"the plan's term is {plan.term_months} months")
        if expires_on != usual:
            raise _mismatch("expires_on", f"a term from {starts_on} ends on {usual}")
    return starts_on, expires_on, term


def _check_named(wanted: Registration, situation: Situation) -> None:
    """What is named must be of the same provider and holder; anything else is not found, and
    that is said before anything that is wrong."""
    mine = (wanted.provider, wanted.holder)
    parent, order = situation.parent, situation.order
    if wanted.parent_id is not None and (
        parent is None or (parent.provider, parent.holder) != mine
    ):
        raise NotFound("parent_id")
    named = order is not None and order.id == wanted.order_id
    if order is not None and named and (order.provider, order.holder) != mine:
        raise NotFound("order_id")


def _check_parent(contract: Contract, situation: Situation, policy: Policy) -> None:
    """What hangs on another contract: on one that is not over, and not more than there is room."""
    parent = situation.parent
    plan = policy.plans[contract.plan]
    if plan.follows_parent and parent is None:
        raise Invalid("parent_id", f"the plan {plan.id!r} follows another contract: which?")
    if parent is None or contract.status in (Status.EXPIRED, Status.CLOSED):
        return
    if parent.parent_id is not None:
        raise Invalid("parent_id", "hangs on another contract itself")
    if parent.status is Status.CLOSED:
        raise Refused("parent_closed", {"parent_id": parent.id})
    if situation.siblings >= ADDONS_OF_A_CONTRACT:
        raise too_many_addons()


def too_many_addons() -> Invalid:
    return Invalid("parent_id", f"a contract has {ADDONS_OF_A_CONTRACT} at most", "too_many")


def _join_order(contract: Contract, there: Order | None) -> tuple[Order | None, Order | None]:
    """Into the order that is named, made if it is not there; one of its own if none is named. What
    is closed already takes no place in it."""
    joins = contract.status is not Status.CLOSED
    if there is None:
        made = Order(contract.order_id, contract.provider, contract.holder, True, 0, 1)
        return None, replace(made, size=1, contracts=(contract.id,)) if joins else made
    if (there.provider, there.holder) != (contract.provider, contract.holder):
        raise NotFound("order_id")
    if not joins:
        return None, None
    if there.size >= CONTRACTS_IN_AN_ORDER:
        raise Invalid("order_id", f"an order holds {CONTRACTS_IN_AN_ORDER} contracts", "too_many")
    members = (*there.contracts, contract.id)
    after = replace(there, size=there.size + 1, version=there.version + 1, contracts=members)
    return there, after


def _mismatch(field: str, reason: str) -> Invalid:
    return Invalid(field, f"{reason}; import: true takes the contract's own", "does_not_match_plan")
