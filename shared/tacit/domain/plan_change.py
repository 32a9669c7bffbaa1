"""Changing to another plan: asked for, its code sent again, confirmed, lapsed (X1 to X12, G11).

Until the code is entered nothing changes (X10). A change that waits stands on the head of its
contract, so that it has that head's one version: two of them never meet, and whatever moves the
contract meanwhile is seen when the code comes. It lapses by itself, without anybody doing it. One
that was carried out leaves the head and is history.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from tacit.domain.commands import ConfirmPlanChange, RequestPlanChange, ResendCode
from tacit.domain.days import add_days, local_day
from tacit.domain.decision import Change, Decision, NothingToDo, Situation
from tacit.domain.expiry_notices import newest_until
from tacit.domain.notices import ANNULLED, OPEN
from tacit.domain.permission import check_roles
from tacit.domain.plan_quote import (
    CONFIRMED,
    LAPSED,
    WAITING,
    Quote,
    Wanted,
    change_id,
    change_params,
    quote,
    waiting,
    wanted_in,
)
from tacit.domain.policy import Policy
from tacit.domain.record import and_then, changed
from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.renewal import HOLDER_AND_STAFF
from tacit.domain.values import (
    Actor,
    CodesSent,
    Contract,
    Notice,
    PlanChange,
    Role,
    Scalar,
    Status,
)

CODE_HOLDS = timedelta(minutes=15)
MOST_TRIES = 5  # wrong ones, per contract and local day, over all changes (G11)
MOST_CODES = 5  # mailed, per contract and local day
_SAID = "plan_change_code"


def request(
    situation: Situation,
    contract: Contract,
    command: RequestPlanChange,
    policy: Policy,
    now: datetime,
) -> Decision:
    """Take a quote up: it waits for its code. The same one again is nothing to do while it does;
    one that does not hold any more is refused with a fresh one."""
    check_roles(HOLDER_AND_STAFF, command.by)
    wanted = wanted_in(command.quote_id, contract)
    if wanted is None:
        raise NotFound("quote")
    there = waiting(contract, now)
    if there is not None and there.quote_id == command.quote_id:
        return NothingToDo(contract, "code_sent_already")
    fresh = _taken_up(situation, contract, wanted, policy, now)
    if fresh.id != command.quote_id:
        raise Refused("quote_outdated", {"quote": fresh})
    change = PlanChange(
        number=contract.events + 1,
        quote_id=fresh.id,
        old=fresh.old,
        new=fresh.new,
        required_days=fresh.required_days,
        lost=fresh.lost,
        requested_at=now,
        requested_by=command.by,
        valid_until=min(now + CODE_HOLDS, fresh.valid_until),
        spends=fresh.spends,
    )
    sent = _one_more(contract, local_day(now, policy.zone))
    after = replace(contract, plan_change=change, codes_sent=sent)
    data = {**_both_sides(after, change), "valid_until": _instant(change.valid_until)}
    event = "contract.plan_change_requested"
    return changed(contract, after, event, data, command.by, policy, now, _SAID)


def resend(
    situation: Situation, contract: Contract, command: ResendCode, policy: Policy, now: datetime
) -> Decision:
    """The same code once more. It holds no longer for that."""
    check_roles(HOLDER_AND_STAFF, command.by)
    change = named(situation, contract, command.change_id)
    if change.status == CONFIRMED:
        return NothingToDo(contract, "already_confirmed")
    check_waiting(contract, change, now)
    _still_so(situation, contract, change, policy, now)
    sent = _one_more(contract, local_day(now, policy.zone))
    after = replace(contract, codes_sent=sent)
    data: dict[str, Scalar] = {
        "change_id": change_id(contract, change),
        "valid_until": _instant(change.valid_until),
    }
    event = "contract.plan_change_code_resent"
    return changed(contract, after, event, data, command.by, policy, now, _SAID)


def confirm(
    situation: Situation,
    contract: Contract,
    command: ConfirmPlanChange,
    policy: Policy,
    now: datetime,
) -> Decision:
    """The code came. Everything is looked at again: what moved since is refused (G11)."""
    check_roles(HOLDER_AND_STAFF, command.by)
    if command.by.role is Role.STAFF and not command.on_behalf_reason:
        raise Invalid("on_behalf_reason", "is missing: why staff does it", "missing_field")
    change = named(situation, contract, command.change_id)
    if change.status != CONFIRMED:
        check_waiting(contract, change, now)
    if not command.right:
        raise Refused("wrong_code", {"tries_left": command.tries_left})
    if change.status == CONFIRMED:
        return NothingToDo(contract, "already_confirmed")
    fresh = _still_so(situation, contract, change, policy, now)
    return _carried_out(contract, change, fresh, command, policy, now)


def lapsed(contract: Contract, why: str, by: Actor, policy: Policy, now: datetime) -> Change | None:
    """What waits lapses, since its code went to an address that is not the contract's any more."""
    change = contract.plan_change
    if change is None or change.status != WAITING:
        return None
    after = replace(contract, plan_change=replace(change, status=LAPSED))
    data: dict[str, Scalar] = {"change_id": change_id(contract, change), "why": why}
    return changed(contract, after, "contract.plan_change_lapsed", data, by, policy, now)


def is_over(contract: Contract, policy: Policy, now: datetime) -> bool:
    """Whether the service has expired, by the day: the job may not have been there yet (X12)."""
    ended = contract.status in (Status.EXPIRED, Status.CLOSED)
    return ended or local_day(now, policy.zone) >= contract.expires_on


def named(situation: Situation, contract: Contract, asked: str) -> PlanChange:
    """The change of this contract with that id: the one asked for last, or one that is history."""
    for change in (contract.plan_change, situation.carried_out):
        if change is not None and change_id(contract, change) == asked:
            return change
    raise NotFound("plan change")


def check_waiting(contract: Contract, change: PlanChange, now: datetime) -> None:
    if change.status != WAITING or now >= change.valid_until:
        raise Refused("change_lapsed", change_params(contract, change))


def _carried_out(
    contract: Contract,
    change: PlanChange,
    fresh: Quote,
    command: ConfirmPlanChange,
    policy: Policy,
    now: datetime,
) -> Change:
    """Plan, quantity, servers and end move, and the anchor with the end (G7). What was noticed for
    the old end is annulled: it is noticed anew, at the new price, when the new one is near. The
    version of the policy stays: no new term has begun (G10)."""
    today = local_day(now, policy.zone)
    done = replace(
        change,
        status=CONFIRMED,
        confirmed_at=now,
        confirmed_by=command.by,
        spends=fresh.spends,
    )
    after = replace(
        contract,
        plan=fresh.new.plan,
        quantity=fresh.new.quantity,
        price=fresh.new.price,
        term_months=fresh.new.term_months,
        expires_on=fresh.new.expires_on,
        anchor_day=fresh.new.expires_on.day,
        expiry_moved_on=today,
        servers=tuple(server for server in contract.servers if not server.marked),
        options=_without_one(contract.options, fresh.spends),
        notice=None,
        noticed_on=None,
        generation=contract.events + 2,
        plan_change=None,
        plan_changed_on=today,
    )
    after = replace(after, noticed_on=newest_until(after, policy, today))
    data: dict[str, Scalar] = {**_both_sides(after, done), "spent": fresh.spends}
    first = changed(contract, after, "contract.plan_changed", data, command.by, policy, now)
    whole = _with_what_followed(first, fresh, command, policy, now)
    return replace(whole, plan_change=done, notice=_annulled(contract.notice))


def _with_what_followed(
    change: Change, fresh: Quote, command: ConfirmPlanChange, policy: Policy, now: datetime
) -> Change:
    """Each server that went is told by itself, and so is that staff did it for the holder."""
    for server in fresh.lost:
        gone: dict[str, Scalar] = {"server_id": server.id}
        after, event = change.contract, "contract.server_removed"
        change = and_then(change, changed(after, after, event, gone, command.by, policy, now))
    if command.by.role is Role.STAFF:
        after, event = change.contract, "contract.confirmed_on_behalf"
        data: dict[str, Scalar] = {"change_id": command.change_id}
        why = command.on_behalf_reason
        said = changed(after, after, event, data, command.by, policy, now, note=why)
        change = and_then(change, said)
    return change


def _taken_up(
    situation: Situation, contract: Contract, wanted: Wanted, policy: Policy, now: datetime
) -> Quote:
    """An id that asks for what can never have been quoted is the id of no quote."""
    try:
        return quote(situation, contract, wanted, policy, now)
    except Invalid:
        raise NotFound("quote") from None


def _still_so(
    situation: Situation, contract: Contract, change: PlanChange, policy: Policy, now: datetime
) -> Quote:
    wanted = Wanted(change.new.plan, change.new.quantity)
    fresh = quote(situation, contract, wanted, policy, now, taken_up=True)
    if fresh.id != change.quote_id:
        raise Refused("quote_outdated", {"quote": fresh})
    return fresh


def _without_one(options: tuple[str, ...], spent: str | None) -> tuple[str, ...]:
    """A pass is spent once, also where there are several."""
    if spent not in options:
        return options
    place = options.index(spent)
    return options[:place] + options[place + 1 :]


def _annulled(notice: Notice | None) -> Notice | None:
    if notice is None or notice.status != OPEN:
        return None
    return replace(notice, status=ANNULLED, short=None)


def _one_more(contract: Contract, today: date) -> CodesSent:
    sent = contract.codes_sent
    count = sent.count if sent is not None and sent.on == today else 0
    if count >= MOST_CODES:
        raise Refused("too_many_codes", {"most": MOST_CODES}, available_from=add_days(today, 1))
    return CodesSent(today, count + 1)


def _both_sides(contract: Contract, change: PlanChange) -> dict[str, Scalar]:
    old, new = change.old, change.new
    return {
        "change_id": change_id(contract, change),
        "plan_was": old.plan,
        "plan": new.plan,
        "quantity_was": old.quantity,
        "quantity": new.quantity,
        "price_was": old.price.amount,
        "price": new.price.amount,
        "currency": new.price.currency,
        "was": old.expires_on.isoformat(),
        "expires_on": new.expires_on.isoformat(),
    }


def _instant(at: datetime) -> str:
    """As every instant of an event is written."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
