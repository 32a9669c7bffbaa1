"""Money for a ticket order: recorded first and never refused (G3), in parts or too much.

Money that comes when the order is over is a question of who had cancelled it: what only the
deadline did is revived if all its seats are still free and the event is still to come, anything
else is for the organiser to decide, with the money as credit meanwhile.
"""

from dataclasses import replace
from datetime import datetime

from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.tickets.commands import Pay, RefundCredit, ReviveOrder
from tacit.domain.tickets.decision import Decision, NoChange, OrderChange, Standing, changed
from tacit.domain.tickets.placing import commission_on, ticketing
from tacit.domain.tickets.values import (
    CancelledBy,
    OrderStatus,
    Payment,
    RefundNote,
    Ticket,
    TicketOrder,
    TicketStatus,
)
from tacit.domain.values import Actor, Event, Scalar

LATE_MONEY = "late_money"
MOST_NOTES = 70  # each of up to 4.3 KB, of 30 tickets and 500 letters: an item holds 400


def pay(
    standing: Standing, order: TicketOrder, command: Pay, policy: Policy, now: datetime
) -> Decision:
    """A reference counts once per order; with another amount or date it is `reference_reused`."""
    if command.amount.currency != order.paid.currency:
        raise Invalid("amount.currency", f"expected {order.paid.currency}")
    if command.amount.minor <= 0:
        raise Invalid("amount.amount", "expected more than nothing")
    there = standing.payment
    if there is not None:
        if (there.amount, there.value_date) == (command.amount, command.value_date):
            return NoChange(order, "already_booked")
        booked = {"amount": there.amount.amount, "currency": there.amount.currency}
        raise Refused("reference_reused", {"reference": command.reference, "booked": booked})
    in_time = order.due_on is None or command.value_date <= order.due_on
    payment = Payment(command.reference, command.amount, command.value_date, now, in_time)
    more = replace(order, paid=_sum(order.paid, command.amount))
    data: dict[str, Scalar] = {
        "amount": command.amount.amount,
        "currency": command.amount.currency,
        "reference": command.reference,
        "value_date": command.value_date.isoformat(),
        "in_time": in_time,
    }
    first = changed(order, more, "ticket_order.payment_booked", data, command.by, now)
    second = _what_it_does(standing, first.order, command.amount, command.by, policy, now)
    return replace(_both(first, second) if second else first, payment=payment)


def refund_credit(
    order: TicketOrder, command: RefundCredit, policy: Policy, now: datetime
) -> Decision:
    """The organiser has given it back, by means of his own (I9)."""
    check_method(command.refund.method, policy)
    if order.credit.minor == 0:
        raise Refused("no_credit", {"order_id": order.id})
    note = RefundNote((), command.refund, now, str(command.by.role), command.by.subject)
    after = replace(
        order,
        credit=Money(0, order.credit.currency),
        question=None,
        refunds=with_note(order, note),
    )
    data: dict[str, Scalar] = {
        "amount": order.credit.amount,
        "currency": order.credit.currency,
        "method": command.refund.method,
    }
    return changed(order, after, "ticket_order.credit_refunded", data, command.by, now)


def revive(
    standing: Standing, order: TicketOrder, command: ReviveOrder, policy: Policy, now: datetime
) -> Decision:
    """The organiser takes the order up again, on other seats where its own are gone."""
    wanted = _places(order, command)
    if not set(wanted) <= {ticket.number.casefold() for ticket in order.tickets}:
        raise NotFound("ticket")
    unknown = sorted(set(wanted) - {t.number.casefold() for t in _coming_back(order)})
    if unknown:
        raise Invalid("revive.seats", f"no ticket {unknown[0]!r} comes back with the order")
    places = (wanted.get(ticket.number.casefold(), ticket.seat) for ticket in order.tickets)
    moved = (replace(t, seat=seat) for t, seat in zip(order.tickets, places, strict=True))
    seated = replace(order, tickets=tuple(moved))
    seats = [t.seat for t in _coming_back(seated) if t.seat is not None]
    if len({seat.casefold() for seat in seats}) < len(seats):
        raise Invalid("revive.seats", "two tickets have the same seat")
    if order.status is not OrderStatus.CANCELLED:
        raise Refused("not_cancelled", {"status": str(order.status)})
    taken = sorted(seat for seat in seats if not standing.is_free(seat, order.id))
    if taken:
        raise Refused("seat_taken", {"seats": taken})
    whole = _whole(seated)
    if order.credit < whole:
        short = Money(whole.minor - order.credit.minor, whole.currency)
        params = {"short": {"amount": short.amount, "currency": short.currency}}
        raise Refused("credit_too_small", params)
    return _revived(order, seated, command.by, policy, now)


def _places(order: TicketOrder, command: ReviveOrder) -> dict[str, str]:
    """The new seats by ticket, in small letters."""
    back = [ticket.number for ticket in _coming_back(order)]
    if command.row and len(command.row) != len(back):
        raise Invalid("revive.seats", f"expected {len(back)}, one for each ticket that comes back")
    given = dict(zip(back, command.row, strict=True)) if command.row else command.seats
    return {number.casefold(): seat for number, seat in given.items()}


def with_note(order: TicketOrder, note: RefundNote) -> tuple[RefundNote, ...]:
    """An item has an end, and money has none: it comes as often as somebody sends it, and whoever
    is asked about it must be able to answer. So nothing is refused, and the oldest gives way: of
    credit as long as there is one, then of tickets. Its event stays."""
    notes = [*order.refunds, note]
    while len(notes) > MOST_NOTES:
        of_credit = (place for place, each in enumerate(notes[:-1]) if not each.tickets)
        del notes[next(of_credit, 0)]
    return tuple(notes)


def check_method(method: str, policy: Policy) -> None:
    known = ticketing(policy).refund_methods
    if method not in known:
        raise Invalid("refund.method", f"expected one of {', '.join(sorted(known))}")


def _what_it_does(
    standing: Standing,
    order: TicketOrder,
    amount: Money,
    by: Actor,
    policy: Policy,
    now: datetime,
) -> OrderChange | None:
    """What follows from more money; None where the order goes on waiting."""
    match order.status:
        case OrderStatus.PENDING if order.paid >= order.total:
            return _paid(order, by, policy, now)
        case OrderStatus.PENDING:
            return None
        case OrderStatus.PAID:
            return _kept(order, amount, None, by, now)
        case OrderStatus.CANCELLED:
            more = replace(order, credit=_sum(order.credit, amount))
            free = all(standing.is_free(t.seat, order.id) for t in _coming_back(order))
            useful = more.credit >= _whole(order) and now < order.show.starts_at
            if order.cancelled_by is CancelledBy.DEADLINE and useful and free:
                return _revived(order, more, by, policy, now)
            return _kept(order, amount, LATE_MONEY, by, now)


def _paid(order: TicketOrder, by: Actor, policy: Policy, now: datetime) -> OrderChange:
    credit = Money(order.paid.minor - order.total.minor, order.paid.currency)
    after = replace(
        order,
        status=OrderStatus.PAID,
        credit=credit,
        question=None,
        commission=commission_on(order, ticketing(policy)),
    )
    data: dict[str, Scalar] = {
        "amount": order.total.amount,
        "currency": order.total.currency,
        "credit": credit.amount,
    }
    return changed(order, after, "ticket_order.paid", data, by, now)


def _kept(
    order: TicketOrder, amount: Money, question: str | None, by: Actor, now: datetime
) -> OrderChange:
    """As credit; where nobody but the organiser knows what becomes of it, he is asked."""
    credit = _sum(order.credit, amount)
    after = replace(order, credit=credit, question=question or order.question)
    data: dict[str, Scalar] = {**_credit(credit), "question": question}
    return changed(order, after, "ticket_order.credit_kept", data, by, now)


def _revived(
    before: TicketOrder, order: TicketOrder, by: Actor, policy: Policy, now: datetime
) -> OrderChange:
    """Paid, under a new invoice number, with every ticket that the cancellation took."""
    back = {ticket.number for ticket in _coming_back(order)}
    tickets = tuple(
        replace(t, status=TicketStatus.VALID, with_order=False) if t.number in back else t
        for t in order.tickets
    )
    valid = replace(order, tickets=tickets)
    credit = Money(order.credit.minor - valid.total.minor, order.paid.currency)
    commission = commission_on(valid, ticketing(policy))
    after = replace(
        valid,
        status=OrderStatus.PAID,
        invoice=order.invoice + 1,
        credit=credit,
        question=None,
        cancelled_by=None,
        cancelled_on=None,
        commission=max(commission, order.commission or commission),
    )
    data: dict[str, Scalar] = {"invoice": after.invoice, **_credit(credit)}
    return changed(before, after, "ticket_order.revived", data, by, now)


def _coming_back(order: TicketOrder) -> list[Ticket]:
    """What was cancelled with the order: not what was given up or exchanged before."""
    return [ticket for ticket in order.tickets if ticket.with_order]


def _whole(order: TicketOrder) -> Money:
    return Money(sum(t.price.minor for t in _coming_back(order)), order.paid.currency)


def _both(first: OrderChange, second: OrderChange) -> OrderChange:
    """Two steps that are one decision: both events, one version."""
    events: tuple[Event, ...] = first.events + second.events
    order = replace(second.order, version=first.order.version)
    return replace(second, before=first.before, order=order, events=events)


def _credit(credit: Money) -> dict[str, Scalar]:
    return {"credit": credit.amount, "currency": credit.currency}


def _sum(one: Money, other: Money) -> Money:
    return Money(one.minor + other.minor, one.currency)
