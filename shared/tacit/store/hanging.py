"""What a decision writes besides head, order and events: the items that hang on a contract, each
with the condition that makes it exact."""

from datetime import datetime

from pynamodb.expressions.operand import Path

from tacit.domain.decision import Change
from tacit.domain.policy import Policy
from tacit.domain.values import ADDONS_OF_A_CONTRACT, Contract, Status
from tacit.store import keys
from tacit.store.account_items import movement_writes
from tacit.store.charge_items import charge_item
from tacit.store.codec import Item
from tacit.store.deeds import by_run
from tacit.store.mapping import child_item, label_item, link_item, past_link_item
from tacit.store.notice_items import notice_item, task_item
from tacit.store.writes import Write, absent, delete, put, update


def charge_writes(change: Change, now: datetime, run: str | None) -> list[Write]:
    """Each charge, and the lines it is paid by in the same transaction. `run` is the run that
    collects it, by which `deeds` finds it."""
    movement, contract_id = change.movement, change.contract.id
    account_id = movement.account.id if movement is not None else None
    items = [
        by_run(charge_item(contract_id, charge, change.reference, account_id, now), run)
        for charge in change.charges
    ]
    writes = [put(f"charge {item['reason']}", item, absent) for item in items]
    return writes + (movement_writes(movement, now) if movement is not None else [])


def link_writes(before: Contract | None, after: Contract) -> list[Write]:
    """One link for each party, moved only where its key changes. Whoever is a party no more keeps
    one by which what he did there is found when he is erased."""
    past = [each for each in before.parties if each not in after.parties] if before else []
    kept = [put(f"past {each}", past_link_item(after, each)) for each in past]
    return moved_links(before, after) + kept


def moved_links(before: Contract | None, after: Contract) -> list[Write]:
    """The links of those who are parties now, in the place of those there were."""
    old = _links(before) if before else {}
    new = _links(after)
    gone = [delete(f"link {key}", key) for key in old if key not in new]
    return gone + [put(f"link {key}", item) for key, item in new.items() if key not in old]


def _links(contract: Contract) -> dict[keys.Key, Item]:
    items = (link_item(contract, subject) for subject in contract.parties)
    return {(item["pk"], item["sk"]): item for item in items}


def label_writes(before: Contract | None, after: Contract, policy: Policy) -> list[Write]:
    """The name is claimed with the contract and free again when it closes."""
    if not policy.kinds[after.kind].unique_label:
        return []
    had = before is not None and before.status is not Status.CLOSED
    has = after.status is not Status.CLOSED
    if has == had:
        return []
    item = label_item(after)
    mine = Path("contract_id") == after.id
    if has:
        return [put("label", item, absent | mine)]
    return [delete("label", (item["pk"], item["sk"]), absent | mine)]


def notice_writes(change: Change) -> list[Write]:
    """The notices that the change touched: of the present period, and one that was owed."""
    before, after = change.before, change.contract
    had, owed = (before.notice, before.owed) if before is not None else (None, None)
    moved = [] if after.notice is None or after.notice == had else [after.notice]
    if after.owed is not None and (owed is None or owed.notice != after.owed.notice):
        moved.append(after.owed.notice)
    if change.notice is not None:
        moved.append(change.notice)
    by_period = {notice.period_start: notice for notice in moved}
    return [put(f"notice {day}", notice_item(after.id, n)) for day, n in by_period.items()]


def task_writes(change: Change) -> list[Write]:
    """What a person has to do from now on; and with what was owed go the tasks that came of it,
    whether or not somebody has done them."""
    before, after = change.before, change.contract
    owed = before.owed if before is not None else None
    gone = owed.tasks if owed is not None and after.owed is None else ()
    writes = [delete(f"task {each}", keys.task(after.provider, each)) for each in gone]
    if change.task is not None:
        writes.append(put("task", task_item(change.task), absent))
    return writes


def family_writes(before: Contract | None, after: Contract) -> list[Write]:
    """The parent's link to what hangs on it, and their number: from the registration to the end.
    The number is counted by DynamoDB itself, so that two at once do not both take the last place.
    """
    parent_id = after.parent_id
    had = before is not None and before.status is not Status.CLOSED
    has = after.status is not Status.CLOSED
    if parent_id is None or has == had:
        return []
    link, number = child_item(after, parent_id), Path("children")
    if has:
        room = absent | (number < ADDONS_OF_A_CONTRACT)
        counted = [number.add(1), Path("item").set("children")]
        return [
            put("child", link, absent),
            update("children", keys.children(parent_id), counted, room),
        ]
    return [
        delete("child", (link["pk"], link["sk"])),
        update("children", keys.children(parent_id), [number.add(-1)]),
    ]
