"""Orders in a history: their switch, what is put into them and taken out (R2, R3, R7)."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.histories.asking import ASKER, Asking
from tests.histories.contracts import WHICH
from tests.histories.people import STAFF


class Switching(Asking):
    """The switch is the holder's, and staff's on his behalf; the rest is staff's."""

    @rule(which=WHICH, asker=ASKER, enabled=st.booleans())
    def switch(self, which: int, asker: str, enabled: bool) -> None:
        head = self.head(which)
        who = self.who(asker, head)
        words = f"switches the autorenewal of {head.order_id} {'on' if enabled else 'off'}"
        answer = self.doors.ask(who, words, self.doors.switch(who, head.order_id, enabled))
        own = who in (head.holder, STAFF, "stan")
        if (answer == "not found") is own:
            self.fault(f"{who} {words}: {answer}")

    @rule(which=WHICH, other=WHICH, number=st.integers(1, 2))
    def arrange(self, which: int, other: int, number: int) -> None:
        """Into one order, which is made where it is not there."""
        one, two = self.head(which), self.head(other)
        named = [head.id for head in (one, two) if head.holder == one.holder]
        order, ids = f"o-{one.holder}-{number}", sorted(set(named))
        words = f"puts {', '.join(ids)} into {order}"
        self.doors.ask(STAFF, words, self.doors.arrange(STAFF, order, one.holder, *ids))

    @rule(which=WHICH)
    def detach(self, which: int) -> None:
        one = self.head(which)
        door = self.doors.detach(STAFF, one.order_id, one.id)
        self.doors.ask(STAFF, f"detaches {one.id} from {one.order_id}", door)
