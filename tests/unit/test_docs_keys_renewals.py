"""The capacity units of renewals in docs/keys.md, counted from the items we write."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tacit.domain.collecting import Purse, collect
from tacit.domain.commands import (
    Activate,
    Cancel,
    ComeDue,
    Command,
    FinishTask,
    PayNotice,
    Renew,
    ReverseRenewal,
    SetWarranty,
)
from tacit.domain.decision import Change
from tacit.domain.life import decide
from tacit.domain.money import Money
from tacit.domain.policy import Policy
from tacit.domain.values import JOB, Account, Status, Task
from tacit.policies import newest
from tacit.store import keys
from tacit.store.account_items import account_item
from tacit.store.codec import Raw, to_raw
from tacit.store.mapping import contract_item, link_item, order_item
from tacit.store.repository import writes_of
from tacit.versions import policy_of
from tests.unit.cases import ALICE, STAFF, at, registered
from tests.unit.test_docs_keys import PAGE, ROW, index_units, record, state_after, units_of

REGISTRAR, SWISS = newest("registrar-ru"), newest("infomaniak")
DOMAIN = {"plan": "domain-ru", "label": "example.ru", "technical_contact": "carol"}
NAMED = {"plan": "domain-ch", "label": "example.ch", "technical_contact": "carol"}
PERIOD = date(2026, 1, 15)
Figures = tuple[int, int, int, int]


class Shelf:
    """One contract as its changes leave it, and what each change costs."""

    def __init__(self, policy: Policy, **fields: Any) -> None:
        self.situation = replace(registered(policy, **fields), newest=policy)
        self.account = Account(
            "a-1", policy.provider, "alice", policy.currency, Money(0, policy.currency), 7, 8
        )
        contract, order = self.situation.contract, self.situation.order
        assert contract is not None
        assert order is not None
        items = [contract_item(contract, policy), order_item(order), account_item(self.account)]
        items += [link_item(contract, person) for person in contract.parties]
        self.there: dict[keys.Key, Raw] = {(i["pk"], i["sk"]): to_raw(i) for i in items}
        self.task: Task | None = None

    def filled(self) -> "Shelf":
        self.account = replace(self.account, balance=Money(1_000_000, self.account.currency))
        return self

    def switched(self, on: bool) -> "Shelf":
        """As somebody turned it meanwhile; what that costs is the orders' table."""
        order = self.situation.order
        assert order is not None
        self.situation = replace(self.situation, order=replace(order, autorenewal=on))
        return self

    def asked(self, command: Command, day: str) -> Figures:
        contract = self.situation.contract
        assert contract is not None
        named = replace(self.situation, account=self.account, notice=contract.notice)
        named = replace(named, task=self.task)
        if contract.owed is not None:
            named = replace(named, notice=contract.owed.notice)
        return self.figures(decide(named, command, policy_of(contract), at(day)), at(day))

    def collected(self, day: str) -> Figures:
        contract = self.situation.contract
        assert contract is not None
        purse, rules = Purse((self.account,)), policy_of(contract)
        found = collect(self.situation, contract, purse, JOB, rules, at(day))
        return self.figures(found.decision, at(day), run="renewals-20260115T030000Z")

    def figures(self, change: object, now: datetime, run: str | None = None) -> Figures:
        assert isinstance(change, Change), change
        writes = writes_of(change, policy_of(change.contract), now, run)
        raws = {write.key: state_after(write, self.there) for write in writes}
        assert len(raws) == len(writes) <= 99
        table = sum(2 * units_of(raw or self.there[key]) for key, raw in raws.items())
        indexes = sum(index_units(self.there.get(key, {}), raw) for key, raw in raws.items())
        # The relay takes the markers away before the next step.
        self.there |= {
            key: {name: value for name, value in raw.items() if not name.startswith("outbox_")}
            for key, raw in raws.items()
        }
        self.situation = replace(self.situation, contract=change.contract)
        self.task = change.task or self.task
        if change.movement is not None:
            self.account = change.movement.account
        return len(writes), table, indexes, 2 * units_of(record(change, now))


def renewed_and_reversed() -> dict[str, Figures]:
    by_hand = Shelf(REGISTRAR, **DOMAIN).filled()
    at_once = Shelf(REGISTRAR, **DOMAIN).filled()
    short = Shelf(REGISTRAR, **DOMAIN)
    off = Shelf(REGISTRAR, **DOMAIN).switched(False)
    return {
        "renew by hand": by_hand.asked(Renew(ALICE, PERIOD, "a-1"), "2025-12-20"),
        "renew, its notice included (job)": at_once.collected("2025-12-20"),
        "make a notice (job)": off.collected("2025-12-20"),
        "pay a notice by reference": off.asked(PayNotice(STAFF, PERIOD, "bank-7"), "2025-12-21"),
        "make a notice that finds no money (job)": short.collected("2025-12-20"),
        "try it again in vain (job)": short.collected("2025-12-21"),
        "renew (job)": short.filled().collected("2025-12-22"),
        "reverse a renewal": short.asked(ReverseRenewal(STAFF, PERIOD, "refused"), "2025-12-23"),
        "cancel, its notice annulled": short.asked(Cancel(ALICE), "2025-12-24"),
    }


def begun_and_left() -> dict[str, Figures]:
    ordered = {"plan": "vps-1", "technical_contact": "carol", "status": Status.PENDING}
    by_hand = Shelf(REGISTRAR, **ordered).filled()
    by_the_job = Shelf(REGISTRAR, **ordered).filled()
    trial = Shelf(REGISTRAR, **{**ordered, "plan": "hosting-12"})
    return {
        "activate by hand": by_hand.asked(Activate(ALICE, "a-1"), "2025-01-15"),
        "activate, its notice included (job)": by_the_job.collected("2025-01-16"),
        "begin a trial (job)": trial.collected("2025-01-16"),
        "cancel at once, money given back": by_hand.asked(Cancel(ALICE, "immediate"), "2025-06-01"),
    }


def warranted_and_owed() -> dict[str, Figures]:
    shelf = Shelf(SWISS, **NAMED, billing_contact="bob")
    told = shelf.asked(ComeDue(JOB), "2025-12-16")
    found = {"start or stop a warranty": shelf.asked(SetWarranty(ALICE, True), "2025-12-20")}
    found["tell of an expiry (job)"] = told
    found["step in for a domain, its notice included (job)"] = shelf.switched(False).collected(
        "2026-01-15"
    )
    found["contact the holder (job)"] = shelf.collected("2026-01-16")
    assert shelf.collected("2026-01-22") == found["contact the holder (job)"]
    found["contact the holder, a task (job)"] = shelf.collected("2026-01-29")
    assert shelf.task is not None
    found["finish a task"] = shelf.asked(FinishTask(STAFF, shelf.task.id), "2026-01-30")
    found["pay what is owed (job)"] = shelf.filled().collected("2026-01-31")
    return found


def test_the_units_of_each_change_of_a_renewal_are_those_of_its_items() -> None:
    text = PAGE.read_text("utf-8").partition("## What a renewal writes")[2].partition("\n## ")[0]
    shown = {row[0].strip(): tuple(map(int, row[1:])) for row in ROW.findall(text)}
    assert shown == renewed_and_reversed() | begun_and_left() | warranted_and_owed()
