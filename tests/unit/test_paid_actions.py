"""What a contract's page says of renewing it, beginning it, and the switch of its order."""

from dataclasses import replace
from datetime import date

import pytest

from tacit.domain.outlook import actions
from tacit.domain.values import Order, Status
from tests.unit.cases import ALICE, KREATIVMEDIA, STAFF, registered
from tests.unit.test_outlook import NOW, rows


def test_what_was_ordered_for_a_later_day_says_from_which_day_it_can_be_activated() -> None:
    ordered = registered(status=Status.PENDING, starts_on=date(2025, 12, 1))
    (row,) = (r for r in actions(ordered, ALICE, KREATIVMEDIA, NOW) if r.action == "activate")
    assert (row.code, row.available_from) == ("not_yet", date(2025, 12, 1))


def test_G8_a_renewal_is_allowed_where_its_rule_allows_it_whatever_is_on_the_account() -> None:
    assert registered().account is None
    assert rows(registered(), ALICE)["renew"] == rows(registered(), STAFF)["renew"] == "allowed"


@pytest.mark.parametrize("on", [True, False])
def test_R3_the_switch_is_offered_to_its_other_side_and_not_for_one_of_several(on: bool) -> None:
    order = Order("o-1", "kreativmedia", "alice", on, 1, 1)
    situation = replace(registered(), order=order)
    *_, row = actions(situation, ALICE, KREATIVMEDIA, NOW)
    assert (row.action, row.params) == ("switch_autorenewal", {"enabled": not on})
    *_, row = actions(replace(situation, order=replace(order, size=2)), ALICE, KREATIVMEDIA, NOW)
    assert (row.code, row.params["order_id"]) == ("order_wide", "o-1")


def test_R6_what_is_pending_is_activated_and_not_renewed_by_hand() -> None:
    pending = registered(status=Status.PENDING)
    asked = rows(pending, ALICE)
    assert (asked["renew"], asked["activate"]) == ("not_active_yet", "allowed")
