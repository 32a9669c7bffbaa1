"""All transitions of a contract, asked of the core alone."""

from dataclasses import replace
from datetime import date

import pytest

from tacit.domain.commands import Amend, Cancel, ComeDue, Command, Reactivate
from tacit.domain.decision import Change, NothingToDo, Situation
from tacit.domain.life import decide
from tacit.domain.refusals import Broken, NotFound, Refused
from tacit.domain.values import JOB, Actor, Contract, Order, Role, Status
from tests.unit.cases import (
    ALICE,
    BOB,
    CAROL,
    KREATIVMEDIA,
    STAFF,
    SVENSKA,
    at,
    carried_out,
    registered,
)

CANCEL, REACTIVATE, DUE = Cancel(ALICE), Reactivate(ALICE), ComeDue(JOB)
BEFORE, AFTER = at("2025-11-03"), at("2026-01-15")


def contract_of(situation: Situation) -> Contract:
    assert situation.contract is not None
    return situation.contract


def standing(status: Status) -> Situation:
    """A hosting contract from 2025-01-15 to 2026-01-15 in this status."""
    situation = registered()
    match status:
        case Status.ACTIVE:
            return situation
        case Status.PENDING | Status.INACTIVE:
            return replace(situation, contract=replace(contract_of(situation), status=status))
        case Status.NON_RENEWING:
            return carried_out(situation, CANCEL, KREATIVMEDIA, BEFORE)
        case Status.EXPIRED:
            return carried_out(standing(Status.NON_RENEWING), DUE, KREATIVMEDIA, AFTER)
        case Status.CLOSED:
            return carried_out(standing(Status.EXPIRED), DUE, KREATIVMEDIA, at("2026-03-01"))


TABLE: list[tuple[Status, Command, str]] = [
    (Status.PENDING, CANCEL, "contract.closed"),
    (Status.PENDING, REACTIVATE, "not_cancelled"),
    (Status.PENDING, DUE, "not_due"),
    (Status.ACTIVE, CANCEL, "contract.cancelled"),
    (Status.ACTIVE, REACTIVATE, "not_cancelled"),
    (Status.ACTIVE, DUE, "not_due"),
    (Status.NON_RENEWING, CANCEL, "already_cancelled"),
    (Status.NON_RENEWING, REACTIVATE, "contract.reactivated"),
    (Status.NON_RENEWING, DUE, "not_due"),
    (Status.INACTIVE, CANCEL, "contract.cancelled"),
    (Status.INACTIVE, REACTIVATE, "refused: inactive"),
    (Status.INACTIVE, DUE, "not_due"),
    (Status.EXPIRED, CANCEL, "refused: expired"),
    (Status.EXPIRED, REACTIVATE, "refused: expired"),
    (Status.EXPIRED, DUE, "not_due"),
    (Status.CLOSED, CANCEL, "refused: closed"),
    (Status.CLOSED, REACTIVATE, "refused: closed"),
    (Status.CLOSED, DUE, "not_due"),
]


def outcome(situation: Situation, command: Command, now: str = "2025-12-01") -> str:
    try:
        decision = decide(situation, command, KREATIVMEDIA, at(now))
    except Refused as no:
        return f"refused: {no.code}"
    return decision.code if isinstance(decision, NothingToDo) else decision.events[0].type


@pytest.mark.parametrize(
    ("status", "command", "expected"), TABLE, ids=[f"{s}-{type(c).__name__}" for s, c, _ in TABLE]
)
def test_every_status_answers_every_command(
    status: Status, command: Command, expected: str
) -> None:
    assert outcome(standing(status), command) == expected


def test_the_table_has_every_status_with_every_command() -> None:
    asked = {(status, type(command)) for status, command, _ in TABLE}
    assert asked == {(s, c) for s in Status for c in (Cancel, Reactivate, ComeDue)}


@pytest.mark.parametrize("actor", [BOB, CAROL, JOB])
@pytest.mark.parametrize("command", [Cancel, Reactivate])
def test_K3_only_the_holder_and_staff_may(actor: Actor, command: type[Cancel]) -> None:
    assert outcome(standing(Status.NON_RENEWING), command(actor)) == "refused: not_your_role"
    assert outcome(standing(Status.NON_RENEWING), Reactivate(STAFF)) == "contract.reactivated"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-14T22:59", "contract.reactivated"),
        ("2026-01-14T23:00", "refused: expired"),
        ("2026-03-01", "refused: expired"),
    ],
)
def test_K1_the_last_minute_to_reactivate_is_the_providers_midnight(
    now: str, expected: str
) -> None:
    assert outcome(standing(Status.NON_RENEWING), REACTIVATE, now) == expected


def test_undoing_a_cancellation_gives_the_same_contract_back() -> None:
    before = contract_of(registered(starts_on=date(2024, 2, 29)))
    now = at("2025-02-20")
    cancelled = carried_out(Situation(before), CANCEL, KREATIVMEDIA, now)
    undone = contract_of(carried_out(cancelled, REACTIVATE, KREATIVMEDIA, now))
    assert undone == replace(before, version=3, events=3)
    assert undone.anchor_day == 29


@pytest.mark.parametrize(
    ("autorenewal", "now", "expected"),
    [
        (True, "2026-01-15", "left_to_renewals"),
        (True, "2026-01-28T22:59", "left_to_renewals"),
        (True, "2026-01-28T23:00", "contract.expired"),
        (False, "2026-01-14T22:59", "not_due"),
        (False, "2026-01-14T23:00", "contract.expired"),
    ],
)
def test_a_renewal_that_is_still_owed_is_waited_for(
    autorenewal: bool, now: str, expected: str
) -> None:
    order = Order("o-1", "kreativmedia", "alice", autorenewal, 1, 1)
    assert outcome(replace(registered(), order=order), DUE, now) == expected


def test_G13_a_contract_without_its_order_is_a_persons_turn_and_never_expires_for_it() -> None:
    with pytest.raises(Broken):
        decide(Situation(registered().contract), DUE, KREATIVMEDIA, at("2026-01-20"))


def test_what_waits_says_when_to_look_again() -> None:
    decision = decide(registered(), DUE, KREATIVMEDIA, at("2026-01-20"))
    assert isinstance(decision, NothingToDo)
    assert decision.again_on == date(2026, 1, 29)


@pytest.mark.parametrize(
    ("plan", "label", "until"),
    [
        ("domain-ch", "example.ch", date(2026, 2, 24)),
        ("domain-com", "example.com", date(2026, 2, 14)),
        ("hosting-start", "h", date(2026, 2, 14)),
        ("mailbox", "m", None),
    ],
)
def test_K5_the_kind_and_extension_decide_how_long_it_can_be_restored(
    plan: str, label: str, until: date | None
) -> None:
    situation = carried_out(registered(plan=plan, label=label), CANCEL, KREATIVMEDIA, BEFORE)
    expired = contract_of(carried_out(situation, DUE, KREATIVMEDIA, at("2026-01-15")))
    assert expired.status is Status.EXPIRED
    assert expired.restorable_until == until


def test_S4_three_calendar_months_after_the_expiry() -> None:
    situation = registered(
        SVENSKA, plan="premium-domain", label="example.org.nz", starts_on=date(2024, 11, 30)
    )
    situation = carried_out(situation, CANCEL, SVENSKA, BEFORE)
    expired = contract_of(carried_out(situation, DUE, SVENSKA, at("2025-11-30")))
    assert expired.restorable_until == date(2026, 2, 28)


def test_S15_it_closes_on_the_first_day_after_the_window() -> None:
    expired = standing(Status.EXPIRED)
    assert outcome(expired, DUE, "2026-02-13T22:59") == "not_due"
    assert outcome(expired, DUE, "2026-02-13T23:00") == "contract.closed"


def test_a_command_for_no_contract_is_not_found() -> None:
    with pytest.raises(NotFound):
        decide(Situation(None), CANCEL, KREATIVMEDIA, BEFORE)


def test_a_way_of_cancelling_that_is_not_offered_is_refused_with_those_that_are() -> None:
    with pytest.raises(Refused) as no:
        decide(registered(), Cancel(ALICE, "immediate"), KREATIVMEDIA, BEFORE)
    assert (no.value.code, no.value.params["modes"]) == ("mode_not_offered", ["at_term"])


def test_G12_an_amendment_leaves_the_cancellation_alone() -> None:
    cancelled = standing(Status.NON_RENEWING)
    command = Amend(STAFF, 2, {"email": "new@example.net", "locale": "fr"})
    amended = carried_out(cancelled, command, KREATIVMEDIA, BEFORE)
    before = contract_of(cancelled)
    assert contract_of(amended) == replace(before, email="new@example.net", version=3, events=3)


def test_an_amendments_event_names_fields_and_no_values() -> None:
    command = Amend(STAFF, 1, {"email": "new@example.net", "technical_contact": None})
    decision = decide(registered(), command, KREATIVMEDIA, BEFORE)
    assert isinstance(decision, Change)
    assert decision.events[0].data == {"fields": "email,technical_contact"}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Amend(STAFF, 7, {"email": "new@example.net"}), "version_moved"),
        (Amend(STAFF, 1, {"label": "example.net"}), "label_is_the_name"),
    ],
)
def test_an_amendment_can_be_refused(command: Amend, code: str) -> None:
    situation = registered(plan="domain-ch", label="example.ch")
    assert outcome(situation, command) == f"refused: {code}"


def test_what_is_switched_off_stays_so_when_it_is_cancelled_and_is_over_one_day() -> None:
    cancelled = carried_out(standing(Status.INACTIVE), CANCEL, KREATIVMEDIA, BEFORE)
    assert contract_of(cancelled).status is Status.INACTIVE
    assert outcome(cancelled, CANCEL) == "already_cancelled"
    assert outcome(cancelled, DUE, "2026-01-14") == "not_due"
    assert outcome(cancelled, DUE, "2026-01-15") == "contract.expired"


def test_S9_an_inactive_domain_is_over_when_the_domain_has_expired() -> None:
    domain = contract_of(standing(Status.INACTIVE))
    paid = Situation(replace(domain, registry_expires_on=date(2026, 4, 1)))
    assert outcome(paid, DUE, "2026-03-30") == "not_due"
    assert outcome(paid, DUE, "2026-04-01") == "contract.expired"


@pytest.mark.parametrize(
    ("acted_on", "until"),
    [("2026-01-31", "2026-02-14"), ("2026-02-01", "2026-02-15"), ("2026-03-20", "2026-04-03")],
)
def test_G15_a_late_step_counts_from_the_expiry_and_leaves_the_notice_period(
    acted_on: str, until: str
) -> None:
    late = carried_out(standing(Status.NON_RENEWING), DUE, KREATIVMEDIA, at(acted_on))
    assert contract_of(late).status is Status.EXPIRED
    assert contract_of(late).restorable_until == date.fromisoformat(until)


def test_a_role_without_a_name_in_the_policy_is_nobody() -> None:
    stranger = Actor(Role.JOB, "job")
    assert outcome(registered(), Cancel(stranger)) == "refused: not_your_role"
