"""What hangs on a contract: linked, counted, and brought along by its events however they come."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tacit.domain.commands import Amend, Cancel, Command, Restore, TransferOut
from tacit.domain.refusals import Invalid
from tacit.domain.values import Actor, Contract, Status
from tacit.runtime.family import Family
from tacit.runtime.jobs import EXPIRIES, Jobs, Parcel
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.runs import ALL
from tacit.store.writes import put
from tests.repository.desk import ADD_ON, PREMIUM, Desk, at_once, everything
from tests.repository.wire import Wire
from tests.unit.cases import at

FREE: dict[str, Any] = {**ADD_ON, "plan": "free-domain-account", "imported": True}


def restoring(actor: Actor) -> Restore:
    return Restore(actor, "inv-1")


def stored(desk: Desk, contract_id: str) -> Contract:
    found = desk.repository.contract(contract_id)
    assert found is not None
    return found


def history(desk: Desk, contract_id: str) -> list[str]:
    """The types of its events, oldest first."""
    events, _ = desk.repository.timeline(contract_id, 100, None)
    return [event.type.removeprefix("contract.") for event in events[::-1]]


def items(desk: Desk, client: Any, prefix: str = "") -> dict[tuple[str, str], Raw]:
    found = everything(client, desk.table.name, prefix)
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in found}


def counted(desk: Desk, contract_id: str, number: int) -> None:
    """As if so many hung on the contract."""
    pk, sk = keys.children(contract_id)
    desk.table.write(put("children", {"pk": pk, "sk": sk, "item": "children", "children": number}))


def job(desk: Desk, run_id: str, day: str) -> dict[str, int]:
    """The expiries of that day, as far as alice's contracts go; the counts of her shard."""
    shard = keys.shard_of("svenska-domaner", "alice")
    desk.work(Parcel(run_id, EXPIRIES, at(day), ALL, (shard,)).text())
    return Jobs(desk).runs.shard(run_id, shard).counts


def test_an_add_on_is_linked_and_counted_until_it_is_closed(
    desk: Desk, dynamodb_client: Any
) -> None:
    desk.register("d-1", **PREMIUM)
    for name in ("a-1", "a-2"):
        desk.register(name, **ADD_ON)
    assert desk.repository.children("d-1") == ["a-1", "a-2"]
    assert desk.repository.how_many_children("d-1") == 2
    desk.ask("a-1", at_once)
    assert desk.repository.children("d-1") == ["a-1", "a-2"]
    job(desk, "run-1", "2025-07-01")
    assert stored(desk, "a-1").status is Status.CLOSED
    assert desk.repository.children("d-1") == ["a-2"]
    assert desk.repository.how_many_children("d-1") == 1
    behind = {sk for _, sk in items(desk, dynamodb_client, "contract#d-1")}
    assert behind == {"head", "event#0000000001", "child#a-2", "children"}


def test_what_is_closed_already_takes_no_place(desk: Desk) -> None:
    desk.register("d-1", **PREMIUM)
    desk.register("a-1", **{**ADD_ON, "imported": True, "status": Status.CLOSED})
    assert desk.repository.children("d-1") == []
    assert desk.repository.how_many_children("d-1") == 0


@pytest.mark.breaks("a count is set by hand, instead of so many registrations")
def test_the_twenty_first_finds_no_place_until_one_is_closed(
    desk: Desk, dynamodb_client: Any
) -> None:
    desk.register("d-1", **PREMIUM)
    desk.register("a-1", **ADD_ON)
    counted(desk, "d-1", 20)
    before = items(desk, dynamodb_client)
    with pytest.raises(Invalid) as told:
        desk.register("a-2", **ADD_ON)
    assert (told.value.code, told.value.field) == ("too_many", "parent_id")
    assert items(desk, dynamodb_client) == before
    desk.ask("a-1", at_once)
    job(desk, "run-1", "2025-07-01")
    desk.register("a-2", **ADD_ON)
    assert desk.repository.how_many_children("d-1") == 20


@pytest.mark.breaks("a count is set by hand, instead of so many registrations")
def test_a_place_that_was_taken_meanwhile_is_not_given_twice(
    desk: Desk, wire: Wire, dynamodb_client: Any
) -> None:
    """The number is asked by the transaction itself, not only by the decision before it."""
    desk.register("d-1", **PREMIUM)
    counted(desk, "d-1", 19)
    with (
        wire.meanwhile("TransactWriteItems", lambda: desk.register("a-1", **ADD_ON)),
        pytest.raises(Invalid, match="20 at most"),
    ):
        desk.register("a-2", **ADD_ON)
    assert desk.repository.children("d-1") == ["a-1"]
    assert desk.repository.how_many_children("d-1") == 20
    assert not [key for key in items(desk, dynamodb_client) if "a-2" in "".join(key)]


@pytest.mark.breaks("a count is set by hand, instead of so many registrations")
def test_an_end_whose_place_was_never_counted_is_no_trouble(
    desk: Desk, dynamodb_client: Any
) -> None:
    desk.register("d-1", **PREMIUM)
    desk.register("a-1", **ADD_ON)
    for pk, sk in (keys.children("d-1"), keys.child("d-1", "a-1")):
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        dynamodb_client.delete_item(TableName=desk.table.name, Key=key)
    desk.ask("a-1", at_once)
    job(desk, "run-1", "2025-07-01")
    assert stored(desk, "a-1").status is Status.CLOSED
    desk.register("a-2", **ADD_ON)
    assert desk.repository.children("d-1") == ["a-2"]


def test_a_parents_end_writes_nothing_of_what_hangs_on_it(
    desk: Desk, wire: Wire, dynamodb_client: Any
) -> None:
    desk.register("d-1", **PREMIUM)
    desk.register("a-1", **FREE)
    for command in (at_once, TransferOut):
        before = items(desk, dynamodb_client, "contract#a-1")
        with wire.heard():
            desk.ask("d-1", command)
        ((_, sent),) = [call for call in wire.calls if call[0] == "TransactWriteItems"]
        assert "a-1" not in str(sent["TransactItems"])
        assert items(desk, dynamodb_client, "contract#a-1") == before
        assert Family(desk).bring_along("d-1") == 1
    assert history(desk, "a-1") == ["registered", "followed", "closed"]


def transferred(desk: Desk) -> None:
    desk.ask("d-1", TransferOut)


def amended(desk: Desk) -> None:
    version = stored(desk, "d-1").version

    def to_english(actor: Actor) -> Command:
        return Amend(actor, version, {"locale": "en"})

    desk.ask("d-1", to_english)


def switched_off(desk: Desk) -> None:
    desk.ask("d-1", at_once)


@pytest.mark.parametrize(
    ("meanwhile", "plan", "ends"),
    [
        (amended, "free-domain-account", ["downgraded"]),
        (switched_off, "free-domain-account", ["downgraded", "followed"]),
        (transferred, "mail-addon", ["expired"]),
    ],
)
def test_S11_a_parent_that_changed_in_the_last_moment_is_looked_at_again(
    desk: Desk, wire: Wire, meanwhile: Callable[[Desk], None], plan: str, ends: list[str]
) -> None:
    """The worker has read the domain as it was, and is about to downgrade the add-on. One that is
    switched off takes the new account with it in the same run."""
    desk.register("d-1", **PREMIUM)
    desk.register("a-1", **ADD_ON)
    desk.ask("a-1", Cancel)
    with wire.meanwhile("TransactWriteItems", lambda: meanwhile(desk)):
        counts = job(desk, "run-1", "2025-06-15")
    assert counts == {"done": 1, "unchanged": 0, "parked": 0, "failed": 0}
    assert stored(desk, "a-1").plan == plan
    assert history(desk, "a-1") == ["registered", "cancelled", *ends]
    assert Family(desk).bring_along("d-1") == 0
    same_status = stored(desk, "a-1").status is stored(desk, "d-1").status
    assert same_status is (plan == "free-domain-account")


def test_S11_what_follows_decides_again_where_its_parent_moved_on(desk: Desk, wire: Wire) -> None:
    desk.register("d-1", **PREMIUM)
    desk.register("a-1", **FREE)
    desk.ask("d-1", at_once)
    with wire.meanwhile("TransactWriteItems", lambda: transferred(desk)):
        assert Family(desk).bring_along("d-1") == 1
    assert history(desk, "a-1") == ["registered", "closed"]
    assert Family(desk).bring_along("d-1") == 0


def test_G2_an_event_that_comes_twice_or_late_changes_nothing_more(
    desk: Desk, dynamodb_client: Any
) -> None:
    desk.register("d-1", **PREMIUM)
    desk.register("a-1", **FREE)
    desk.ask("d-1", at_once)
    family = Family(desk)
    assert [family.bring_along("d-1") for _ in range(3)] == [1, 0, 0]
    for run in ("run-1", "run-2"):
        job(desk, run, "2026-04-01")
    assert family.bring_along("d-1") == 0  # its own calendar had brought it along
    before = items(desk, dynamodb_client)
    assert family.bring_along("d-1") == 0
    assert items(desk, dynamodb_client) == before
    assert history(desk, "a-1") == ["registered", "followed", "followed"]


def lived(desk: Desk, until: int) -> None:
    """The first steps of a domain: switched off, expired, restored, moved away."""
    steps: list[Callable[[], Any]] = [
        lambda: desk.ask("d-1", at_once),
        lambda: job(desk, "run-1", "2026-04-01"),
        lambda: desk.ask("d-1", restoring),
        lambda: desk.ask("d-1", TransferOut),
    ]
    days = ["2025-06-01", "2026-04-01", "2026-04-02", "2026-05-01"]
    for day, step in list(zip(days, steps, strict=True))[:until]:
        desk.stand_at(day)
        step()


@pytest.mark.parametrize(
    ("until", "status"),
    [(1, Status.INACTIVE), (2, Status.EXPIRED), (3, Status.ACTIVE), (4, Status.CLOSED)],
)
def test_G2_in_whatever_order_its_events_come_it_ends_as_its_parent_is(
    desk: Desk, until: int, status: Status
) -> None:
    desk.register("d-1", **PREMIUM)
    desk.register("a-1", **FREE)
    lived(desk, until)
    brought = [Family(desk).bring_along("d-1") for _ in range(until)]
    child, parent = stored(desk, "a-1"), stored(desk, "d-1")
    assert child.status is status
    assert (child.phase, child.phase_ends_on) == (parent.phase, parent.phase_ends_on)
    assert sum(brought) <= 1
    if status is not Status.CLOSED:
        assert child.expires_on == parent.expires_on


@pytest.mark.breaks("a record that cannot be read")
def test_one_that_goes_its_own_way_or_cannot_be_read_does_not_keep_the_others(
    desk: Desk, dynamodb_client: Any
) -> None:
    desk.register("d-1", **PREMIUM)
    for name in ("a-1", "a-2", "a-3"):
        desk.register(name, **FREE)
    desk.register("a-0", **ADD_ON)
    pk, sk = keys.contract("a-1")
    dynamodb_client.update_item(
        TableName=desk.table.name,
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET expires_on = :long_ago",
        ExpressionAttributeValues={":long_ago": {"S": "1969-12-31"}},
    )
    desk.ask("d-1", at_once)
    assert Family(desk).bring_along("d-1") == 2
    statuses = {name: stored(desk, name).status for name in ("a-0", "a-2", "a-3")}
    assert statuses == {"a-0": "active", "a-2": "inactive", "a-3": "inactive"}


def test_what_no_event_has_reached_is_brought_along_by_its_own_calendar(desk: Desk) -> None:
    """Nobody hears a single event of the domain. On the day that the account knows of, it may be
    looked at before the domain is; it stays due, and the next run finds both."""
    desk.register("d-1", **PREMIUM)
    desk.register("a-1", **{**FREE, "expires_on": date(2025, 7, 1), "starts_on": date(2024, 7, 1)})
    desk.ask("d-1", Cancel)
    for number, (day, status) in enumerate(
        [("2025-07-01", "inactive"), ("2026-04-01", "expired"), ("2026-07-01", "closed")]
    ):
        for again in ("", "-again"):
            job(desk, f"run-{number}{again}", day)
        assert (stored(desk, "d-1").status, stored(desk, "a-1").status) == (status, status)
