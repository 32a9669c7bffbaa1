"""An account, its ledger and its references as items, and the writes of a movement.

A line is put with the head it adds up to, under the version that was seen, so that the balance is
the sum of the lines at every moment.
"""

from datetime import date, datetime

from pynamodb.expressions.operand import Path

from tacit.domain.ledger import Movement
from tacit.domain.money import Money
from tacit.domain.values import Account, Line
from tacit.store import keys
from tacit.store.codec import Item, Raw
from tacit.store.mapping import event_item
from tacit.store.outbox import marked
from tacit.store.texts import parsed
from tacit.store.writes import Write, absent, put


def account_item(account: Account) -> Item:
    """The head; the listing's keys never change, so that a movement costs that index nothing."""
    pk, sk = keys.account(account.id)
    return {
        "pk": pk,
        "sk": sk,
        "item": "account",
        "listing_key": keys.account_listing(account.provider, keys.lane_of(account.id)),
        "listing_sort": keys.part(account.id),
        "id": account.id,
        "provider": account.provider,
        "holder": account.holder,
        "currency": account.currency,
        "balance": account.balance.minor,
        "lines": account.lines,
        "version": account.version,
    }


def account_of(raw: Raw) -> Account:
    """The account of a head; raises Broken (G13)."""
    return parsed(raw, _account)


def _account(item: Item) -> Account:
    return Account(
        id=item["id"],
        provider=item["provider"],
        holder=item["holder"],
        currency=item["currency"],
        balance=Money(int(item["balance"]), item["currency"]),
        lines=int(item["lines"]),
        version=int(item["version"]),
    )


def account_link(account: Account) -> Item:
    """By it a holder's accounts are listed; it never moves."""
    return {
        "pk": keys.party(account.provider, account.holder),
        "sk": keys.account_link(account.id),
        "item": "account_link",
        "account_id": account.id,
    }


def line_item(account: Account, line: Line) -> Item:
    pk, sk = keys.line(account.id, line.number)
    return {
        "pk": pk,
        "sk": sk,
        "item": "line",
        "number": line.number,
        "at": keys.instant(line.at),
        "minor": line.amount.minor,
        "currency": line.amount.currency,
        "reason": line.reason,
        "contract_id": line.contract_id,
        "period_start": line.period_start.isoformat() if line.period_start else None,
        "reference": line.reference,
    }


def line_of(raw: Raw) -> Line:
    return parsed(raw, _line)


def _line(item: Item) -> Line:
    period_start = item.get("period_start")
    return Line(
        number=item["number"],
        at=keys.read_instant(item["at"]),
        amount=Money(item["minor"], item["currency"]),
        reason=item["reason"],
        contract_id=item.get("contract_id"),
        period_start=date.fromisoformat(period_start) if period_start else None,
        reference=item.get("reference"),
    )


def reference_item(account: Account, line: Line, reference: str) -> Item:
    """The uniqueness of a deposit or withdrawal: the reference stands for this amount."""
    pk, sk = keys.account_reference(account.id, reference)
    return {
        "pk": pk,
        "sk": sk,
        "item": "reference",
        "line": line.number,
        "minor": line.amount.minor,
        "currency": line.amount.currency,
    }


def movement_writes(movement: Movement, now: datetime) -> list[Write]:
    """Every item of a movement, each with the condition that makes it exact."""
    before, account = movement.before, movement.account
    pk, _ = keys.account(account.id)
    unchanged = absent if before is None else Path("version") == before.version
    writes = [put("account", account_item(account), unchanged)]
    if before is None:
        writes.append(put("account link", account_link(account)))
    for line in movement.lines:
        writes.append(put(f"line {line.number}", line_item(account, line), absent))
        if line.reference is not None:
            item = reference_item(account, line, line.reference)
            writes.append(put(f"reference {line.number}", item, absent))
    writes += [
        put(f"account event {event.number}", marked(event_item(event, pk), now), absent)
        for event in movement.events
    ]
    return writes
