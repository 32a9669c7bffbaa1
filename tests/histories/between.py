"""Steps that come between others: two hands at once, an answer that is lost, a bus out of order."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.histories.asking import MODE
from tests.histories.contracts import MINOR, WHICH
from tests.histories.doors import Door
from tests.histories.eye import Stop
from tests.histories.heads import Head
from tests.histories.machine import cut
from tests.histories.passing import JOBS, NUMBER
from tests.histories.people import STAFF
from tests.histories.switching import Switching

OTHERS = st.sampled_from(
    (
        "cancel",
        "cancel",
        "reactivate",
        "switch off",
        "switch on",
        "deposit",
        "withdraw",
        "work",
        "end",
    )
)
AT = st.integers(1, 3)


class Between(Switching):
    """`hand` 1 works while 0 is stopped before its n-th write: between reading and committing."""

    keys = 0
    last: tuple[str, str, Door, str] | None = None

    def other(self, what: str, head: Head, body: str) -> Callable[[], object]:
        """What the second hand does."""
        holder, doors = str(head.holder), self.doors
        account, currency = f"{holder}-1", self.figures.currency
        moves = {"deposit": 30000, "withdraw": -1000}
        if what in moves:
            self.references += 1
            reference = f"ref-{self.references}"
            self.world.booked.setdefault((account, reference), set()).add(moves[what])
            door = doors.book(STAFF, account, moves[what], reference, currency)
            return lambda: doors.ask(STAFF, f"books {moves[what]} on {account}", door, 1)
        if what == "work":
            return lambda: self.errands.work(body, 1)
        if what == "end":
            return lambda: self.errands.work(self.errands.deal("expiries", self.stage.now), 1)
        makers = {"cancel": self.cancelling(holder, head, "at_term")}
        makers["reactivate"] = self.reactivating(holder, head)
        for way in ("on", "off"):
            makers[f"switch {way}"] = doors.switch(holder, head.order_id, way == "on")
        return lambda: doors.ask(holder, f"({head.id}) {what}", makers[what], 1)

    @rule(job=JOBS, number=AT, which=WHICH, what=OTHERS, days=st.integers(0, 1))
    def between_read_and_commit(
        self, job: str, number: int, which: int, what: str, days: int
    ) -> None:
        """On the same contract, where the job meets one."""
        self.wait(days, self.stage.now.hour)
        body = self.errands.deal(job, self.stage.now)
        self.errands.waiting.remove(body)
        then = self.other(what, self.one_due(job, which), body)
        with self.stage.stopped(Stop(number, False, lambda: void(then()))):
            self.errands.work(body)
        self.errands.waiting = [each for each in self.errands.waiting if each != body]

    @rule(which=WHICH, what=OTHERS, mode=MODE, job=JOBS, undo=st.booleans())
    def while_asked(self, which: int, what: str, mode: str, job: str, undo: bool) -> None:
        """A person's request is decided, and somebody else commits first."""
        head = self.head(which)
        body = self.errands.deal(job, self.stage.now)
        self.errands.waiting.remove(body)
        then = self.other(what, head, body)
        door = self.cancelling(head.holder, head, mode)
        words = f"cancels {head.id} ({mode})"
        if undo:
            door, words = self.reactivating(head.holder, head), f"reactivates {head.id}"
        with self.stage.stopped(Stop(1, False, lambda: void(then()))):
            self.doors.ask(head.holder, words, door)
        self.errands.waiting = [each for each in self.errands.waiting if each != body]

    @rule(which=WHICH, mode=MODE, behind=st.booleans())
    def answer_lost(self, which: int, mode: str, behind: bool) -> None:
        """The line breaks before or behind the commit; the client asks again with its key, and it
        has been done once."""
        head = self.head(which)
        self.keys += 1
        key, words = f"key-{self.keys}", f"cancels {head.id} ({mode}) with a key"
        door = self.cancelling(head.holder, head, mode)
        with self.stage.stopped(Stop(1, behind, cut)):
            first = self.doors.ask(head.holder, words, door, key=key)
        self.last = (head.holder, words, door, key)
        again = self.doors.ask(head.holder, words, door, key=key)
        if first == "cut off" and again != ("as before" if behind else "done"):
            self.fault(f"{head.holder} {words}: {first}, and asked again {again}")

    @precondition(lambda self: self.last is not None)
    @rule()
    def asked_again(self) -> None:
        """The same request once more, with the same key, whatever has happened since."""
        assert self.last is not None
        who, words, door, key = self.last
        writes = self.stage.eye.writes
        answer = self.doors.ask(who, words, door, key=key)
        if answer == "as before" and self.stage.eye.writes != writes:
            self.fault(f"{who} {words}: as before, and yet something was written")

    @rule(which=WHICH, minor=MINOR, number=NUMBER)
    def deposited_between(self, which: int, minor: int, number: int) -> None:
        """Money comes in while the renewals job is at work."""
        head = self.head(which)
        body = self.errands.deal("renewals", self.stage.now)
        self.errands.waiting.remove(body)
        stop = Stop(number, False, lambda: self.book(head.holder, 2, minor))
        with self.stage.stopped(stop):
            self.errands.work(body)

    @rule()
    def relay(self) -> None:
        self.errands.relay()

    @precondition(lambda self: self.errands.events)
    @rule(which=st.integers(0, 40), number=st.integers(0, 1), keep=st.booleans())
    def bus_to_follow(self, which: int, number: int, keep: bool) -> None:
        """In any order, as often as it likes: `keep` brings it again."""
        event = self._event(which, keep)
        if "/" not in str(event["subject"]):
            self.errands.follow(event, number)

    @precondition(lambda self: self.errands.events)
    @rule(which=st.integers(0, 40), number=st.integers(0, 1), keep=st.booleans())
    def bus_to_mail(self, which: int, number: int, keep: bool) -> None:
        event = self._event(which, keep)
        mails = self.errands.mail(event, number)
        if self.errands.mail(event, 1 - number):
            self.fault(f"{event['id']} came twice, and {mails} mails left, and then another")

    def _event(self, which: int, keep: bool) -> dict[str, object]:
        events = self.errands.events
        place = which % len(events)
        return events[place] if keep else events.pop(place)

    @rule()
    def policy_appears(self) -> None:
        """A newer version is in force; what has begun goes on under the one before (G10)."""
        if self.world.newest == 1:
            self.world.newest = 2
            self.shelf.appear(self.figures.provider)
            self.stage.story.tell(self.stage.now, "the second version of the policy is in force")


def void(_: object) -> None:
    """What comes of it is told where it happens."""
