"""One contract on its way through both calendars, as a look ahead follows it."""

from datetime import date

from tacit.domain.calendar import expiry_due_on, renewal_due_on
from tacit.domain.days import add_days
from tacit.domain.decision import Change, Situation
from tacit.domain.notices import found_short_on, owed_due_on
from tacit.domain.policy import Policy
from tacit.domain.registry_dates import doubted_from
from tacit.domain.values import Contract, Status


class Course:
    """A contract on its way: where it stands, and the days on which each job looks at it next."""

    def __init__(self, situation: Situation, contract: Contract, policy: Policy, today: date):
        self.situation, self.contract, self.policy = situation, contract, policy
        self.expiry_on: date | None = None
        self.renewal_on: date | None = None
        self._look(today)

    def _look(self, today: date) -> None:
        expiry_on = expiry_due_on(self.contract, self.policy)
        renewal_on = renewal_due_on(self.contract, self.policy)
        self.expiry_on = max(expiry_on, today) if expiry_on else None
        self.renewal_on = max(renewal_on, today) if renewal_on else None
        if self.was_found_short(today):
            self.wait_until_tomorrow(today)

    def was_found_short(self, today: date) -> bool:
        return found_short_on(self.contract) == today

    def wait_until_tomorrow(self, today: date) -> None:
        self.renewal_on = add_days(today, 1)

    def ask_again(self, today: date) -> None:
        """In another run of the same day."""
        if self.renewal_on is not None:
            self.renewal_on = today

    def take(self, change: Change, today: date) -> None:
        """A renewal may have begun a term under the newest policy (G10)."""
        self.contract, newest = change.contract, self.situation.newest
        if newest is not None and self.contract.policy == newest.name:
            self.policy = newest
        self._look(today)

    def wait(self, again_on: date | None, today: date) -> None:
        """A step that waits is looked at again on the day it names, on its calendar's, or when its
        parent moves."""
        days = (again_on, expiry_due_on(self.contract, self.policy))
        self.expiry_on = next((day for day in days if day is not None and day > today), None)

    def wait_for_money(self, today: date) -> None:
        """What is not collected is asked for on every day. The answer can become another one when
        the term is over, when something owed is asked for again, or when the registry has lagged
        too long."""
        days = (
            self.contract.expires_on,
            owed_due_on(self.contract),
            doubted_from(self.contract, self.policy),
        )
        later = (day for day in days if day is not None and day > today)
        self.renewal_on = min(later, default=None)

    @property
    def waits_to_begin(self) -> bool:
        """Ordered and asked for in vain: it is asked for on every day from now on (R6)."""
        notice = self.contract.notice
        pending = self.contract.status is Status.PENDING
        return pending and notice is not None and notice.tried_on is not None

    def stop(self) -> None:
        self.expiry_on = self.renewal_on = None
