"""What hangs together ends and comes back together, whoever is looked at first."""

from dataclasses import replace
from datetime import date

from tacit.domain.commands import Cancel, ComeDue, Restore
from tacit.domain.decision import Change, Situation
from tacit.domain.life import decide
from tacit.domain.values import JOB, Contract, Status
from tests.unit.cases import ALICE, STAFF, SVENSKA, at, registered


def domain() -> Contract:
    found = registered(SVENSKA, id="d-1", plan="premium-domain", label="example.org.nz").contract
    assert found is not None
    return found


def addon(parent: Contract) -> Contract:
    wanted = registered(SVENSKA, id="a-1", plan="mail-addon", label="mail").contract
    assert wanted is not None
    return replace(wanted, parent_id=parent.id)


def taken(situation: Situation, command: object, day: str) -> Change:
    change = decide(situation, command, SVENSKA, at(day))  # type: ignore[arg-type]
    assert isinstance(change, Change), change
    return change


def test_S11_a_domain_that_closes_on_the_same_day_makes_no_free_account_any_more() -> None:
    over = replace(
        domain(),
        status=Status.EXPIRED,
        expires_on=date(2025, 10, 15),
        phase="restorable",
        phase_ends_on=date(2026, 1, 15),
        restorable_until=date(2026, 1, 15),
        ended_on=date(2025, 10, 15),
        domain_ended_on=date(2025, 10, 15),
    )
    cancelled = taken(Situation(addon(over), parent=over), Cancel(ALICE), "2025-06-01").contract
    ended = taken(Situation(cancelled, parent=over), ComeDue(JOB), "2026-01-15")
    assert ended.contract.status is Status.EXPIRED
    a_day_more = replace(over, phase_ends_on=date(2026, 1, 16))
    kept = taken(Situation(cancelled, parent=a_day_more), ComeDue(JOB), "2026-01-15")
    assert kept.events[0].type == "contract.downgraded"


def test_S11_a_free_account_that_is_restored_comes_back_as_its_domain_is() -> None:
    parent = domain()
    free = replace(addon(parent), plan="free-domain-account", price=replace(parent.price, minor=0))
    gone = taken(Situation(free, parent=parent), Cancel(ALICE, "immediate"), "2025-06-01").contract
    off = taken(Situation(parent), Cancel(ALICE, "immediate"), "2025-06-02").contract
    back = taken(Situation(gone, parent=off), Restore(STAFF, "inv-1"), "2025-06-03")
    assert back.contract.status is Status.INACTIVE
    assert back.stands_on == off
    assert [event.type for event in back.events] == ["contract.restored", "contract.followed"]
