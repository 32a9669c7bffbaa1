"""X4, X5 and G11: servers that are to go are marked one by one, and go with the plan change: those
that the mail has named, and no other."""

from tests.integration.conftest import BOB, CAROL, World, customer
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.rules.plan_scenes import (
    changed,
    code_in_mail,
    confirm,
    keep,
    mark,
    on,
    quote,
    refused,
    requested,
    server,
    server_ids,
)
from tests.integration.rules.scenes import it_is, job


def test_X4_going_down_the_servers_to_remove_are_asked_for_and_counted(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, quantity=3)
    assert refused(world, "servers_to_remove", "vps-s", 2)["to_remove"] == 1
    with nothing_written(world):
        reply = quote(world, "vps-l", 1)
        assert_problem(reply, 409, "servers_to_remove")
    assert reply.json["params"]["to_remove"] == 2
    assert "2" in reply.json["detail"]
    mark(world, "s-3")
    assert refused(world, "servers_to_remove", "vps-s", 1)["to_remove"] == 1
    with nothing_written(world):
        reply = quote(world, "vps-m", 3)
        assert_problem(reply, 409, "servers_to_keep")
    assert reply.json["params"]["to_keep"] == 1
    changed(world, "vps-s", 2)
    assert on(world) == ("vps-s", 2, "2025-06-10")
    assert server_ids(world) == ["s-1", "s-2"]


def test_X4_going_up_nothing_is_to_remove(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, quantity=2)
    changed(world, "vps-s", 4)
    assert on(world) == ("vps-s", 4, "2025-05-21")
    assert server_ids(world) == ["s-1", "s-2"]


def test_X5_a_mark_is_confirmed_by_naming_the_server_and_says_what_is_lost(world: World) -> None:
    it_is(world, "2025-05-11")
    server(world, quantity=2)
    with nothing_written(world):
        assert_problem(mark(world, "s-1", body={}), 422, "missing_field", "confirm")
        other = mark(world, "s-1", body={"confirm": "s-2"})
        assert_problem(other, 422, "invalid_field", "confirm")
        assert_problem(mark(world, "s-9"), 404, "not_found")
        assert_problem(keep(world, "s-9"), 404, "not_found")
        for who in (BOB, CAROL):
            assert_problem(mark(world, "s-1", who=who), 403, "not_your_role")
        assert_problem(mark(world, "s-1", who=customer("mallory")), 404, "not_found")
        assert mark(world, "s-1", dry_run="true").json["marked_servers"] == ["s-1"]
    answer = mark(world, "s-1")
    assert answer.status == 200
    (warning,) = answer.json["warnings"]
    assert warning["server_id"] == "s-1"
    assert warning["ip"] == "192.0.2.1"
    for lost in ("data", "backups", "192.0.2.1", "for good"):
        assert lost in warning["detail"]
    assert world.contract("v-1", BOB)["marked_servers"] == ["s-1"]
    with nothing_written(world):
        assert mark(world, "s-1").json["warnings"] == [warning]


def test_X5_a_mark_removes_nothing_and_can_be_taken_back_until_the_plan_change(
    world: World,
) -> None:
    it_is(world, "2025-05-11")
    server(world, quantity=2)
    was = on(world)
    mark(world, "s-1")
    it_is(world, "2025-05-12")
    with nothing_written(world):
        assert keep(world, "s-1", dry_run="true").json["marked_servers"] == []
        for who in (BOB, CAROL):
            assert_problem(keep(world, "s-1", who=who), 403, "not_your_role")
    assert keep(world, "s-1").json["marked_servers"] == []
    with nothing_written(world):
        assert keep(world, "s-1").status == 200
    assert server_ids(world) == ["s-1", "s-2"]
    mark(world, "s-2")
    job(world, "2025-05-13", name="renewals")
    job(world, "2025-05-13")
    assert on(world) == was
    assert server_ids(world) == ["s-1", "s-2"]
    changed(world, "vps-s", 1)
    assert server_ids(world) == ["s-1"]


def test_X5_a_mark_can_be_taken_back_while_a_change_waits_which_removes_nothing_then(
    world: World,
) -> None:
    it_is(world, "2025-05-11")
    server(world, quantity=2)
    mark(world, "s-1")
    change_id = requested(world, "vps-s", 1)
    code = code_in_mail(world)
    assert keep(world, "s-1").status == 200
    assert_problem(confirm(world, change_id, code), 409, "servers_to_remove")
    assert server_ids(world) == ["s-1", "s-2"]
    assert on(world)[1] == 2


def test_G11_marking_another_server_after_the_mail_makes_it_out_of_date(world: World) -> None:
    """The mail has said which server is lost; no other one ever is."""
    it_is(world, "2025-05-11")
    server(world, quantity=2)
    mark(world, "s-1")
    change_id = requested(world)
    code = code_in_mail(world)
    keep(world, "s-1")
    mark(world, "s-2")
    assert_problem(confirm(world, change_id, code), 409, "quote_outdated")
    assert [row["id"] for row in world.contract("v-1")["servers"]] == ["s-1", "s-2"]
    keep(world, "s-2")
    mark(world, "s-1")
    assert confirm(world, change_id, code).status == 200
    assert [row["id"] for row in world.contract("v-1")["servers"]] == ["s-2"]
