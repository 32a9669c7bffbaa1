"""Histories of contracts and the money that pays for them: rules, each one step of somebody."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tacit.domain.values import Status
from tests.histories import (
    closing,
    laws_of_money,
    laws_of_records,
    laws_of_terms,
    laws_of_windows,
    runs,
)
from tests.histories.doors import Doors
from tests.histories.figures import FIRST, Plan
from tests.histories.heads import Head
from tests.histories.machine import STARTS, History
from tests.histories.people import HOLDERS, STAFF
from tests.histories.reckoning import day_of, months_later

MOST = 7
WHICH = st.integers(0, MOST - 1)
MINOR = st.sampled_from((100, 1350, 2400, 20000, 24900, 90000, 250000))


class Contracts(History):
    """Of one provider, whom the first step picks: two holders, four accounts, up to seven
    contracts."""

    laws = (*laws_of_records.LAWS, *laws_of_money.LAWS, *laws_of_terms.LAWS, *laws_of_windows.LAWS)

    @initialize(
        provider=st.sampled_from(tuple(FIRST)),
        start=st.sampled_from(STARTS),
        plans=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60)), min_size=1, max_size=3),
        minor=MINOR,
    )
    def begin(
        self, provider: str, start: datetime, plans: list[tuple[int, int]], minor: int
    ) -> None:
        self.figures = figures = FIRST[provider]
        title = f"A history of {figures.provider}"
        self.set_up(figures.provider, figures.zone, title, start)
        self.doors = Doors(self.stage, figures.provider)
        self.references = self.orders = 0
        for holder in HOLDERS:
            for number in (1, 2):
                self.doors.ask(
                    STAFF,
                    f"opens account {holder}-{number}",
                    self.doors.open(f"{holder}-{number}", holder, figures.currency),
                )
        self.book("alice", 1, minor)
        for plan, days in plans:
            self.registers(plan, "alice", days, False, 1)

    # -- what there is

    @property
    def heads(self) -> list[Head]:
        return sorted(self.stage.eye.heads(), key=lambda head: str(head.id))

    def head(self, which: int) -> Head:
        heads = self.heads
        return heads[which % len(heads)]

    @property
    def today(self) -> date:
        return day_of(self.stage.now, self.world.zone)

    # -- contracts come in

    def registers(self, plan: int, holder: str, days: int, pending: bool, quantity: int) -> None:
        """One whose paid term ends in so many days; every other one is paid by the month, and ends
        with it as far as it can (G7). What is pending begins then."""
        if len(self.heads) >= MOST:
            return
        names = list(self.figures.plans)
        name = names[plan % len(names)]
        if name.startswith("free-") and not self.parents(holder):
            name = names[0]
        chosen = self.figures.plans[name]
        contract_id, pending = f"c-{len(self.heads) + 1}", pending and chosen.sold
        day = self.today + timedelta(days=days)
        monthly = days % 2 == 1 and not (pending or chosen.percent or name.startswith("free-"))
        term, anchor = (1, 31) if monthly else (chosen.months, day.day)
        starts = day if pending else months_later(day, -term, anchor)
        fields = self._fields(contract_id, name, chosen, holder, starts)
        fields |= {"term_months": 1} if monthly else {}
        many = quantity if self.figures.provider == "kriax" and chosen.kind == "vps" else 1
        self.doors.ask(
            STAFF,
            f"registers {contract_id} ({name}) for {holder}, {starts}",
            self.doors.register(
                id=contract_id,
                plan=name,
                holder=holder,
                starts_on=starts,
                quantity=many,
                status=Status.PENDING if pending else Status.ACTIVE,
                imported=not pending or not chosen.sold,
                **fields,
            ),
        )

    def _fields(
        self, contract_id: str, name: str, plan: Plan, holder: str, starts: date
    ) -> dict[str, object]:
        fields: dict[str, object] = {"label": contract_id}
        if plan.kind == "domain":
            tld = plan.tld or ("org.nz" if int(contract_id[2:]) % 2 else "se")
            fields["label"] = f"{contract_id}.{tld}"
            fields["renewal_warranty"] = self.figures.provider == "infomaniak"
        if name == "premium-domain-3":
            fields["registry_expires_on"] = months_later(starts, 12, starts.day)
        if plan.kind == "addon":
            parents = self.parents(holder)
            if parents:
                fields["parent_id"] = parents[-1].id
        return fields

    def parents(self, holder: str) -> list[Head]:
        """What an add-on can hang on."""
        mine = (h for h in self.heads if h.kind == "domain" and h.holder == holder)
        return [head for head in mine if head.status != "closed"]

    @rule(
        plan=st.integers(0, 4),
        holder=st.sampled_from(HOLDERS),
        days=st.integers(0, 60),
        pending=st.booleans(),
        quantity=st.integers(1, 3),
    )
    def register(self, plan: int, holder: str, days: int, pending: bool, quantity: int) -> None:
        self.registers(plan, holder, days, pending, quantity)

    # -- money

    def book(self, holder: str, number: int, minor: int, again: bool = False) -> None:
        """`again`: under the reference of the last one."""
        self.references += 0 if again and self.references else 1
        account, reference = f"{holder}-{number}", f"ref-{self.references}"
        self.world.booked.setdefault((account, reference), set()).add(minor)
        self.doors.ask(
            STAFF,
            f"books {minor} on {account} under {reference}",
            self.doors.book(STAFF, account, minor, reference, self.figures.currency),
        )

    @rule(
        holder=st.sampled_from(HOLDERS),
        number=st.integers(1, 2),
        minor=MINOR,
        out=st.booleans(),
        again=st.booleans(),
    )
    def move_money(self, holder: str, number: int, minor: int, out: bool, again: bool) -> None:
        self.book(holder, number, -minor if out else minor, again)

    # -- the end

    def at_the_end(self) -> None:
        stage, faults = self.stage, self.stage.faults
        faults += runs.follow_all(self.errands)
        faults += runs.as_parents(stage.eye)
        self.check()
        faults += runs.let_it_end(self)
        faults += closing.balances(stage.eye)
        faults += closing.as_seen(stage, self.engine.client)
        faults += closing.rebuilt(stage)
        mails = sum(len(hand.post.mails) for hand in stage.hands)
        faults += closing.mailed_once(stage.eye, mails)
