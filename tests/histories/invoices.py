"""A ticket order as the table holds it, and the days that its invoice has by the rulebook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.histories.heads import Item, day
from tests.histories.reckoning import day_of, hour_of, later, start_of

MAIL_HOUR, YOUNGEST = 9, timedelta(hours=2)


@dataclass(frozen=True)
class Invoice:
    """`item` is the head of an order; days are those of its shop's zone."""

    item: Item

    def __getattr__(self, name: str) -> Any:
        return self.item.get(name)

    @property
    def placed(self) -> datetime:
        return datetime.fromisoformat(self.item["placed_at"])

    @property
    def ordered(self) -> date:
        return day_of(self.placed, self.item["timezone"])

    @property
    def show(self) -> datetime:
        return datetime.fromisoformat(self.item["show"]["starts_at"])

    @property
    def every(self) -> int:
        return int(self.item["terms"]["first"])

    @property
    def waits(self) -> bool:
        return bool(self.item["status"] == "pending" and self.item["method"] == "invoice")

    @property
    def due(self) -> date | None:
        return day(self.item.get("due_on"))

    @property
    def hard(self) -> date | None:
        return day(self.item.get("cancels_on"))

    @property
    def valid(self) -> list[Item]:
        return [each for each in self.item["tickets"] if each["status"] == "valid"]

    @property
    def total(self) -> int:
        return sum(int(each["minor"]) for each in self.valid)

    @property
    def seats(self) -> set[str]:
        return {str(each["seat"]).casefold() for each in self.valid if each.get("seat")}

    @property
    def last_day(self) -> date:
        """The last payment day (G6), never before the order's own."""
        closes = later(day_of(self.show, self.item["timezone"]), -int(self.item["terms"]["closes"]))
        return max(self.ordered, closes)

    @property
    def reminders(self) -> list[date]:
        """I4, G6: P + n, P + 2n, …; one that could not be out for n days is dropped."""
        number = int(self.item["terms"]["reminders"])
        days = [later(self.ordered, each * self.every) for each in range(1, number + 1)]
        return [each for each in days if later(each, self.every) <= self.last_day]

    def told(self, number: int) -> date:
        """Until when the n-th reminder says; 0: the invoice. With the last that is not dropped the
        hard day is told (G6)."""
        if number >= len(self.reminders):
            return self.hard_by_rule
        return min(later(self.ordered, (number + 1) * self.every), self.last_day)

    @property
    def hard_by_rule(self) -> date:
        whole = int(self.item["terms"]["reminders"])
        return min(later(self.ordered, (whole + 1) * self.every), self.last_day)

    def remind_at(self, number: int) -> datetime:
        """G5: from the mail's hour, and not before the order is two hours old."""
        hour = hour_of(self.reminders[number - 1], MAIL_HOUR, self.item["timezone"])
        return max(hour, self.placed + YOUNGEST)

    @property
    def next_at(self) -> datetime | None:
        """When the calendar looks at it again."""
        if not self.waits or self.item.get("question") or self.hard is None:
            return None
        sent = int(self.item["reminders_sent"])
        if sent < len(self.reminders):
            return self.remind_at(sent + 1)
        return start_of(later(self.hard, 1), self.item["timezone"])

    @property
    def reminded_too_late(self) -> bool:
        """Whether the last reminder cannot be out for n days in time (G1)."""
        reminded = day(self.item.get("reminded_on"))
        return reminded is not None and later(reminded, self.every) > self.last_day
