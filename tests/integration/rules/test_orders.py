"""Rules R2, R3 and R7, and what G12 says of the switch: an order has one, its holder turns it, and
one contract alone has it once support has detached it."""

from typing import Any

import pytest

from tests.integration.conftest import ALICE, BOB, CAROL, STAFF, Person, Reply, World, customer
from tests.integration.edge import KIM, MALLORY, assert_problem, nothing_written
from tests.integration.rules.scenes import cancel, head, history, it_is, job, patch, reactivate

TWO_IN_ONE = {"order_id": "o-1"}


@pytest.fixture
def sold(world: World) -> World:
    """alice's c-1 and c-2 in one order, c-3 in one of its own; all due for renewal on the day."""
    it_is(world, "2025-12-20")
    for contract_id in ("c-1", "c-2"):
        world.register(contract_id, **TWO_IN_ONE)
    world.register("c-3")
    return world


def order(world: World, order_id: str, who: Person = STAFF) -> dict[str, Any]:
    reply = world.call("GET", f"/orders/{order_id}", who)
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def overview(world: World, who: Person, **query: str) -> dict[str, bool]:
    """By order: whether autorenewal is on; every page of the list."""
    found: dict[str, bool] = {}
    while True:
        page = world.call("GET", "/orders", who, query=query or None).json
        found |= {each["id"]: each["autorenewal"] for each in page["items"]}
        if page["next"] is None:
            return found
        query["next"] = page["next"]


def switch(world: World, thing: str, enabled: bool, who: Person = ALICE) -> Reply:
    """`thing` is "orders/o-1" or "contracts/c-1"."""
    return world.call("PUT", f"/{thing}/autorenewal", who, {"enabled": enabled})


def detach(world: World, order_id: str, contract_id: str, who: Person = STAFF) -> Reply:
    return world.call("POST", f"/orders/{order_id}/detachments", who, {"contract_id": contract_id})


def arrange(world: World, order_id: str, *contracts: str, **fields: Any) -> Reply:
    body = {"provider": "kreativmedia", "holder": "alice", "contracts": list(contracts), **fields}
    return world.call("PUT", f"/orders/{order_id}", STAFF, body)


def comes_next(world: World, contract_id: str) -> str:
    action: str = world.contract(contract_id)["next"]["action"]
    return action


def test_R2_the_overview_shows_per_order_whether_autorenewal_is_on(sold: World) -> None:
    assert overview(sold, ALICE) == {"o-1": True, "~c-3": True}
    assert switch(sold, "orders/o-1", False).status == 200
    assert overview(sold, ALICE) == {"o-1": False, "~c-3": True}
    assert overview(sold, STAFF, holder="alice", limit="1") == {"o-1": False, "~c-3": True}
    assert overview(sold, KIM, limit="1") == {"o-1": False, "~c-3": True}
    assert order(sold, "o-1", ALICE)["contracts"] == ["c-1", "c-2"]


def test_R2_the_holder_turns_it_and_is_told_to_look_after_it(sold: World) -> None:
    reply = switch(sold, "orders/o-1", False)
    assert reply.json["autorenewal"] is False
    (warning,) = reply.json["warnings"]
    assert warning["code"] == "holders_to_check"
    assert [sold.contract(c)["autorenewal"] for c in ("c-1", "c-2", "c-3")] == [False, False, True]


@pytest.mark.parametrize("who", [BOB, CAROL, MALLORY], ids=lambda who: who.subject)
def test_R2_nobody_besides_the_holder_turns_it_or_lists_it(sold: World, who: Person) -> None:
    with nothing_written(sold):
        assert_problem(switch(sold, "orders/o-1", False, who), 404, "not_found")
        seen = who is not MALLORY
        refusal = (403, "not_your_role") if seen else (404, "not_found")
        assert_problem(switch(sold, "contracts/c-3", False, who), *refusal)
    assert overview(sold, who) == {}
    assert overview(sold, who, holder="alice") == {}
    assert overview(sold, ALICE) == {"o-1": True, "~c-3": True}


def test_R2_staff_turns_it_on_the_holders_behalf(sold: World) -> None:
    assert switch(sold, "orders/o-1", False, KIM).status == 200
    assert switch(sold, "contracts/c-3", False, KIM).status == 200
    assert overview(sold, ALICE) == {"o-1": False, "~c-3": False}


def test_R2_a_switch_that_stands_like_this_is_nothing_to_do(sold: World) -> None:
    with nothing_written(sold):
        for thing in ("orders/o-1", "contracts/c-3"):
            reply = switch(sold, thing, True)
            assert reply.status == 200
            assert [w["code"] for w in reply.json["warnings"]] == ["already_on"]
            assert reply.json["events"] == []


def test_R3_the_switch_covers_every_contract_of_the_order(sold: World) -> None:
    assert switch(sold, "orders/o-1", False).status == 200
    assert [comes_next(sold, c) for c in ("c-1", "c-2", "c-3")] == ["expire", "expire", "renew"]
    job(sold, "2026-01-15")
    statuses = [sold.contract(c)["status"] for c in ("c-1", "c-2", "c-3")]
    assert statuses == ["expired", "expired", "active"]


def test_R3_asked_for_one_of_several_the_refusal_says_to_have_support_detach_it(
    sold: World,
) -> None:
    contact = sold.call("GET", "/providers/kreativmedia/policy", ALICE).json["contact"]
    for who in (ALICE, STAFF):
        with nothing_written(sold):
            refused = switch(sold, "contracts/c-1", False, who)
        assert_problem(refused, 409, "order_wide")
        params = {"order_id": "o-1", "contracts": 2, "contact": contact}
        assert refused.json["params"] == params
        assert contact["email"] in refused.json["detail"]
        assert "detach" in refused.json["detail"]
    assert overview(sold, ALICE)["o-1"] is True


def test_R7_once_support_has_detached_it_the_holder_switches_it_himself(sold: World) -> None:
    detached = detach(sold, "o-1", "c-1")
    assert detached.status == 200, detached.text
    assert detached.json["contract"]["order_id"] == "~c-1"
    assert detached.json["order"]["contracts"] == ["c-2"]
    assert overview(sold, ALICE) == {"o-1": True, "~c-1": True, "~c-3": True}
    assert switch(sold, "contracts/c-1", False).json["autorenewal"] is False
    assert [sold.contract(c)["autorenewal"] for c in ("c-1", "c-2")] == [False, True]
    assert history(sold, "c-1") == ["contract.registered", "contract.detached"]
    assert order(sold, "~c-1", ALICE)["contracts"] == ["c-1"]


def test_R7_what_is_detached_stays_switched_as_its_order_was(sold: World) -> None:
    assert switch(sold, "orders/o-1", False).status == 200
    assert detach(sold, "o-1", "c-1").status == 200
    assert overview(sold, ALICE) == {"o-1": False, "~c-1": False, "~c-3": True}


def test_R7_only_support_detaches(sold: World) -> None:
    with nothing_written(sold):
        assert_problem(detach(sold, "o-1", "c-1", ALICE), 403, "not_your_role")
    assert order(sold, "o-1")["contracts"] == ["c-1", "c-2"]


def test_R7_alone_already_is_nothing_to_do(sold: World) -> None:
    assert detach(sold, "o-1", "c-1").status == 200
    with nothing_written(sold):
        for order_id, contract_id in (("o-1", "c-1"), ("~c-1", "c-1"), ("o-1", "c-2")):
            again = detach(sold, order_id, contract_id)
            assert [w["code"] for w in again.json["warnings"]] == ["alone_already"]
            assert again.json["events"] == []


def test_R7_the_last_one_that_stays_is_alone(sold: World) -> None:
    assert detach(sold, "o-1", "c-1").status == 200
    assert switch(sold, "contracts/c-2", False).json["autorenewal"] is False
    assert overview(sold, ALICE) == {"o-1": False, "~c-1": True, "~c-3": True}


def test_R3_put_into_an_order_a_contract_is_under_its_switch(sold: World) -> None:
    assert switch(sold, "orders/o-1", False).status == 200
    moved = arrange(sold, "o-1", "c-3")
    assert (moved.status, moved.json["contracts"]) == (200, ["c-1", "c-2", "c-3"])
    assert sold.contract("c-3", ALICE)["autorenewal"] is False
    assert overview(sold, ALICE) == {"o-1": False}
    assert order(sold, "~c-3")["contracts"] == []
    assert history(sold, "c-3") == ["contract.registered", "contract.moved"]
    assert_problem(switch(sold, "contracts/c-3", True), 409, "order_wide")


def test_R3_a_new_order_takes_contracts_out_of_several(sold: World) -> None:
    sold.register("c-4", order_id="o-4")
    made = arrange(sold, "o-9", "c-1", "c-3", "c-4", autorenewal=False)
    assert (made.status, made.json["contracts"]) == (201, ["c-1", "c-3", "c-4"])
    assert overview(sold, ALICE) == {"o-1": True, "o-4": True, "o-9": False}
    contents = {each: order(sold, each)["contracts"] for each in ("o-1", "o-4", "~c-3")}
    assert contents == {"o-1": ["c-2"], "o-4": [], "~c-3": []}
    with nothing_written(sold):
        again = arrange(sold, "o-9", "c-1", "c-3", "c-4", autorenewal=False)
        assert [w["code"] for w in again.json["warnings"]] == ["arranged_already"]


def test_R3_forty_contracts_come_into_one_order_at_once_and_no_more(world: World) -> None:
    it_is(world, "2025-02-01")
    names = [f"c-{number}" for number in range(40)]
    for name in names:
        world.register(name, billing_contact=None, technical_contact=None)
    made = arrange(world, "o-1", *names)
    assert made.status == 201, made.text
    assert len(made.json["events"]) == 41
    assert order(world, "o-1", ALICE)["contracts"] == names
    assert overview(world, ALICE) == {"o-1": True}
    world.register("one-more")
    with nothing_written(world):
        assert_problem(arrange(world, "o-1", "one-more"), 422, "too_many", "contracts")
        assert_problem(arrange(world, "o-2", *names, "one-more"), 422, "too_many", "contracts")


def test_R3_out_of_too_many_orders_the_refusal_says_how_many_at_once(world: World) -> None:
    it_is(world, "2025-02-01")
    names = [f"c-{number}" for number in range(33)]
    for name in names:
        parties = {"billing_contact": None, "technical_contact": None}
        world.register(name, order_id=f"o-{name}", **parties)
    with nothing_written(world):
        refused = arrange(world, "o-1", *names)
    assert_problem(refused, 422, "too_many", "contracts")
    assert "first 32" in refused.json["params"]["reason"]
    assert arrange(world, "o-1", *names[:32]).status == 201
    assert arrange(world, "o-1", names[32]).status == 200
    assert order(world, "o-1")["contracts"] == names


@pytest.mark.parametrize(
    "fields",
    [{"holder": "mallory"}, {"provider": "svenska-domaner", "plan": "mail-addon"}],
    ids=["another holder", "another provider"],
)
def test_R3_no_order_mixes_holders_or_providers(sold: World, fields: dict[str, Any]) -> None:
    sold.register("x-1", **fields)
    with nothing_written(sold):
        assert_problem(arrange(sold, "o-1", "x-1"), 404, "not_found")
        assert_problem(arrange(sold, "o-1", "none"), 404, "not_found")
        assert_problem(arrange(sold, "o-1", "c-3", holder="mallory"), 404, "not_found")
        assert_problem(detach(sold, "o-1", "x-1"), 404, "not_found")
        assert_problem(detach(sold, "~c-3", "c-1"), 404, "not_found")


def test_R3_an_order_of_a_contracts_own_holds_nothing_else(sold: World) -> None:
    with nothing_written(sold):
        assert_problem(arrange(sold, "~c-3", "c-1"), 422, "invalid_field", "contracts")
        assert_problem(arrange(sold, "~c-8"), 404, "not_found")
    assert arrange(sold, "o-1", "c-3").status == 200
    back = arrange(sold, "~c-3", "c-3", autorenewal=False)
    assert (back.status, back.json["contracts"]) == (200, ["c-3"])
    assert overview(sold, ALICE) == {"o-1": True, "~c-3": False}


def test_R3_what_is_closed_is_in_no_order_and_comes_into_none(sold: World) -> None:
    sold.register("d-1", plan="domain-ch", label="example.ch", order_id="o-1")
    sold.register("d-2", plan="domain-ch", label="example2.ch")
    for domain in ("d-1", "d-2"):
        assert sold.call("POST", f"/contracts/{domain}/transfer-out", STAFF, {}).status == 200
    assert order(sold, "o-1")["contracts"] == ["c-1", "c-2"]
    assert order(sold, "~d-2")["contracts"] == []
    assert overview(sold, ALICE) == {"o-1": True, "~c-3": True}
    with nothing_written(sold):
        for gone in ("d-1", "d-2"):
            assert_problem(arrange(sold, "o-1", gone), 409, "transferred_out")
            assert_problem(switch(sold, f"contracts/{gone}", False), 409, "transferred_out")
        assert_problem(detach(sold, "o-1", "d-1"), 409, "transferred_out")


def test_R3_the_job_takes_what_it_closes_out_of_its_order(sold: World) -> None:
    assert switch(sold, "orders/o-1", False).status == 200
    job(sold, "2026-01-15")
    job(sold, "2026-02-14")
    assert [sold.contract(c)["status"] for c in ("c-1", "c-2")] == ["closed", "closed"]
    emptied = order(sold, "o-1")
    assert (emptied["contracts"], emptied["version"]) == ([], 5)


def test_G12_switching_autorenewal_on_does_not_undo_a_cancellation(sold: World) -> None:
    assert cancel(sold, "c-1").status == 200
    assert switch(sold, "orders/o-1", False).status == 200
    reply = switch(sold, "orders/o-1", True)
    warning = {w["code"]: w for w in reply.json["warnings"]}["still_cancelled"]
    assert warning["contracts"] == ["c-1"]
    assert sold.contract("c-1")["status"] == "non_renewing"
    assert comes_next(sold, "c-1") == "expire"
    already = switch(sold, "orders/o-1", True)
    assert [w["code"] for w in already.json["warnings"]] == ["already_on", "still_cancelled"]
    assert reactivate(sold, "c-1").json["contract"]["status"] == "active"
    assert [w["code"] for w in switch(sold, "orders/o-1", True).json["warnings"]] == ["already_on"]


@pytest.mark.parametrize("change", ["switch", "move", "detach", "amend"])
def test_G12_no_change_of_its_order_clears_a_cancellation(sold: World, change: str) -> None:
    assert cancel(sold, "c-1").status == 200
    dates = {name: head(sold, "c-1").get(name) for name in ("expires_on", "expiries_due_at")}
    asked = {
        "switch": lambda: switch(sold, "orders/o-1", False),
        "move": lambda: arrange(sold, "o-9", "c-1"),
        "detach": lambda: detach(sold, "o-1", "c-1"),
        "amend": lambda: patch(sold, "c-1", label="another"),
    }
    assert asked[change]().status in (200, 201)
    seen = sold.contract("c-1")
    assert (seen["status"], seen["cancellation"]["mode"]) == ("non_renewing", "at_term")
    assert {name: head(sold, "c-1").get(name) for name in dates} == dates


def test_an_order_made_by_hand_waits_for_its_contracts(sold: World) -> None:
    made = arrange(sold, "o-2", autorenewal=False)
    assert (made.status, made.json["contracts"]) == (201, [])
    sold.register("c-5", order_id="o-2")
    assert sold.contract("c-5")["autorenewal"] is False
    assert order(sold, "o-2", ALICE)["contracts"] == ["c-5"]


def test_somebody_elses_order_is_not_there(sold: World) -> None:
    elsewhere = customer("alice", "svenska-domaner")
    for who in (MALLORY, elsewhere):
        for order_id in ("o-1", "~c-3"):
            assert_problem(sold.call("GET", f"/orders/{order_id}", who), 404, "not_found")


@pytest.mark.breaks("a record that cannot be read")
def test_a_broken_contract_does_not_hide_the_order_and_cannot_be_moved(sold: World) -> None:
    sold.dynamodb.update_item(
        TableName=sold.names.table_name,
        Key={"pk": {"S": "contract#c-1"}, "sk": {"S": "head"}},
        UpdateExpression="SET expires_on = :long_ago",
        ExpressionAttributeValues={":long_ago": {"S": "1969-12-31"}},
    )
    assert order(sold, "o-1", ALICE)["contracts"] == ["c-1", "c-2"]
    assert switch(sold, "orders/o-1", False).status == 200
    assert_problem(arrange(sold, "o-9", "c-1"), 500, "broken_record")
    assert detach(sold, "o-1", "c-2").status == 200


def test_R3_what_is_closed_with_its_parent_leaves_its_order_too(world: World) -> None:
    it_is(world, "2025-02-01")
    svenska = {"provider": "svenska-domaner"}
    world.register("d-1", **svenska, plan="premium-domain", label="example.org.nz")
    add_on = {"plan": "mail-addon", "parent_id": "d-1", "order_id": "o-1"}
    world.register("a-1", **svenska, **add_on, starts_on="2024-03-01")
    world.register("a-2", **svenska, **add_on, starts_on="2024-06-01")
    assert cancel(world, "a-1").status == 200
    job(world, "2025-03-01")
    assert world.contract("a-1")["plan"] == "free-domain-account"
    assert world.call("POST", "/contracts/d-1/transfer-out", STAFF, {}).status == 200
    world.mails()
    assert world.contract("a-1")["status"] == "closed"
    assert order(world, "o-1")["contracts"] == ["a-2"]
