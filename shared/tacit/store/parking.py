"""Records that no job can handle: taken out of the calendars, with the reason, until a person
has mended them. It works on the key and the raw attributes, since the record may be unreadable.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from tacit.domain.days import local_day
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken
from tacit.domain.values import Contract
from tacit.store import keys
from tacit.store.codec import Item, Raw, from_raw
from tacit.store.mapping import contract_item, contract_of, event_of, order_of
from tacit.store.outbox import marked
from tacit.store.patience import Busy
from tacit.store.repository import IdempotencyRecord, idempotency_write
from tacit.store.table import Page, Table
from tacit.store.walk import Place, walk
from tacit.store.writes import ConditionFailed, Write, absent, delete, put, update

if TYPE_CHECKING:
    from tacit.domain.tickets.values import TicketOrder

UNKNOWN = "*"
RUNS_BEFORE_PARKING = 3


@dataclass(frozen=True, slots=True)
class Parked:
    """One parked record. `id` names the thing and its own id: "contract:c-1"."""

    id: str
    key: keys.Key
    provider: str
    reason: str
    at: datetime


class Parking:
    def __init__(self, table: Table) -> None:
        self.table = table

    def park(self, key: keys.Key, raw: Raw, reason: str, at: datetime) -> bool:
        """Out of the calendars and onto the list, in one transaction. False where the record
        changed meanwhile: then it is looked at again instead."""
        parked = Parked(parked_id(key), key, _provider(raw), reason[:500], at)
        out: list[Action] = [
            Path("parked_at").set(keys.instant(at)),
            Path("renewals_due_at").remove(),
            Path("expiries_due_at").remove(),
            Path("reminders_due_at").remove(),
        ]
        if raw.get("item") == {"S": "event"}:
            out = [Path("outbox_lane").remove(), Path("outbox_at").remove()]
        entry = put("entry", _entry(parked))
        try:
            self.table.transact([update("record", key, out, _unchanged(raw)), entry])
        except ConditionFailed:
            return False
        return True

    def page(
        self, providers: Sequence[str], limit: int, place: Place | None
    ) -> tuple[list[Parked], Place | None]:
        """Up to `limit` entries over the providers' partitions, and where the next page begins."""

        def ask(provider: str, count: int, after: Item | None) -> Page:
            return self.table.query(keys.parked(provider), limit=count, after=after)

        found, behind = walk(providers, ask, limit, place)
        return [_parked(item) for item in found], behind

    def find(self, providers: Sequence[str], record_id: str) -> Parked | None:
        for provider in providers:
            item = self.table.get((keys.parked(provider), keys.part(record_id)))
            if item is not None:
                return _parked(item)
        return None

    def mended(
        self,
        parked: Parked,
        policy_of: Callable[[Contract], Policy],
        policy_of_order: "Callable[[TicketOrder], Policy]",
        now: datetime,
    ) -> Write:
        """The write that brings the record back to work; raises Broken where it still is."""
        # Whoever only parks does without what only mending needs, and starts sooner.
        from tacit.domain.registry_dates import check_registry
        from tacit.domain.waiting import back_at_work
        from tacit.store.ticket_items import ticket_order_item, ticket_order_of

        raw = self.table.get_raw(parked.key)
        if raw is None:
            raise Broken("the record is not there any more")
        if raw.get("item") == {"S": "event"}:
            event = from_raw(raw)
            event_of(raw)
            return put("record", marked(event, now))
        if raw.get("item") == {"S": "ticket_order"}:
            order = ticket_order_of(raw)
            rules = policy_of_order(order)
            return put("record", ticket_order_item(order, rules), Path("version") == order.version)
        contract = contract_of(raw)
        self._check_named(contract)
        policy = policy_of(contract)
        check_registry(contract, policy, local_day(now, policy.zone))
        same = Path("version") == contract.version
        return put("record", contract_item(back_at_work(contract, policy, now), policy), same)

    def _check_named(self, contract: Contract) -> None:
        """A contract whose order or parent is the trouble would be parked again by the next run."""
        raw = self.table.get_raw(keys.order(contract.order_id))
        if raw is None:
            raise Broken("its order is not there")
        order_of(raw)
        if contract.parent_id is None:
            return
        raw = self.table.get_raw(keys.contract(contract.parent_id))
        if raw is None:
            raise Broken("its parent is not there")
        contract_of(raw)

    def release(
        self, parked: Parked, back: Write, record: IdempotencyRecord | None, now: datetime
    ) -> None:
        """Back into calendars or outbox and off the list, in one transaction; raises Busy where
        the record changed meanwhile, so that it is looked at again. A contract's failed runs are
        forgotten with it: it was mended, and has three runs to show it."""
        gone = delete("entry", (keys.parked(parked.provider), keys.part(parked.id)))
        writes = [back, gone]
        if parked.key[1] == keys.HEAD:
            writes.append(delete("failure", keys.failure(parked.key[0])))
        if record is not None:
            writes.append(idempotency_write(record, now))
        try:
            self.table.transact(writes)
        except ConditionFailed as failed:
            raise Busy(str(failed)) from failed

    def failed(self, key: keys.Key, raw: Raw, run_id: str, reason: str) -> int:
        """Remember that a run could not handle the record; how many have failed at this version.
        Once the record changes, the count begins anew."""
        version = int(raw.get("version", {}).get("N", 0))
        item = self.table.get(keys.failure(key[0])) or {}
        runs = list(item.get("runs", [])) if item.get("version") == version else []
        if run_id not in runs:
            runs.append(run_id)
        pk, sk = keys.failure(key[0])
        self.table.write(
            put(
                "failure",
                {
                    "pk": pk,
                    "sk": sk,
                    "item": "failure",
                    "version": version,
                    "runs": runs,
                    "reason": reason[:500],
                },
            )
        )
        return len(runs)


def parked_id(key: keys.Key) -> str:
    """ "contract:c-1" of a head, "contract:c-1:event#…" of anything behind it."""
    kind, _, own = key[0].partition("#")
    name = f"{kind}:{keys.unpart(own)}" if own else kind
    return name if key[1] == keys.HEAD else f"{name}:{key[1].replace('#', '-')}"


def _entry(parked: Parked) -> Item:
    return {
        "pk": keys.parked(parked.provider),
        "sk": keys.part(parked.id),
        "item": "parked",
        "id": parked.id,
        "record_pk": parked.key[0],
        "record_sk": parked.key[1],
        "provider": parked.provider,
        "reason": parked.reason,
        "at": keys.instant(parked.at),
    }


def _parked(item: Item) -> Parked:
    return Parked(
        id=item["id"],
        key=(item["record_pk"], item["record_sk"]),
        provider=item["provider"],
        reason=item["reason"],
        at=keys.read_instant(item["at"]),
    )


def _provider(raw: Raw) -> str:
    provider = raw.get("provider", {}).get("S")
    return provider if isinstance(provider, str) and provider else UNKNOWN


def _unchanged(raw: Raw) -> Condition:
    version = raw.get("version")
    same: Condition = ~absent if version is None else Path("version") == version
    return same
