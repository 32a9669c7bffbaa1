"""What happens between a decision of the renewals job and what it commits: everything has one order
of events. Told with the other one stepping in at that very moment."""

import pytest

from tacit.store.patience import Busy
from tests.integration.conftest import ALICE, World
from tests.integration.money import balance, book, francs
from tests.integration.rules.overtaking import Step, out_of_order, stepping_in
from tests.integration.rules.scenes import cancel, history, it_is
from tests.integration.rules.terms import (
    bought,
    ends,
    expiries,
    funded,
    notices,
    pay,
    renew,
    renewals,
    states,
    statuses,
    switch,
    taken,
    topped_up,
)


@pytest.fixture
def due(world: World) -> World:
    """Two domains in one order, with a notice each, and then money for both."""
    it_is(world, "2025-03-25")
    for contract_id in ("d-1", "d-2"):
        bought(world, contract_id, "2025-05-01", order_id="o-1")
    renewals(world, "2025-04-02")
    funded(world, "a-1", "400.00")
    return world


@pytest.mark.parametrize(("at", "renewed"), [(1, []), (2, ["d-1"])])
def test_R2_switched_off_while_a_charge_is_in_flight_it_is_off_or_charged_and_never_half(
    due: World, monkeypatch: pytest.MonkeyPatch, at: int, renewed: list[str]
) -> None:
    """What was charged before the switch stays renewed, what comes after it is not charged."""
    with monkeypatch.context() as patch:
        stepping_in(patch, due, lambda world: switch(world, "o-1", False), at)
        renewals(due, "2025-04-03")
    assert due.call("GET", "/orders/o-1", ALICE).json["autorenewal"] is False
    assert [contract for contract, _ in taken(due)] == renewed
    for contract_id in ("d-1", "d-2"):
        paid = contract_id in renewed
        assert states(due, contract_id) == {contract_id: ["paid" if paid else "open"]}
        end = "2026-05-01" if paid else "2025-05-01"
        assert ends(due, contract_id) == {contract_id: end}


@pytest.mark.parametrize(
    ("step", "charges"),
    [
        (lambda world: pay(world, "d-1:2025-05-01"), ["d-2"]),
        (lambda world: renew(world, "d-1", "2025-05-01"), ["d-1", "d-2"]),
        (lambda world: cancel(world, "d-1"), ["d-2"]),
    ],
    ids=["paid by reference", "renewed by hand", "cancelled"],
)
def test_G2_paid_or_cancelled_in_the_same_moment_as_the_job_there_is_one_renewal_at_most(
    due: World, monkeypatch: pytest.MonkeyPatch, step: Step, charges: list[str]
) -> None:
    with monkeypatch.context() as patch:
        stepping_in(patch, due, step)
        renewals(due, "2025-04-03")
    assert [contract for contract, _ in taken(due)] == charges
    gone = statuses(due, "d-1")["d-1"] == "non_renewing"
    assert ends(due, "d-1", "d-2") == {
        "d-1": "2025-05-01" if gone else "2026-05-01",
        "d-2": "2026-05-01",
    }
    assert states(due, "d-1") == {"d-1": ["annulled" if gone else "paid"]}
    assert history(due, "d-1").count("contract.renewed") == (0 if gone else 1)


def test_R1_money_taken_out_meanwhile_is_not_spent_and_the_rest_is_decided_again(
    due: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """250.00 are gone before the first charge: neither fits, and none is overdrawn."""

    def withdrawn(world: World) -> None:
        body = francs("250.00", "RUB")
        assert book(world, "a-1", "withdrawals", body, "w-1").status == 200

    with monkeypatch.context() as patch:
        stepping_in(patch, due, withdrawn)
        renewals(due, "2025-04-03")
    assert (taken(due), balance(due, "a-1")) == ([], "150.00")
    assert notices(due, "d-1")[0]["why"]["short"]["amount"] == "50.00"
    topped_up(due, "a-1", "50.00")
    renewals(due, "2025-04-04")
    assert taken(due) == [("d-1", "-200.00")]


@pytest.mark.parametrize("error", [Busy("throttled"), RuntimeError("unheard of")])
def test_R8_what_cannot_be_committed_takes_nothing_and_renews_nothing(
    due: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Charge and renewal are one; the next run does both, once, and the other one went on."""
    with monkeypatch.context() as patch:
        out_of_order(patch, "d-1", error)
        renewals(due, "2025-04-03")
    assert taken(due) == [("d-2", "-200.00")]
    assert (ends(due, "d-1"), states(due, "d-1")) == ({"d-1": "2025-05-01"}, {"d-1": ["open"]})
    renewals(due, "2025-04-03", "13:00")
    assert taken(due) == [("d-2", "-200.00"), ("d-1", "-200.00")]
    assert ends(due, "d-1") == {"d-1": "2026-05-01"}


@pytest.mark.parametrize("first", ["renewals", "expiries"])
def test_G1_a_renewal_and_the_end_in_the_same_moment_have_one_winner(
    due: World, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """It was tried on its last day and there was no money; at midnight there is."""
    jobs = {"renewals": renewals, "expiries": expiries}
    (other,) = set(jobs) - {first}
    switch(due, "o-1", False)
    cancel(due, "d-2")
    switch(due, "o-1", True)
    with monkeypatch.context() as patch:
        stepping_in(patch, due, lambda world: jobs[other](world, "2025-05-01", "00:00"))
        jobs[first](due, "2025-05-01", "00:00")
    for name in jobs:
        jobs[name](due, "2025-05-01", "01:00")
    assert statuses(due, "d-1", "d-2") == {"d-1": "active", "d-2": "expired"}
    assert taken(due) == [("d-1", "-200.00")]
    assert "contract.expired" not in history(due, "d-1")
