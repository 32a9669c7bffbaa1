"""Plan changes in a history: quoted, asked for, confirmed, with wrong codes too (X1 to X12)."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tacit.domain import commands
from tacit.domain.codes import code_of
from tacit.domain.plan_quote import Wanted
from tacit.domain.refusals import Invalid, NotFound, Refused
from tests.histories.asking import ASKER
from tests.histories.between import Between
from tests.histories.contracts import WHICH
from tests.histories.heads import Head, day
from tests.histories.people import caller
from tests.histories.reckoning import converted_days, start_of
from tests.repository.plans import SECRET, changes

PLANS = st.sampled_from(("vps-s", "vps-m", "vps-l"))


class Changing(Between):
    """`wrong` counts the wrong codes of a contract on a day: five are all there are (G11)."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: dict[tuple[str, str], int] = {}

    @precondition(lambda self: self.world.provider == "kriax")
    @rule(which=WHICH, asker=ASKER, plan=PLANS, quantity=st.integers(1, 3))
    def request(self, which: int, asker: str, plan: str, quantity: int) -> None:
        """Quoted and asked for; nothing of the contract changes (X10)."""
        head = self.head(which)
        who = self.who(asker, head)
        hand = self.stage.hands[0]
        try:
            wanted = Wanted(plan, quantity)
            quoted = changes(hand).quote(caller(who, self.world.provider), head.id, lambda: wanted)
        except (Refused, Invalid, NotFound) as refused:
            self.stage.story.tell(self.stage.now, f"{who} gets no quote for {head.id}: {refused}")
            return
        make = lambda actor: commands.RequestPlanChange(actor, quoted.id)  # noqa: E731
        door = self.doors.contract(who, head.id, "change_plan", make)
        words = f"wants {quantity} {plan} for {head.id}, to {quoted.new.expires_on}"
        self.doors.ask(who, words, door)
        self._same(head)

    @precondition(lambda self: self.world.provider == "kriax")
    @rule(which=WHICH, plan=PLANS, quantity=st.integers(1, 3), minutes=st.sampled_from((-1, 0)))
    def change(self, which: int, plan: str, quantity: int, minutes: int) -> None:
        """At once; after an earlier change in the last minute of the thirty days, or in the first
        behind them (X3)."""
        last = day(self.head(which).plan_changed_on)
        if last is not None:
            first_day = start_of(last + timedelta(days=30), self.world.zone)
            brink = first_day + timedelta(minutes=minutes)
            self.stage.stand(max(self.stage.now, brink))
        self.request(which, "holder", plan, quantity)
        self.confirm(which, True)

    def _same(self, before: Head) -> None:
        after = self.stage.eye.head(before.id)
        assert after is not None
        for name in ("plan", "quantity", "expires_on", "price_minor", "servers", "options"):
            if before.item[name] != after.item[name]:
                self.fault(f"{before.id}: {name} changed before its code was entered (X10)")

    @precondition(lambda self: self.world.provider == "kriax")
    @rule(which=WHICH, right=st.sampled_from((True, True, False)))
    def confirm(self, which: int, right: bool) -> None:
        """By the holder, within its quarter of an hour or not."""
        head = self.head(which)
        change = head.plan_change
        if change is None:
            return
        asked = f"{head.id}:{change['number']}"
        code = code_of(SECRET, asked, change["quote_id"])
        if not right:
            code = f"{(int(code) + 1) % 1_000_000:06d}"
        answer = self.doors.ask(
            head.holder,
            f"enters {'the' if right else 'a wrong'} code for {asked}",
            self.doors.confirm(head.holder, head.id, asked, code),
            key=f"code-{self.stage.eye.writes}",
        )
        self._entered(head, right, answer)

    def _entered(self, head: Head, right: bool, answer: str) -> None:
        today = (str(head.id), self.today.isoformat())
        if answer == "wrong_code":
            self.wrong[today] = self.wrong.get(today, 0) + 1
            if right or self.wrong[today] > 5:
                self.fault(f"{head.id}: {answer}, tried in vain {self.wrong[today]} times today")
        elif not right and answer == "done":
            self.fault(f"{head.id}: changed with a wrong code")
        if answer != "done":
            self._same(head)
            return
        after = self.stage.eye.head(head.id)
        assert after is not None
        last = day(head.plan_changed_on)
        if last is not None and self.today < last + timedelta(days=30) and not head.options:
            self.fault(f"{head.id}: changed on {last} and again on {self.today} (X3)")
        self._worth(head, after)

    def _worth(self, before: Head, after: Head) -> None:
        """X1: the value left stays, less than a day of it."""
        old, new = (
            (int(head.item["price_minor"]), int(head.quantity), int(head.term_months))
            for head in (before, after)
        )
        exact = converted_days((before.ends - self.today).days, old, new)
        found = Fraction((after.ends - self.today).days)
        if not exact - 1 < found <= exact:
            self.fault(f"{before.id}: worth {float(exact):.2f} days, given {found} (X1)")

    @precondition(lambda self: self.world.provider == "kriax")
    @rule(minutes=st.sampled_from((1, 14, 15, 16)))
    def minutes_go_by(self, minutes: int) -> None:
        self.stage.stand(self.stage.now + timedelta(minutes=minutes))
