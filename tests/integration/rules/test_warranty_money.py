"""Rules G14, I16: what a warranty lays out keeps its money from whatever is less important, on the
day on which it steps in and in every run after it."""

import pytest

from tests.integration.conftest import STAFF, World
from tests.integration.money import book, francs
from tests.integration.rules.scenes import it_is, job
from tests.integration.rules.test_renewal_warranty import account, both_jobs, domain, warranty

CHEAP = francs("5.00")


def paid(world: World) -> list[str]:
    """What the account has paid for so far."""
    items = world.call("GET", "/accounts/a-1/ledger", STAFF).json["items"]
    return [line["contract_id"] for line in items if line["contract_id"]]


def deposited(world: World, amount: str) -> None:
    assert book(world, "a-1", "deposits", francs(amount), "later").status == 200


@pytest.fixture
def owing(world: World) -> World:
    """d-1 is owed since 1 May; d-2 ends nineteen days after it, at a price of less than half."""
    it_is(world, "2025-04-20")
    domain(world, "d-1")
    domain(world, "d-2", starts_on="2024-05-20", expires_on="2025-05-20", price=CHEAP)
    warranty(world, "d-1")
    account(world, "0.01")
    both_jobs(world, "2025-05-01")
    return world


def test_G14_money_that_comes_in_the_course_of_a_day_goes_to_what_is_owed_first(
    owing: World,
) -> None:
    job(owing, "2025-05-02", "06:00", name="renewals")
    deposited(owing, "13.50")
    job(owing, "2025-05-02", "07:00", name="renewals")
    assert paid(owing) == ["d-1"]


def test_G14_what_is_kept_for_it_is_kept_in_every_run_of_the_day(owing: World) -> None:
    it_is(owing, "2025-05-02", "05:00")
    deposited(owing, "10.00")
    for at in ("06:00", "07:00"):
        job(owing, "2025-05-02", at, name="renewals")
        assert paid(owing) == []


def test_I16_the_holder_is_not_contacted_again_by_the_next_run_of_the_day(owing: World) -> None:
    job(owing, "2025-05-02", "06:00", name="renewals")
    before = owing.contract("d-1", STAFF)["version"]
    job(owing, "2025-05-02", "07:00", name="renewals")
    assert owing.contract("d-1", STAFF)["version"] == before


def test_G14_on_the_day_on_which_the_warranty_steps_in_its_money_is_still_kept(
    world: World,
) -> None:
    it_is(world, "2025-04-20")
    domain(world, "d-1")
    domain(world, "d-2", starts_on="2024-05-20", expires_on="2025-05-20", price=CHEAP)
    warranty(world, "d-1")
    account(world, "10.00")
    for day in ("2025-04-29", "2025-04-30", "2025-05-01", "2025-05-02"):
        job(world, day, "06:00", name="renewals")
        assert paid(world) == []
    assert world.contract("d-1")["expires_on"] == "2026-05-01"
