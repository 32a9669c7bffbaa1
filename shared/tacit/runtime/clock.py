"""What time it is: the wall clock, or the test clock where the stack has one and it is set."""

from datetime import UTC, datetime

from tacit.store.clock import TestClock


class Clock:
    def __init__(self, test_clock: TestClock | None) -> None:
        self.test_clock = test_clock

    @property
    def is_for_tests(self) -> bool:
        return self.test_clock is not None

    def now(self) -> datetime:
        """An aware instant in UTC."""
        if self.test_clock is not None and (now := self.test_clock.read().now) is not None:
            return now
        return wall_now()


def wall_now() -> datetime:
    return datetime.now(UTC)
