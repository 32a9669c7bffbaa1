"""Loading what a decision looks at, and committing what it decided as one transaction."""

from dataclasses import dataclass
from datetime import date, datetime

from pynamodb.expressions.operand import Path

from tacit.domain.decision import Change
from tacit.domain.labels import registered_form
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken
from tacit.domain.values import (
    ADDONS_OF_A_CONTRACT,
    Account,
    Contract,
    Event,
    Notice,
    Order,
    PlanChange,
    Status,
    Task,
)
from tacit.store import keys
from tacit.store.account_items import account_of
from tacit.store.accounts_of import raw_accounts
from tacit.store.charge_items import booked_under
from tacit.store.codec import Item, Raw
from tacit.store.deeds import by_run
from tacit.store.hanging import (
    charge_writes,
    family_writes,
    label_writes,
    link_writes,
    notice_writes,
    task_writes,
)
from tacit.store.mapping import (
    contract_item,
    contract_of,
    event_item,
    event_of,
    order_item,
    order_of,
    readable,
)
from tacit.store.notice_items import notice_of, task_of
from tacit.store.outbox import marked
from tacit.store.plan_change_items import change_item, change_of
from tacit.store.table import Page, Table
from tacit.store.writes import ConditionFailed, Write, absent, check, delete, put

PARTIES = ("holder", "billing_contact", "technical_contact")


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """The answer given to a key, kept for 24 hours; `request` is the hash of what was asked."""

    key: keys.Key
    request: str
    status: int
    answer: str
    valid_until: datetime
    ttl: int


class LostRace(Exception):
    """Somebody else changed what the decision looked at; decide again on fresh values. `of` names
    the writes whose conditions did not hold."""

    def __init__(self, of: frozenset[str] = frozenset()) -> None:
        super().__init__(", ".join(sorted(of)))
        self.of = of


class LabelTaken(Exception):
    """The name belongs to another contract."""


class FamilyFull(Exception):
    """The parent has as many contracts hanging on it as it may have."""


class KeyUsed(Exception):
    """The idempotency key was used in the same moment; its record has the answer."""


class Repository:
    """The one place that turns a Change into a transaction."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def contract(self, contract_id: str) -> Contract | None:
        """One consistent read; raises Broken."""
        raw = self.table.get_raw(keys.contract(contract_id))
        return contract_of(raw) if raw is not None else None

    def concerned(self, contract_id: str) -> tuple[str, frozenset[str]]:
        """Provider and parties of a head, as far as they are there: for one that is broken."""
        return self._concerned(keys.contract(contract_id))

    def _concerned(self, key: keys.Key) -> tuple[str, frozenset[str]]:
        raw = self.table.get_raw(key) or {}
        people = (raw.get(name, {}).get("S") for name in PARTIES)
        return str(raw.get("provider", {}).get("S", "")), frozenset(filter(None, people))

    def account(self, account_id: str) -> Account | None:
        """One consistent read; raises Broken."""
        raw = self.table.get_raw(keys.account(account_id))
        return account_of(raw) if raw is not None else None

    def concerned_with_account(self, account_id: str) -> tuple[str, frozenset[str]]:
        """Provider and holder, as far as they are there: for one that is broken."""
        return self._concerned(keys.account(account_id))

    def accounts_of(self, provider: str, holder: str) -> tuple[Account, ...]:
        """All accounts of a holder, each read consistently. Raises Broken where one cannot be
        read: what it holds is not known, and nobody else's money is taken in its place."""
        (raws,) = raw_accounts(self.table, [(provider, holder)]).values()
        return tuple(map(account_of, raws))

    def held_by(self, provider: str, holder: str, most: int) -> list[str]:
        """The ids of up to `most` contracts whose holder this is, less those that are closed. An
        expired one may still owe what its warranty laid out."""
        found: list[str] = []
        for status in (each for each in Status if each is not Status.CLOSED):
            links = Path("sk").startswith(f"{status}#{keys.part(holder)}#")
            after: Item | None = None
            while len(found) < most:
                page = self.table.query(
                    keys.party(provider, holder), sort=links, limit=most - len(found), after=after
                )
                found += [item["contract_id"] for item in page.items]
                after = page.after
                if after is None:
                    break
        return found

    def order(self, order_id: str) -> Order | None:
        raw = self.table.get_raw(keys.order(order_id))
        return order_of(raw) if raw is not None else None

    def orders(self, order_ids: set[str]) -> dict[str, Order]:
        """By id; one that cannot be read is left out, as if it were not there."""
        found = self.table.get_many([keys.order(order_id) for order_id in sorted(order_ids)])
        return {order.id: order for order in readable(found.values(), order_of)}

    def timeline(
        self, contract_id: str, limit: int, after: Item | None
    ) -> tuple[list[Event], Item | None]:
        """Events, newest first; one that cannot be read does not hide the others."""
        pk, _ = keys.contract(contract_id)
        page = self.table.query(
            pk, sort=Path("sk").startswith("event#"), limit=limit, after=after, forward=False
        )
        return list(readable(page.raws, event_of)), page.after

    def contracts(self, contract_ids: set[str]) -> dict[str, Contract]:
        """By id; one that cannot be read is left out, as if it were not there."""
        found = self.table.get_many([keys.contract(each) for each in sorted(contract_ids)])
        return {contract.id: contract for contract in readable(found.values(), contract_of)}

    def children(self, contract_id: str) -> list[str]:
        """The ids of the contracts that hang on one; not more than there may be."""
        pk, _ = keys.contract(contract_id)
        sort = Path("sk").startswith("child#")
        page = self.table.query(pk, sort=sort, limit=ADDONS_OF_A_CONTRACT)
        return [item["contract_id"] for item in page.items]

    def how_many_children(self, contract_id: str) -> int:
        item = self.table.get(keys.children(contract_id))
        return int(item["children"]) if item is not None else 0

    def notice(self, contract_id: str, period_start: date) -> Notice | None:
        raw = self.table.get_raw(keys.notice(contract_id, period_start))
        return notice_of(raw) if raw is not None else None

    def notices(
        self, contract_id: str, limit: int, after: Item | None
    ) -> tuple[list[Notice], Item | None]:
        """A contract's notices, the newest period first."""
        pk, _ = keys.contract(contract_id)
        sort = Path("sk").startswith("notice#")
        page = self.table.query(pk, sort=sort, limit=limit, after=after, forward=False)
        return list(readable(page.raws, notice_of)), page.after

    def booked(self, contract_id: str, period_start: date) -> dict[str, Money]:
        """What the renewal of a period was paid with, by reference."""
        return booked_under(self.table, contract_id, period_start)

    def plan_change(self, contract_id: str, number: int) -> PlanChange | None:
        """One that was carried out."""
        raw = self.table.get_raw(keys.plan_change(contract_id, number))
        return change_of(raw) if raw is not None else None

    def plan_changes(
        self, contract_id: str, limit: int, after: Item | None
    ) -> tuple[list[PlanChange], Item | None]:
        """Those that were carried out, the newest first."""
        pk, _ = keys.contract(contract_id)
        sort = Path("sk").startswith("plan-change#")
        page = self.table.query(pk, sort=sort, limit=limit, after=after, forward=False)
        return list(readable(page.raws, change_of)), page.after

    def task(self, provider: str, task_id: str) -> Task | None:
        raw = self.table.get_raw(keys.task(provider, task_id))
        return task_of(raw) if raw is not None else None

    def tasks(self, provider: str, limit: int, after: Item | None) -> Page:
        """What people have to do for one provider; `task_of` reads the rows."""
        return self.table.query(keys.tasks(provider), limit=limit, after=after)

    def idempotency(self, key: keys.Key) -> IdempotencyRecord | None:
        item = self.table.get(key)
        if item is None:
            return None
        return IdempotencyRecord(
            key=key,
            request=item["request"],
            status=item["status"],
            answer=item["answer"],
            valid_until=keys.read_instant(item["valid_until"]),
            ttl=item["ttl"],
        )

    def who_has(self, name: str) -> str | None:
        """The id of the contract that has a right to the name."""
        claim = self.table.get(keys.label(registered_form(name)))
        return claim["contract_id"] if claim is not None else None

    def check_label(self, change: Change, policy: Policy) -> None:
        """Raises LabelTaken where a commit of this change would."""
        for write in label_writes(change.before, change.contract, policy):
            claim = self.table.get(write.key)
            if claim is not None and claim["contract_id"] != change.contract.id:
                raise LabelTaken

    def commit(
        self,
        change: Change,
        policy: Policy,
        now: datetime,
        idempotency: IdempotencyRecord | None = None,
        run: str | None = None,
    ) -> None:
        """One transaction: head, links, name, order, charges with what pays them, events with their
        markers, the record.

        Raises LostRace, LabelTaken, FamilyFull, KeyUsed, Broken, or Busy. `now` is the clock's
        instant, which a job's `as_of` is not: the outbox counts its ten minutes from it. `run` is
        the job run that did it, which events and charges name, and the head until the next change,
        see `done_by`.
        """
        writes = writes_of(change, policy, now, run)
        if idempotency is not None:
            writes.append(idempotency_write(idempotency, now))
        try:
            self.table.transact(writes)
        except ConditionFailed as failed:
            if "idempotency" in failed.writes:
                raise KeyUsed from failed
            if failed.writes == {"label"} and change.before is None:
                raise LabelTaken from failed
            if failed.writes == {"label"}:
                raise Broken("its name belongs to another contract") from failed
            if failed.writes == {"children"}:
                raise FamilyFull from failed
            raise LostRace(failed.writes) from failed


def idempotency_write(record: IdempotencyRecord, now: datetime) -> Write:
    pk, sk = record.key
    item = {
        "pk": pk,
        "sk": sk,
        "item": "idempotency",
        "request": record.request,
        "status": record.status,
        "answer": record.answer,
        "valid_until": keys.instant(record.valid_until),
        "ttl": record.ttl,
    }
    return put("idempotency", item, absent | (Path("valid_until") <= keys.instant(now)))


def done_by(raw: Raw) -> str | None:
    """The job run that made the head what it is, so that a page worked twice is counted once."""
    return raw.get("run", {}).get("S")


def writes_of(change: Change, policy: Policy, now: datetime, run: str | None = None) -> list[Write]:
    """Every item a change writes, each with the condition that makes it exact."""
    before, after = change.before, change.contract
    pk, _ = keys.contract(after.id)
    unchanged = absent if before is None else Path("version") == before.version
    writes = [put("contract", {**contract_item(after, policy), "run": run}, unchanged)]
    writes += link_writes(before, after)
    writes += label_writes(before, after, policy)
    writes += family_writes(before, after)
    writes += notice_writes(change)
    writes += task_writes(change)
    if change.plan_change is not None:
        writes.append(put("plan change", change_item(after.id, change.plan_change), absent))
    if change.finished is not None:
        done = change.finished
        writes.append(delete("task", keys.task(done.provider, done.id), Path("pk").exists()))
    if change.stands_on_order is not None and change.order is None:
        seen = change.stands_on_order
        writes.append(check("order", keys.order(seen.id), Path("version") == seen.version))
    if change.stands_on is not None:
        key, version = keys.contract(change.stands_on.id), change.stands_on.version
        writes.append(check("parent", key, Path("version") == version))
    if change.order is not None:
        there = change.order_before
        same = absent if there is None else Path("version") == there.version
        writes.append(put("order", order_item(change.order), same))
    writes += charge_writes(change, now, run)
    writes += [
        put(f"event {event.number}", marked(by_run(event_item(event, pk), run), now), absent)
        for event in change.events
    ]
    return writes
