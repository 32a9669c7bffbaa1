"""What people ask for in a history of contracts, each in any role, on any contract, at any time."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tacit.domain import commands
from tests.histories import predictions
from tests.histories.contracts import WHICH
from tests.histories.doors import Door
from tests.histories.heads import Head
from tests.histories.passing import Passing
from tests.histories.people import STAFF
from tests.histories.reckoning import months_later, start_of

ASKER = st.sampled_from(("holder",) * 8 + ("erin", "stan", "bob", "carol", "dave", "olle", "hugo"))
MODE = st.sampled_from(("at_term", "at_term", "immediate"))


class Asking(Passing):
    """Every answer is held against what the model expects of the role, and of the contract."""

    def asks(
        self, who: str, head: Head, action: str, words: str, door: Door, staff_only: bool = False
    ) -> str | None:
        """The answer; None where the model has said all there is to say about it."""
        answer = self.doors.ask(who, words, door)
        wanted = predictions.of_role(who, head, staff_only)
        if wanted is not None or answer == predictions.FORBIDDEN:
            if answer != wanted:
                self.fault(f"{who} asked {action} of {head.id}: {answer}, expected {wanted}")
            return None
        return answer

    def expects(self, head: Head, words: str, answer: str | None, wanted: str | None) -> None:
        if answer is not None and wanted is not None and answer != wanted:
            self.fault(f"{words}: {answer}, expected {wanted} ({head.status} to {head.ends})")

    def who(self, asker: str, head: Head) -> str:
        return str(head.holder) if asker == "holder" else asker

    def cancelling(self, who: str, head: Head, mode: str) -> Door:
        make = lambda actor: commands.Cancel(actor, mode)  # noqa: E731
        return self.doors.contract(who, head.id, "cancel", make)

    def reactivating(self, who: str, head: Head) -> Door:
        return self.doors.contract(who, head.id, "reactivate", commands.Reactivate)

    @rule(which=WHICH, asker=ASKER, mode=MODE)
    def cancel(self, which: int, asker: str, mode: str) -> None:
        head = self.head(which)
        who, words = self.who(asker, head), f"cancels {head.id} ({mode})"
        answer = self.asks(who, head, "cancel", words, self.cancelling(who, head, mode))
        self.expects(head, words, answer, predictions.of_cancellation(head, mode))

    @rule(which=WHICH, asker=ASKER)
    def reactivate(self, which: int, asker: str) -> None:
        head = self.head(which)
        who, words = self.who(asker, head), f"reactivates {head.id}"
        answer = self.asks(who, head, "reactivate", words, self.reactivating(who, head))
        self.expects(head, words, answer, predictions.of_reactivation(head, self.today))

    @rule(which=WHICH, times=st.integers(1, 2))
    def change_of_mind(self, which: int, times: int) -> None:
        """Cancelled and taken back, and again: nothing has happened (G2)."""
        for _ in range(times):
            self.cancel(which, "holder", "at_term")
            self.reactivate(which, "holder")

    @rule(which=WHICH, asker=st.sampled_from(("erin", "erin", "stan", "holder", "olle")))
    def transfer_out(self, which: int, asker: str) -> None:
        head = self.head(which)
        who, words = self.who(asker, head), f"transfers {head.id} out"
        door = self.doors.contract(who, head.id, "transfer_out", commands.TransferOut)
        answer = self.doors.ask(who, words, door)
        if who in (STAFF, "stan"):
            self.expects(head, words, answer, predictions.of_transfer(head))
        elif answer == predictions.DONE:
            self.fault(f"{who} {words}: it is staff's")

    @rule(which=WHICH, asker=ASKER, number=st.integers(0, 2))
    def restore(self, which: int, asker: str, number: int) -> None:
        """0: under a reference, which is staff's word."""
        head = self.head(which)
        who, words = self.who(asker, head), f"restores {head.id}"
        account = f"{head.holder}-{number}" if number else None
        reference = f"bank-{head.id}-{head.version}" if account is None else None
        make = lambda actor: commands.Restore(actor, reference, account)  # noqa: E731
        door = self.doors.contract(who, head.id, "restore", make)
        answer = self.asks(who, head, "restore", f"{words} from {account}", door)
        if account is None:
            wanted = predictions.of_restoration(head, self.today, who)
            self.expects(head, words, answer, wanted)

    @rule(which=WHICH, minutes=st.sampled_from((-1, 0)))
    def at_the_brink(self, which: int, minutes: int) -> None:
        """In the last minute in which a contract comes back, and in the first in which it does
        not."""
        head = self.head(which)
        last = head.until if head.status == "expired" else head.ends
        if head.status not in ("expired", "non_renewing") or last is None:
            return
        brink = start_of(last, self.world.zone) + timedelta(minutes=minutes)
        if brink <= self.stage.now:
            return
        self.stage.stand(brink)
        if head.status == "expired":
            self.restore(which, STAFF, 0)
        else:
            self.reactivate(which, "holder")

    @rule(which=WHICH, asker=ASKER, number=st.integers(1, 2), stale=st.booleans())
    def renew(self, which: int, asker: str, number: int, stale: bool) -> None:
        """`stale`: from the end before the present one, as a request that comes twice."""
        head = self.head(which)
        who, ends = self.who(asker, head), head.ends
        if stale:
            ends = months_later(ends, -int(head.term_months), int(head.anchor_day))
        make = lambda actor: commands.Renew(actor, ends, f"{head.holder}-{number}")  # noqa: E731
        door = self.doors.contract(who, head.id, "renew", make)
        words = f"renews {head.id} from {ends} ({head.holder}-{number})"
        answer = self.asks(who, head, "renew", words, door)
        if stale:
            wanted = predictions.of_nothing_to_do(head, who, "already_renewed")
            self.expects(head, words, answer, wanted)

    @rule(which=WHICH, asker=st.sampled_from(("erin", "erin", "holder")), again=st.booleans())
    def pay_notice(self, which: int, asker: str, again: bool) -> None:
        """`again`: under the reference of the last payment."""
        head = self.head(which)
        notice = head.owed["notice"] if head.owed else head.notice
        if notice is None:
            return
        period = date.fromisoformat(notice["period_start"])
        reference = f"paid-{head.id}" if again else f"paid-{head.id}-{head.version}"
        make = lambda actor: commands.PayNotice(actor, period, reference)  # noqa: E731
        who = self.who(asker, head)
        door = self.doors.contract(who, head.id, "pay_notice", make)
        words = f"books the notice of {head.id}, {period}, as paid under {reference}"
        self.asks(who, head, "pay_notice", words, door, staff_only=True)

    @rule(which=WHICH, asker=st.sampled_from(("erin", "erin", "holder")), newest=st.booleans())
    def reverse(self, which: int, asker: str, newest: bool) -> None:
        """`newest`: of the term that the contract ends with, whatever is noticed behind it."""
        head = self.head(which)
        notice = head.owed["notice"] if head.owed else head.notice
        if notice is None:
            return
        period = date.fromisoformat(notice["period_start"])
        if newest:
            period = months_later(head.ends, -int(head.term_months), int(head.anchor_day))
        make = lambda actor: commands.ReverseRenewal(actor, period, "refused")  # noqa: E731
        who = self.who(asker, head)
        door = self.doors.contract(who, head.id, "reverse_renewal", make)
        words = f"takes back the renewal of {head.id} from {period}"
        self.asks(who, head, "reverse", words, door, staff_only=True)

    @rule(which=WHICH, asker=ASKER, number=st.integers(0, 2))
    def activate(self, which: int, asker: str, number: int) -> None:
        head = self.head(which)
        who = self.who(asker, head)
        account = f"{head.holder}-{number}" if number else None
        reference = "by bank" if account is None else None
        make = lambda actor: commands.Activate(actor, account, reference)  # noqa: E731
        door = self.doors.contract(who, head.id, "activate", make)
        self.asks(who, head, "activate", f"activates {head.id} from {account}", door)

    @rule(which=WHICH, asker=ASKER, wanted=st.booleans())
    def warranty(self, which: int, asker: str, wanted: bool) -> None:
        head = self.head(which)
        who = self.who(asker, head)
        make = lambda actor: commands.SetWarranty(actor, wanted)  # noqa: E731
        door = self.doors.contract(who, head.id, "set_warranty", make)
        words = f"turns the warranty of {head.id} {'on' if wanted else 'off'}"
        self.asks(who, head, "warranty", words, door)

    @rule(which=WHICH, months=st.sampled_from((0, 0, 3, 12)), late=st.integers(0, 3))
    def registry(self, which: int, months: int, late: int) -> None:
        """It is paid there until what is paid here, or longer; reports may overtake each other."""
        head = self.head(which)
        told = months_later(head.ends, months, int(head.anchor_day))
        fetched_at = self.stage.now - timedelta(hours=late)
        make = lambda actor: commands.NoteRegistry(actor, told, fetched_at)  # noqa: E731
        door = self.doors.contract(STAFF, head.id, "note_registry", make)
        self.doors.ask(STAFF, f"notes that the registry has {head.id} until {told}", door)
