"""What a run does, or would do, with one record: the line that previews and reports are made of.

Ids, amounts, dates and codes; no name, no address.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from tacit.domain.decision import Change
from tacit.domain.irreversible import is_irreversible
from tacit.domain.money import Money
from tacit.domain.values import Contract
from tacit.store.keys import Key
from tacit.store.parking import parked_id

if TYPE_CHECKING:  # the contracts' jobs do without, and start sooner
    from tacit.domain.tickets.decision import OrderChange

Step: TypeAlias = "Change | OrderChange"
Line = dict[str, Any]
# What a line says of the run and not of the record: it may differ where nothing else does.
_OF_THE_RUN = ("outcome",)


def line_of(key: Key, provider: str, outcome: str, steps: Sequence[Step]) -> Line:
    """`id` is "contract:c-1" or "ticket_order:t-1". `outcome` is the word under which the record is
    counted, or "planned"."""
    line: Line = {"id": parked_id(key), "provider": provider, "outcome": outcome}
    if not steps:
        return line
    after = steps[-1].contract if isinstance(steps[-1], Change) else steps[-1].order
    line |= {
        "status": str(after.status),
        "events": [event.type for step in steps for event in step.events],
        "charges": [charge for step in steps for charge in _charges(step)],
        "messages": [
            {"kind": message.kind, "channel": message.channel}
            for step in steps
            for message in step.messages
        ],
    }
    if isinstance(steps[-1], Change):
        line["expires_on"] = steps[-1].contract.expires_on.isoformat()
        paid = steps[-1].movement is not None
        line["short"] = None if paid else short_of(steps[-1].contract)
    return line


def says_the_same(planned: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a run would do with a record what its preview said."""
    return _plain(planned) == _plain(now)


def totals_of(provider: str, steps: Sequence[Step]) -> Counter[str]:
    """What the steps come to, by names that are parted by `|`: `irreversible|<provider>`,
    `event|<type>`, `message|<kind>|<channel>`, `charge|<currency>`, `minor|<currency>`. A record
    with several irreversible steps counts once."""
    found: Counter[str] = Counter()
    if any(map(is_irreversible, steps)):
        found[f"irreversible|{provider}"] += 1
    for step in steps:
        found.update(f"event|{event.type}" for event in step.events)
        found.update(f"message|{each.kind}|{each.channel}" for each in step.messages)
        if isinstance(step, Change) and step.movement is not None:
            for charge in step.charges:
                found[f"charge|{charge.amount.currency}"] += 1
                found[f"minor|{charge.amount.currency}"] += charge.amount.minor
    return found


def short_of(contract: Contract) -> dict[str, Any] | None:
    """Why it could not be paid, and how much was missing."""
    short = contract.notice.short if contract.notice is not None else None
    if short is None:
        return None
    return {"code": short.code, "account_id": short.account_id, "short": _money(short.short)}


def _plain(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in _OF_THE_RUN}


def _charges(step: Step) -> list[dict[str, Any]]:
    if not isinstance(step, Change) or step.movement is None:
        return []
    account_id = step.movement.account.id
    return [
        {"account_id": account_id, "amount": _money(charge.amount), "reason": charge.reason}
        for charge in step.charges
    ]


def _money(money: Money) -> dict[str, str]:
    return {"amount": money.amount, "currency": money.currency}
