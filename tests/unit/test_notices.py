"""The notice of a period through a cancellation that is taken back."""

from dataclasses import replace
from datetime import datetime

from tacit.domain.calendar import renewal_due_on
from tacit.domain.collecting import Collected, Purse, collect
from tacit.domain.commands import Cancel, Reactivate
from tacit.domain.decision import Change, Situation
from tacit.domain.money import Money
from tacit.domain.values import JOB, Account
from tests.unit.cases import ALICE, KREATIVMEDIA, at, carried_out, registered


def collected(situation: Situation, minor: int, now: datetime) -> Collected:
    contract = situation.contract
    assert contract is not None
    account = Account("a-1", "kreativmedia", "alice", "CHF", Money(minor, "CHF"), 1, 1)
    return collect(situation, contract, Purse((account,)), JOB, KREATIVMEDIA, now)


def test_G14_what_was_found_short_is_asked_for_on_the_same_day_after_a_change_of_mind() -> None:
    situation, last_day = registered(), at("2026-01-14")
    short = collected(situation, 0, last_day).decision
    assert isinstance(short, Change)
    situation = replace(situation, contract=short.contract)
    for command in (Cancel(ALICE), Reactivate(ALICE)):
        situation = carried_out(situation, command, KREATIVMEDIA, last_day)
    assert situation.contract is not None
    due_on = renewal_due_on(situation.contract, KREATIVMEDIA)
    assert due_on is not None
    assert due_on <= last_day.date()
    renewed = collected(situation, 1_000_000, last_day).decision
    assert isinstance(renewed, Change)
    assert renewed.events[-1].type == "contract.renewed"
