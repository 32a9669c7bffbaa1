"""Charges as items of their contract's partition: what was paid, for which period, and by what."""

from datetime import date, datetime

from pynamodb.expressions.operand import Path

from tacit.domain.money import Money
from tacit.domain.values import Charge
from tacit.store import keys
from tacit.store.codec import Item
from tacit.store.table import Table

_AT_ONCE = 100


def charge_item(
    contract_id: str,
    charge: Charge,
    reference: str | None,
    account_id: str | None,
    at: datetime,
) -> Item:
    """What was paid under a reference or from an account. A second charge for the same period and
    reason has the same key, and is refused."""
    pk, sk = keys.charge(contract_id, charge.period_start, charge.reason, charge.generation)
    return {
        "pk": pk,
        "sk": sk,
        "item": "charge",
        "at": keys.instant(at),
        "reason": charge.reason,
        "period_start": charge.period_start.isoformat(),
        "minor": charge.amount.minor,
        "currency": charge.amount.currency,
        "reference": reference,
        "account_id": account_id,
    }


def booked_under(table: Table, contract_id: str, period_start: date) -> dict[str, Money]:
    """The references under which the renewal of a period was ever paid, and with how much each.
    Charges stay, whatever became of the notice and of the renewal."""
    pk, prefix = keys.charges(contract_id, period_start, "renewal")
    found: list[Item] = []
    after: Item | None = None
    while True:
        sort = Path("sk").startswith(prefix)
        page = table.query(pk, sort=sort, limit=_AT_ONCE, after=after)
        found += (item for item in page.items if item.get("reference") is not None)
        after = page.after
        if after is None:
            break
    return {item["reference"]: Money(item["minor"], item["currency"]) for item in found}
