"""What hangs on contracts: links, names, orders, families, notices, stored instants, events."""

from collections.abc import Iterable, Iterator

from tacit.domain.labels import registered_form
from tacit.domain.notices import OPEN
from tacit.domain.orders import own_contract
from tacit.domain.values import Contract, Notice, Order, Status
from tacit.runtime.ticket_policies import policy_of_order
from tacit.store import keys
from tacit.store.codec import Item, to_raw
from tacit.store.derived import CALENDARS, derived, derived_of_ticket_order
from tacit.store.keys import HEAD, Key
from tacit.store.mapping import child_item, label_item, link_item
from tacit.store.notice_items import notice_fields
from tacit.versions import policy_of
from tests.invariants.held import Held

COUNTED = ("contract", "order", "shop", "ticket_order", "clock")


def events_without_gaps(table: Held) -> Iterator[str]:
    """A head says how many events it has; they are numbered from 1 (what a test has laid: from the
    one after), and there is a version."""
    for kind in COUNTED:
        for head in table.kinds.get(kind, ()):
            if head["sk"] != HEAD:
                continue
            numbers = [event.get("number") for event in table.beside(head["pk"], "event")]
            first = (
                head.get("events", 0) + 1 - len(numbers) if table.laid((head["pk"], HEAD)) else 1
            )
            if numbers != list(range(first, head.get("events", 0) + 1)):
                yield f"{head['pk']} has {head.get('events')} events, and there are {numbers}"
            if head.get("version", 1) < 1:
                yield f"{head['pk']} has version {head['version']}"
    for event in table.kinds.get("event", ()):
        if ("outbox_lane" in event) != ("outbox_at" in event):
            yield f"{event['pk']} {event['sk']} has half a marker"


def party_links(table: Held) -> Iterator[str]:
    """One for each party of each contract, under its status, and no other."""
    wanted = _keys(link_item(c, person) for c in table.registered for person in c.parties)
    laid = table.contracts.keys() - {contract.id for contract in table.registered}
    there = _keys(i for i in table.kinds.get("party", ()) if i["contract_id"] not in laid)
    yield from _same(wanted, there, "a party's link")


def names(table: Held) -> Iterator[str]:
    """Whoever has a right to a name has claimed it, and nobody else."""
    laid = table.contracts.keys() - {contract.id for contract in table.registered}
    claimed = {
        (item["pk"], item["sk"]): item["contract_id"]
        for item in table.kinds.get("label", ())
        if item["contract_id"] not in laid
    }
    wanted: dict[Key, str] = {}
    for contract in _living(table):
        if not policy_of(contract).kinds[contract.kind].unique_label:
            continue
        item = label_item(contract)
        key = item["pk"], item["sk"]
        if key in wanted:
            yield f"{registered_form(contract.label)} is both {wanted[key]}'s and {contract.id}'s"
        wanted[key] = contract.id
    for key in wanted.keys() | claimed.keys():
        if wanted.get(key) != claimed.get(key):
            yield f"{key[0]} belongs to {wanted.get(key)}, and is claimed by {claimed.get(key)}"


def orders_both_ways(table: Held) -> Iterator[str]:
    """An order holds exactly the contracts that say they are in it, less those that are closed."""
    for contract in table.registered:
        order = table.orders.get(contract.order_id)
        if order is None and keys.order(contract.order_id) not in table.broken:
            yield f"{contract.id} is in the order {contract.order_id}, which is not there"
        elif order and (order.provider, order.holder) != (contract.provider, contract.holder):
            yield f"{contract.id} is in the order {order.id} of somebody else"
    for order in table.orders.values():
        if own_contract(order.id) is not None:
            continue
        inside = {c.id for c in table.contracts.values() if _is_in(c, order)}
        if any(table.laid(keys.contract(each)) for each in {*inside, *order.contracts}):
            continue
        if set(order.contracts) != inside or order.size != len(order.contracts):
            yield f"{order.id} lists {order.contracts} ({order.size}), in it are {sorted(inside)}"


def _is_in(contract: Contract, order: Order) -> bool:
    return contract.order_id == order.id and contract.status is not Status.CLOSED


def families(table: Held) -> Iterator[str]:
    """A parent's links to what hangs on it, and their number."""
    hanging = [c for c in _living(table) if c.parent_id is not None]
    wanted = _keys(child_item(c, str(c.parent_id)) for c in hanging)
    laid = table.contracts.keys() - {contract.id for contract in table.registered}
    links = _keys(i for i in table.kinds.get("child", ()) if i["contract_id"] not in laid)
    yield from _same(wanted, links, "a child's link")
    for item in table.kinds.get("children", ()):
        if any(i["contract_id"] in laid for i in table.beside(item["pk"], "child")):
            continue
        there = len(table.beside(item["pk"], "child"))
        if item["children"] != there:
            yield f"{item['pk']} counts {item['children']} children, and has {there}"


def notices(table: Held) -> Iterator[str]:
    """The head's notice and what it owes are listed as they are; no other notice is open."""
    for contract in table.contracts.values():
        pk, _ = keys.contract(contract.id)
        carried = {n.period_start.isoformat(): n for n in _carried(contract)}
        listed = {item["period_start"]: item for item in table.beside(pk, "notice")}
        for start, notice in carried.items():
            wanted = to_raw(notice_fields(notice))
            there = listed.get(start, {})
            if {name: to_raw(there).get(name) for name in wanted} != wanted:
                yield f"{contract.id}: the notice from {start} is listed otherwise"
        for start, item in listed.items():
            if item["status"] == OPEN and start not in carried:
                yield f"{contract.id}: the notice from {start} is open, and nobody asks for it"


def stored_instants(table: Held) -> Iterator[str]:
    """What is derived on a head is what would be derived now; a parked one is in no calendar."""
    for contract in table.contracts.values():
        key = keys.contract(contract.id)
        yield from _derived(table, key, derived(contract, policy_of(contract)))
    for order in table.ticket_orders.values():
        key = keys.ticket_order(order.id)
        yield from _derived(table, key, derived_of_ticket_order(order, policy_of_order(order)))


def _derived(table: Held, key: Key, wanted: Item) -> Iterator[str]:
    there = table.items[key]
    for name, value in wanted.items():
        right = None if "parked_at" in there and name in CALENDARS else value
        if there.get(name) != right:
            yield f"{key[0]}: {name} is {there.get(name)}, and should be {right}"


def plan_changes_are_history(table: Held) -> Iterator[str]:
    for item in table.kinds.get("plan_change", ()):
        head = table.items.get((item["pk"], HEAD), {})
        if item["status"] != "confirmed" or item["number"] > head.get("events", 0):
            yield f"{item['pk']} {item['sk']} is {item['status']}"


def tasks_are_of_contracts(table: Held) -> Iterator[str]:
    for item in table.kinds.get("task", ()):
        if keys.contract(item["contract_id"]) not in table.items:
            yield f"the task {item['id']} is about no contract"


def _carried(contract: Contract) -> Iterator[Notice]:
    if contract.notice is not None:
        yield contract.notice
    if contract.owed is not None:
        yield contract.owed.notice


def _living(table: Held) -> list[Contract]:
    return [c for c in table.registered if c.status is not Status.CLOSED]


def _keys(items: Iterable[Item]) -> set[Key]:
    return {(item["pk"], item["sk"]) for item in items}


def _same(wanted: set[Key], there: set[Key], what: str) -> Iterator[str]:
    yield from (f"{what} is missing: {' '.join(key)}" for key in sorted(wanted - there))
    yield from (f"{what} leads nowhere: {' '.join(key)}" for key in sorted(there - wanted))
