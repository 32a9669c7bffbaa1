"""A forecast is the calendar's own decisions, folded forward."""

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tacit.domain.commands import (
    Cancel,
    ComeDue,
    Command,
    Follow,
    NoteRegistry,
    Register,
    Restore,
    TransferOut,
)
from tacit.domain.days import Length, Unit, add_days, day_start, local_day
from tacit.domain.decision import Change, Situation
from tacit.domain.forecast import MOST_STEPS, Forecast, forecast
from tacit.domain.life import decide
from tacit.domain.policy import Anchor, Phase, Policy
from tacit.domain.refusals import Broken, Invalid, Refused
from tacit.domain.values import JOB, Order, Status
from tacit.policies import newest, shipped
from tests.unit.cases import (
    ALICE,
    KREATIVMEDIA,
    STAFF,
    SVENSKA,
    at,
    carried_out,
    registered,
    registration,
)

NOW = at("2025-06-10")
TODAY, UNTIL = date(2025, 6, 10), date(2027, 1, 31)
Row = tuple[str, str]


def domain(plan: str = "premium-domain", **fields: Any) -> Situation:
    """A domain of Svenska Domäner, paid and registered to 2025-09-01 and cancelled, unless said."""
    wanted = {
        "plan": plan,
        "id": "d-1",
        "label": "example.org.nz",
        "starts_on": date(2024, 9, 1),
        "expires_on": date(2025, 9, 1),
        "registry_expires_on": date(2025, 9, 1),
        "status": Status.NON_RENEWING,
        "imported": True,
    }
    return registered(SVENSKA, **(wanted | fields))


def addon(parent: Situation, **fields: Any) -> Situation:
    """What hangs on it: paid to 2025-07-01 and cancelled, unless said."""
    wanted = registration(
        provider="svenska-domaner",
        **{
            "id": "a-1",
            "plan": "mail-addon",
            "parent_id": "d-1",
            "starts_on": date(2024, 7, 1),
            "expires_on": date(2025, 7, 1),
            "status": Status.NON_RENEWING,
            "imported": True,
            **fields,
        },
    )
    situation = Situation(None, None, parent.contract)
    decision = decide(situation, Register(STAFF, wanted, "body"), SVENSKA, at("2025-01-10"))
    assert isinstance(decision, Change)
    return Situation(decision.contract, decision.order, parent.contract)


def free_account(parent: Situation) -> Situation:
    over = carried_out(addon(parent), ComeDue(JOB), SVENSKA, at("2025-07-01"))
    assert over.contract is not None and SVENSKA.follows_parent(over.contract)
    return over


def foreseen(
    situation: Situation,
    parent: Situation | None = None,
    *,
    policy: Policy = SVENSKA,
    now: datetime = NOW,
    until: date = UNTIL,
) -> Forecast:
    return forecast(situation, policy, now, until, (parent, policy) if parent else None)


def rows(found: Forecast) -> list[Row]:
    """Day and type of each step."""
    return [
        (step.on.isoformat(), step.change.events[0].type if step.change else "parked")
        for step in found.steps
    ]


def test_S4_S15_a_cancelled_domain_goes_through_its_phases_to_the_end() -> None:
    found = foreseen(domain())
    assert found.whole
    assert rows(found) == [("2025-09-01", "contract.expired"), ("2025-12-01", "contract.closed")]


def test_what_nothing_will_happen_to_has_an_empty_and_whole_forecast() -> None:
    pending = registered(status=Status.PENDING)
    assert foreseen(pending, policy=KREATIVMEDIA) == Forecast((), True)
    assert foreseen(Situation(None)) == Forecast((), True)


@pytest.mark.parametrize(
    ("until", "steps"),
    [("2025-08-31", 0), ("2025-09-01", 1), ("2025-11-30", 1), ("2025-12-01", 2)],
)
def test_the_last_day_belongs_to_it(until: str, steps: int) -> None:
    found = foreseen(domain(), until=date.fromisoformat(until))
    assert (len(found.steps), found.whole) == (steps, True)


def test_what_is_late_already_comes_today() -> None:
    late = foreseen(domain(), now=at("2025-09-20"))
    assert rows(late)[0] == ("2025-09-20", "contract.expired")


def test_an_active_contract_waits_for_its_renewal_as_long_as_patience_lasts() -> None:
    active = domain(status=Status.ACTIVE)
    assert rows(foreseen(active))[0] == ("2025-09-15", "contract.expired")
    assert active.order is not None
    off = replace(active, order=replace(active.order, autorenewal=False))
    assert rows(foreseen(off))[0] == ("2025-09-01", "contract.expired")


def test_S11_an_addon_is_downgraded_and_follows_its_domain_from_then_on() -> None:
    parent = domain()
    assert rows(foreseen(addon(parent), parent)) == [
        ("2025-07-01", "contract.downgraded"),
        ("2025-09-01", "contract.followed"),
        ("2025-12-01", "contract.closed"),
    ]


def test_S12_that_of_a_budget_domain_ends_by_itself() -> None:
    parent = domain("budget-domain")
    assert rows(foreseen(addon(parent), parent)) == [
        ("2025-07-01", "contract.expired"),
        ("2025-07-31", "contract.closed"),
    ]


def test_S11_a_domain_that_waits_for_its_renewal_keeps_its_account_waiting() -> None:
    parent = domain(status=Status.ACTIVE)
    found = foreseen(free_account(parent), parent, now=at("2025-07-02"))
    assert rows(found) == [("2025-09-15", "contract.followed"), ("2025-12-01", "contract.closed")]


def test_S11_an_addon_of_a_domain_that_was_switched_off_is_so_as_well_once_it_is_free() -> None:
    parent = carried_out(domain(), Cancel(ALICE, "immediate"), SVENSKA, at("2025-06-01"))
    assert rows(foreseen(addon(parent), parent)) == [
        ("2025-07-01", "contract.downgraded"),
        ("2025-07-01", "contract.followed"),
        ("2025-09-01", "contract.followed"),
        ("2025-12-01", "contract.closed"),
    ]


def test_G13_a_doubt_is_the_last_step_and_says_what_is_wrong() -> None:
    found = foreseen(domain(registry_expires_on=date(2047, 1, 1)))
    assert rows(found) == [("2025-09-01", "parked")]
    assert found.whole
    assert found.steps[0].parked is not None and "2047-01-01" in found.steps[0].parked


def test_G13_an_addon_whose_domain_cannot_be_read_is_parked_on_its_day() -> None:
    orphan = replace(addon(domain()), parent=None)
    assert rows(foreseen(orphan)) == [("2025-07-01", "parked")]


def test_G13_a_doubtful_domain_stays_as_it_is_and_so_does_its_account() -> None:
    parent = domain(registry_expires_on=date(2047, 1, 1))
    assert foreseen(free_account(parent), parent, now=at("2025-07-02")) == Forecast((), True)


def test_G13_a_registry_that_lags_too_long_while_a_renewal_is_owed_stops_the_waiting() -> None:
    active = domain(status=Status.ACTIVE, registry_expires_on=date(2025, 6, 1))
    assert active.contract is not None
    moved = replace(active.contract, expiry_moved_on=date(2025, 7, 25))
    assert rows(foreseen(replace(active, contract=moved))) == [("2025-09-09", "parked")]


def with_phases(count: int) -> Policy:
    """Every phase of a domain lasts a day, and there are so many."""
    phases = tuple(
        Phase(f"phase-{number}", Length(Unit.DAYS, 1), Anchor.PREVIOUS, False, None)
        for number in range(count)
    )
    kind = SVENSKA.kinds["domain"]
    life = replace(kind.lives[0], phases=phases)
    return replace(SVENSKA, kinds={**SVENSKA.kinds, "domain": replace(kind, lives=(life,))})


@pytest.mark.parametrize(("phases", "steps", "whole"), [(199, 200, True), (200, 200, False)])
def test_more_than_200_steps_are_not_told_and_it_is_said(
    phases: int, steps: int, whole: bool
) -> None:
    found = foreseen(domain(), policy=with_phases(phases))
    assert (len(found.steps), found.whole) == (steps, whole)
    assert MOST_STEPS == 200


@dataclass
class Case:
    """A contract in some state, and what it hangs on."""

    situation: Situation
    policy: Policy
    parent: Situation | None


def random_case(dice: random.Random) -> Case:
    """Some contract of some provider after some commands; what cannot be is thrown again."""
    while True:
        try:
            policy = newest(dice.choice(sorted(shipped())))
            plan = dice.choice(sorted(policy.plans))
            parent: Situation | None = None
            if policy.kinds[policy.plans[plan].kind].needs_parent:
                tops = [name for name, each in policy.plans.items() if each.kind == "domain"]
                parent = acted(dice, random_contract(dice, policy, dice.choice(tops), None), policy)
            own = random_contract(dice, policy, plan, parent)
            own = acted(dice, own, policy)
            if parent is not None:  # its last event has been heard
                followed = decide(replace(own, parent=parent.contract), Follow(JOB), policy, NOW)
                own = replace(own, contract=followed.contract)
        except (Invalid, Refused):
            continue
        kin = parent.contract if parent else None
        return Case(replace(own, parent=kin, newest=policy), policy, parent)


def random_contract(
    dice: random.Random, policy: Policy, plan_id: str, parent: Situation | None
) -> Situation:
    plan = policy.plans[plan_id]
    tld = plan.tld or dice.choice(("se", "org.nz", "uk", "be", "example"))
    expires_on = add_days(TODAY, dice.randint(-120, 200))
    registry = add_days(expires_on, dice.choice((0, 0, 30, 200, -30, 9000)))
    wanted = registration(
        id="a-1" if parent else "d-1",
        provider=policy.provider,
        plan=plan_id,
        label=f"example.{tld}" if plan.kind == "domain" else "Something",
        parent_id="d-1" if parent else None,
        starts_on=add_days(expires_on, -dice.choice((90, 365))),
        expires_on=expires_on,
        registry_expires_on=registry if plan.kind == "domain" and dice.random() < 0.7 else None,
        status=dice.choice(list(Status)),
        imported=True,
    )
    situation = Situation(None, None, parent.contract if parent else None)
    decision = decide(situation, Register(STAFF, wanted, "body"), policy, NOW)
    assert isinstance(decision, Change) and decision.order is not None
    order: Order = replace(decision.order, autorenewal=dice.random() < 0.5)
    return Situation(decision.contract, order, situation.parent, policy)


def acted(dice: random.Random, situation: Situation, policy: Policy) -> Situation:
    """After up to two commands, as far as they are allowed."""
    told = NoteRegistry(STAFF, add_days(TODAY, dice.randint(-60, 400)), NOW)
    commands: list[Command] = [Cancel(ALICE), Cancel(ALICE, "immediate"), told]
    commands += [TransferOut(STAFF), Restore(STAFF, "inv-1"), Restore(STAFF, "inv-1")]
    for command in dice.sample(commands, dice.randint(0, 2)):
        try:
            decision = decide(situation, command, policy, NOW)
        except Refused:
            continue
        situation = replace(situation, contract=decision.contract)
    return situation


def by_hand(case: Case, until: date) -> list[tuple[date, object]]:
    """The job as it would run on every single day, whatever any calendar says."""
    steps: list[tuple[date, object]] = []
    own, parent, parent_parked = case.situation, case.parent, False
    day = local_day(NOW, case.policy.zone)

    def step(command: Command, moment: datetime) -> bool:
        nonlocal own
        decision = decide(own, command, case.policy, moment)
        if isinstance(decision, Change):
            steps.append((day, decision.events))
            own = replace(own, contract=decision.contract)
        return isinstance(decision, Change)

    while day <= until:
        moment = max(NOW, day_start(day, case.policy.zone))
        while parent is not None:
            try:
                above = None if parent_parked else decide(parent, ComeDue(JOB), case.policy, moment)
            except Broken:
                parent_parked = True
                continue
            if not isinstance(above, Change):
                break
            parent = replace(parent, contract=above.contract)
            own = replace(own, parent=parent.contract)
            step(Follow(JOB), moment)
        try:
            while step(ComeDue(JOB), moment):
                pass
        except Broken as doubt:
            return [*steps, (day, str(doubt))]
        day += timedelta(days=1)
    return steps


def test_folding_forward_is_the_same_as_asking_on_every_day() -> None:
    dice, seen = random.Random(20250610), set[object]()
    until = add_days(TODAY, 420)
    for number in range(600):
        case = random_case(dice)
        above = (case.parent, case.policy) if case.parent else None
        found = forecast(case.situation, case.policy, NOW, until, above)
        folded = [(s.on, s.change.events if s.change else s.parked) for s in found.steps]
        assert folded == by_hand(case, until), f"case {number}: {case.situation.contract}"
        seen |= {step.change.events[0].type if step.change else "parked" for step in found.steps}
    assert seen == {
        "contract.inactivated",
        "contract.downgraded",
        "contract.followed",
        "contract.expired",
        "contract.closed",
        "parked",
    }
