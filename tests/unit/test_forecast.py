"""A forecast is the calendar's own decisions, folded forward."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tacit.domain.collecting import Purse, by_priority, collect
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
from tacit.domain.coverage import Coming, coverage
from tacit.domain.days import Length, Unit, add_days, day_start, local_day
from tacit.domain.decision import Change, Situation
from tacit.domain.forecast import Forecast, forecast
from tacit.domain.household import MOST_STEPS, Lack
from tacit.domain.life import decide
from tacit.domain.money import Money
from tacit.domain.policy import Anchor, Phase, Policy
from tacit.domain.refusals import Broken, Invalid, Refused
from tacit.domain.values import JOB, Account, Contract, Status
from tacit.policies import newest, shipped
from tests.searches import far, seed
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
CASES = far(110, 3000)
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
    accounts: Sequence[Account] = (),
) -> Forecast:
    members = [(each, policy) for each in (situation, parent) if each is not None]
    of = situation.contract.id if situation.contract is not None else None
    return forecast(members, accounts, now, until, of=of)


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
    pending = without_autorenewal(registered(status=Status.PENDING))
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


def account(balance: str, account_id: str = "a-1", currency: str = "SEK") -> Account:
    money = Money.parse(balance, currency)
    return Account(account_id, "svenska-domaner", "alice", currency, money, 1, 2)


def without_autorenewal(situation: Situation) -> Situation:
    assert situation.order is not None
    return replace(situation, order=replace(situation.order, autorenewal=False))


def test_an_active_contract_without_money_is_asked_for_until_its_end_and_no_longer() -> None:
    active = domain(status=Status.ACTIVE)
    found = foreseen(active, until=date(2025, 9, 30))
    assert rows(found) == [
        ("2025-08-02", "contract.renewal_noticed"),
        ("2025-09-01", "contract.expired"),
    ]
    first = found.steps[0].change
    assert first is not None
    assert [event.type for event in first.events][1:] == ["contract.renewal_unpaid"]
    off = foreseen(without_autorenewal(active), until=date(2025, 9, 30))
    assert rows(off) == rows(found)
    quiet = off.steps[0].change
    assert quiet is not None and len(quiet.events) == 1


def test_R1_what_the_balance_suffices_for_is_renewed_and_then_no_more() -> None:
    active = domain(status=Status.ACTIVE, registry_expires_on=None)
    found = foreseen(active, accounts=[account("600.00")], until=date(2028, 12, 31))
    assert rows(found)[:4] == [
        ("2025-08-02", "contract.renewal_noticed"),
        ("2026-08-02", "contract.renewal_noticed"),
        ("2027-08-02", "contract.renewal_noticed"),
        ("2027-09-01", "contract.expired"),
    ]
    paid = [step.change.charges for step in found.steps if step.change]
    assert [[charge.amount.amount for charge in each] for each in paid[:3]] == [
        ["249.00"],
        ["249.00"],
        [],
    ]
    assert [each.balance.amount for each in found.accounts] == ["102.00"]


def test_what_is_paid_from_the_same_account_first_is_counted_and_not_told() -> None:
    """The other domain ends a day earlier, so that the money is gone when this one is asked for."""
    active, other = (
        domain(status=Status.ACTIVE),
        domain(
            id="d-0",
            label="example.co.nz",
            starts_on=date(2024, 8, 31),
            expires_on=date(2025, 8, 31),
            registry_expires_on=date(2025, 8, 31),
            status=Status.ACTIVE,
        ),
    )
    members, till = [(active, SVENSKA), (other, SVENSKA)], [account("249.00")]
    found = forecast(members, till, NOW, date(2025, 9, 30), of="d-1")
    assert rows(found)[-1] == ("2025-09-01", "contract.expired")
    assert {step.contract_id for step in found.steps} == {"d-1"}
    everybodys = forecast(members, till, NOW, date(2025, 9, 30))
    assert [row for row in everybodys.steps if row.contract_id == "d-1"] == list(found.steps)
    assert rows(everybodys)[0] == ("2025-08-01", "contract.renewal_noticed")


def test_G10_a_renewed_term_goes_on_by_the_newest_policy() -> None:
    """Its rules begin two months before the end, and not one."""
    renewal = replace(SVENSKA.renewal, lead_days=60)
    newer = replace(SVENSKA, version=2, renewal=renewal)
    active = replace(domain(status=Status.ACTIVE, registry_expires_on=None), newest=newer)
    found = foreseen(active, accounts=[account("600.00")])
    assert rows(found) == [
        ("2025-08-02", "contract.renewal_noticed"),
        ("2026-07-03", "contract.renewal_noticed"),
    ]


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
    free = free_account(parent)
    assert rows(foreseen(free, parent, now=at("2025-07-02"))) == [
        ("2025-09-01", "contract.followed"),
        ("2025-12-01", "contract.closed"),
    ]
    parent = domain(status=Status.ACTIVE, registry_expires_on=None)
    free = free_account(parent)
    paid = foreseen(free, parent, now=at("2025-07-02"), accounts=[account("249.00")])
    assert rows(paid)[:2] == [
        ("2025-08-02", "contract.followed"),
        ("2026-09-01", "contract.followed"),
    ]


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


@pytest.mark.parametrize("autorenewal", [True, False])
def test_G13_a_registry_that_lags_too_long_while_a_renewal_is_owed_stops_the_waiting(
    autorenewal: bool,
) -> None:
    active = domain(status=Status.ACTIVE, registry_expires_on=date(2025, 6, 1))
    assert active.contract is not None
    moved = replace(active, contract=replace(active.contract, expiry_moved_on=date(2025, 7, 5)))
    found = foreseen(moved if autorenewal else without_autorenewal(moved))
    assert rows(found) == [("2025-08-02", "contract.renewal_noticed"), ("2025-08-20", "parked")]


def test_what_was_ordered_and_is_asked_for_in_vain_for_ten_years_is_told_once() -> None:
    waiting = []
    for number in range(100):
        name = {"id": f"d-{number}", "label": f"d-{number}.org.nz"}
        ordered = registered(SVENSKA, **name, plan="premium-domain", status=Status.PENDING)
        waiting.append((ordered, SVENSKA))
    found = forecast(waiting, (), NOW, date(2035, 6, 10), of="d-7")
    assert found.whole
    assert rows(found) == [("2025-06-10", "contract.renewal_noticed")]


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
    """Contracts in some states, some of them hanging on another, and what there is to pay from."""

    policy: Policy
    members: dict[str, Situation]
    accounts: list[Account]

    def given(self) -> list[tuple[Situation, Policy]]:
        return [(situation, self.policy) for situation in self.members.values()]


def random_case(dice: random.Random) -> Case:
    """Some contracts of some provider after some commands."""
    policy = newest(dice.choice(sorted(shipped())))
    case = Case(policy, {}, random_accounts(dice, policy))
    for number in range(dice.choice((1, 1, 2, 3))):
        plan = dice.choice(sorted(policy.plans))
        parent: Situation | None = None
        if policy.kinds[policy.plans[plan].kind].needs_parent:
            tops = [name for name, each in policy.plans.items() if each.kind == "domain"]
            parent = thrown(dice, case, f"d-{number}", dice.choice(tops), None)
        thrown(dice, case, f"c-{number}", plan, parent)
    return case


def random_accounts(dice: random.Random, policy: Policy) -> list[Account]:
    """None, too little, enough for some time; one of another currency."""
    price = max(plan.price.minor for plan in policy.plans.values())
    return [
        Account(
            f"a-{number}",
            policy.provider,
            "alice",
            currency,
            Money(int(price * dice.choice((0, 0.4, 1, 1, 2.5, 9))), currency),
            1,
            2,
        )
        for number, currency in enumerate(
            dice.choice((policy.currency, policy.currency, policy.currency, "USD"))
            for _ in range(dice.choice((0, 1, 1, 2)))
        )
    ]


def thrown(
    dice: random.Random, case: Case, contract_id: str, plan: str, parent: Situation | None
) -> Situation:
    """One more of the case; what cannot be is thrown again."""
    while True:
        try:
            own = random_contract(dice, case.policy, contract_id, plan, parent)
            own = acted(dice, own, case.policy)
        except (Invalid, Refused):
            continue
        if parent is not None:  # its last event has been heard
            followed = decide(own, Follow(JOB), case.policy, NOW)
            own = replace(own, contract=followed.contract)
        case.members[contract_id] = own
        return own


def random_contract(
    dice: random.Random,
    policy: Policy,
    contract_id: str,
    plan_id: str,
    parent: Situation | None,
) -> Situation:
    plan = policy.plans[plan_id]
    kind = policy.kinds[plan.kind]
    tld = plan.tld or dice.choice(("se", "org.nz", "uk", "be", "example"))
    expires_on = add_days(TODAY, dice.randint(-120, 200))
    registry = add_days(expires_on, dice.choice((0, 0, 30, 200, -30, 9000)))
    alive = [Status.ACTIVE, Status.ACTIVE, Status.ACTIVE, Status.PENDING]
    wanted = registration(
        id=contract_id,
        provider=policy.provider,
        plan=plan_id,
        label=f"example.{tld}" if plan.kind == "domain" else "Something",
        parent_id=parent.contract.id if parent and parent.contract else None,
        starts_on=add_days(expires_on, -dice.choice((90, 365))),
        expires_on=expires_on,
        registry_expires_on=registry if plan.kind == "domain" and dice.random() < 0.7 else None,
        status=dice.choice(alive + list(Status)),
        renewal_warranty=kind.warranty is not None and dice.random() < 0.5,
        imported=True,
    )
    situation = Situation(None, None, parent.contract if parent else None)
    decision = decide(situation, Register(STAFF, wanted, "body"), policy, NOW)
    assert isinstance(decision, Change) and decision.order is not None
    order = replace(decision.order, autorenewal=dice.random() < 0.7)
    there = order if dice.random() < 0.97 else None
    return Situation(decision.contract, there, situation.parent, policy)


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


Told = tuple[date, str, object, object]


class ByHand:
    """Both jobs as they would run on every single day, whatever any calendar says."""

    def __init__(self, case: Case) -> None:
        self.policy, self.accounts = case.policy, tuple(case.accounts)
        self.members = dict(case.members)
        self.parked: set[str] = set()
        self.changes = 0
        self.told: list[Told] = []
        self.paid: list[tuple[str, Coming]] = []
        self.short: list[Lack] = []
        self.day = local_day(NOW, case.policy.zone)

    def until(self, day: date) -> None:
        while self.day <= day:
            while self.pass_by():
                pass
            self.day += timedelta(days=1)

    def pass_by(self) -> bool:
        """The jobs run more than once a day; whether anything came of it."""
        self.changes = 0
        self.expiries()
        ended = self.changes
        self.renewals()
        if self.changes > ended:
            self.expiries()
        return self.changes > 0

    @property
    def moment(self) -> datetime:
        return max(NOW, day_start(self.day, self.policy.zone))

    def contract(self, contract_id: str) -> Contract:
        found = self.members[contract_id].contract
        assert found is not None
        return found

    def expiries(self) -> None:
        hung = {each: self.contract(each).parent_id is not None for each in self.members}
        for contract_id in sorted(self.members, key=lambda each: (hung[each], each)):
            while contract_id not in self.parked and self.step(contract_id, ComeDue(JOB)):
                pass

    def step(self, contract_id: str, command: Command) -> bool:
        try:
            decision = decide(self.members[contract_id], command, self.policy, self.moment)
        except Broken as doubt:
            self.park(contract_id, doubt)
            return False
        if isinstance(decision, Change):
            self.take(decision)
        return isinstance(decision, Change)

    def renewals(self) -> None:
        purse = Purse(self.accounts)
        asked = [self.contract(each) for each in self.members if each not in self.parked]
        for contract, policy in by_priority([(each, self.policy) for each in asked]):
            situation = self.members[contract.id]
            try:
                found = collect(situation, contract, purse, JOB, policy, self.moment)
            except Broken as doubt:
                self.park(contract.id, doubt)
                continue
            purse = found.purse
            if isinstance(found.decision, Change):
                self.take(found.decision)
        self.accounts = purse.accounts

    def take(self, change: Change) -> None:
        """Whatever hangs on it hears of it on the same day."""
        own = change.contract
        self.members[own.id] = replace(self.members[own.id], contract=own)
        self.parked.discard(own.id)
        self.changes += 1
        if change.events:
            self.told.append((self.day, own.id, change.events, change.charges))
        self.book(change)
        for other, situation in self.members.items():
            if self.contract(other).parent_id == own.id:
                self.members[other] = replace(situation, parent=own)
                self.step(other, Follow(JOB))

    def book(self, change: Change) -> None:
        """What was paid from which account, and what could not be."""
        own, notice = change.contract, change.contract.notice
        for charge in change.charges:
            assert change.movement is not None
            after = change.movement.account
            coming = Coming(self.day, own.id, charge.reason, charge.amount, after.balance)
            self.paid.append((after.id, coming))
        if notice is not None and notice.short is not None and notice.tried_on == self.day:
            short = notice.short
            lack = Lack(self.day, own.id, notice.amount, short.short, short.account_id)
            self.short.append(lack)

    def park(self, contract_id: str, doubt: Broken) -> None:
        self.parked.add(contract_id)
        self.told.append((self.day, contract_id, str(doubt), ()))


def folded(found: Forecast) -> list[Told]:
    return [
        (
            step.on,
            step.contract_id,
            step.change.events if step.change else step.parked,
            step.change.charges if step.change else (),
        )
        for step in found.steps
    ]


def to_its_doubt(told: list[Told], contract_id: str) -> list[Told]:
    """What one contract's own forecast tells: where a person is waited for, it ends."""
    found = []
    for row in told:
        if row[1] == contract_id:
            found.append(row)
            if isinstance(row[2], str):
                break
    return found


def assert_covered(account: Account, case: Case, lived: ByHand, until: date) -> None:
    """The same life, seen from one account. By hand it is not written down how much of what a
    warranty laid out is short."""
    seen = coverage(account, case.given(), case.accounts, case.policy, NOW, until)
    assert list(seen.charges) == [
        paid for account_id, paid in lived.paid if account_id == account.id
    ]
    if not any(own.contract and own.contract.renewal_warranty for own in case.members.values()):
        short = [each for each in lived.short if each.amount.currency == account.currency]
        assert seen.short == (short[0] if short else None)
        assert seen.covered_until == (add_days(short[0].on, -1) if short else until)


@pytest.mark.search
def test_folding_forward_is_the_same_as_asking_on_every_day() -> None:
    dice, seen = random.Random(seed(20250610)), set[object]()
    until = add_days(TODAY, 420)
    for number in range(CASES):
        case = random_case(dice)
        lived = ByHand(case)
        lived.until(until)
        found = forecast(case.given(), case.accounts, NOW, until)
        assert found.whole
        assert folded(found) == lived.told, f"case {number}"
        assert list(found.accounts) == list(lived.accounts), f"case {number}"
        own = dice.choice(sorted(case.members))
        alone = forecast(case.given(), case.accounts, NOW, until, of=own)
        assert folded(alone) == to_its_doubt(lived.told, own), f"case {number}"
        for account in case.accounts:
            assert_covered(account, case, lived, until)
        changes = [step.change for step in found.steps]
        seen |= {event.type for change in changes if change for event in change.events}
        seen |= {"parked" for change in changes if change is None}
    assert seen == {
        "contract.activated",
        "contract.closed",
        "contract.downgraded",
        "contract.expired",
        "contract.expiry_noticed",
        "contract.followed",
        "contract.inactivated",
        "contract.owed_paid",
        "contract.renewal_noticed",
        "contract.renewal_unpaid",
        "contract.renewed",
        "contract.warranted",
        "contract.warranty_contact",
        "parked",
    }
