"""When the renewals' worker steps back for others: for one account at a time."""

import time

import pytest

from tacit.runtime.till import Till
from tests.repository.desk import LONG, Desk


@pytest.mark.parametrize(
    ("accounts", "pauses"),
    [
        (["a-1"] * 49, 0),
        (["a-1"] * 50, 1),
        (["a-1", "a-2"] * 49, 0),
        (["a-1", "a-2"] * 50, 2),
        ([f"a-{number}" for number in range(200)], 0),
    ],
)
def test_only_an_account_that_is_charged_again_and_again_is_left_to_others_for_a_moment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, accounts: list[str], pauses: int
) -> None:
    rested: list[float] = []
    monkeypatch.setattr(time, "sleep", rested.append)
    at_work = Till(desk, lambda: LONG, 0)
    for account_id in accounts:
        at_work.charged([account_id])
    assert len(rested) == pauses
