"""What a run does, or would do, with one record: the line that previews and reports are made of.

Ids, amounts, dates and codes; no name, no address.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from tacit.domain.decision import Change
from tacit.domain.irreversible import ends
from tacit.domain.money import Money
from tacit.domain.values import Contract
from tacit.store.deeds import Deed, Paid
from tacit.store.keys import Key
from tacit.store.parking import parked_id

if TYPE_CHECKING:  # the contracts' jobs do without, and start sooner
    from tacit.domain.tickets.decision import OrderChange

Step: TypeAlias = "Change | OrderChange"
Line = dict[str, Any]
# What a line says of the run and not of the record: it may differ where nothing else does.
_OF_THE_RUN = ("outcome",)


def deed_of(steps: Sequence[Step], before: Deed | None = None) -> Deed | None:
    """What the steps do behind what this run did `before` with the same record. None where there
    is neither."""
    if not steps:
        return before
    last = steps[-1]
    events = tuple(event for step in steps for event in step.events)
    charges = tuple(paid for step in steps for paid in _paid(step))
    after = last.contract if isinstance(last, Change) else last.order
    return Deed(after, events, charges).behind(before)


def line_of(key: Key, provider: str, outcome: str, deed: Deed | None) -> Line:
    """`id` is "contract:c-1" or "ticket_order:t-1". `outcome` is the word under which the record is
    counted, or "planned"."""
    line: Line = {"id": parked_id(key), "provider": provider, "outcome": outcome}
    if deed is None:
        return line
    messages = [message for event in deed.events for message in event.messages]
    line |= {
        "status": str(deed.after.status),
        "events": [event.type for event in deed.events],
        "charges": [
            {"account_id": each.account_id, "amount": _money(each.amount), "reason": each.reason}
            for each in deed.charges
        ],
        "messages": [{"kind": each.kind, "channel": each.channel} for each in messages],
    }
    if isinstance(deed.after, Contract):
        line["expires_on"] = deed.after.expires_on.isoformat()
        line["short"] = None if deed.charges else short_of(deed.after)
    return line


def says_the_same(planned: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a run would do with a record what its preview said."""
    return _plain(planned) == _plain(now)


def totals_of(provider: str, deed: Deed | None) -> Counter[str]:
    """What was done comes to, by names that are parted by `|`: `irreversible|<provider>`,
    `event|<type>`, `message|<kind>|<channel>`, `charge|<currency>`, `minor|<currency>`. A record
    with several irreversible steps counts once."""
    found: Counter[str] = Counter()
    if deed is None:
        return found
    if deed.charges or ends(deed.events):
        found[f"irreversible|{provider}"] += 1
    for event in deed.events:
        found[f"event|{event.type}"] += 1
        found.update(f"message|{each.kind}|{each.channel}" for each in event.messages)
    for paid in deed.charges:
        found[f"charge|{paid.amount.currency}"] += 1
        found[f"minor|{paid.amount.currency}"] += paid.amount.minor
    return found


def short_of(contract: Contract) -> dict[str, Any] | None:
    """Why it could not be paid, and how much was missing."""
    short = contract.notice.short if contract.notice is not None else None
    if short is None:
        return None
    return {"code": short.code, "account_id": short.account_id, "short": _money(short.short)}


def _plain(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in _OF_THE_RUN}


def _paid(step: Step) -> list[Paid]:
    if not isinstance(step, Change) or step.movement is None:
        return []
    account_id = step.movement.account.id
    return [Paid(account_id, charge.amount, charge.reason) for charge in step.charges]


def _money(money: Money) -> dict[str, str]:
    return {"amount": money.amount, "currency": money.currency}
