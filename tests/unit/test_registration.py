"""What may be brought in, and as what."""

import re
from datetime import date
from typing import Any

import pytest

from tacit.domain.commands import Register
from tacit.domain.decision import Change, NothingToDo, Situation
from tacit.domain.labels import registered_form
from tacit.domain.life import decide
from tacit.domain.money import Money
from tacit.domain.refusals import Invalid, NotFound, Refused
from tacit.domain.values import Contract, Order, Status
from tests.unit.cases import KREATIVMEDIA, STAFF, SVENSKA, at, registered, registration

NOW = at("2025-01-20")


NOTHING_THERE = Situation(None)


def brought_in(situation: Situation = NOTHING_THERE, **fields: Any) -> Change:
    policy = SVENSKA if fields.get("provider") == "svenska-domaner" else KREATIVMEDIA
    decision = decide(situation, Register(STAFF, registration(**fields), "f"), policy, NOW)
    assert isinstance(decision, Change)
    return decision


def test_what_is_absent_is_the_policys_default() -> None:
    contract = brought_in(starts_on=None).contract
    assert contract.starts_on == date(2025, 1, 20)
    assert contract.expires_on == date(2026, 1, 20)
    assert (contract.term_months, contract.price) == (12, Money(11880, "CHF"))
    assert (contract.locale, contract.order_id, contract.quantity) == ("fr", "~c-1", 1)
    assert (contract.status, contract.policy) == (Status.ACTIVE, "kreativmedia/1")
    assert (contract.version, contract.events) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"plan": "gold"}, "plan", "unknown_plan"),
        ({"kind": "domain"}, "kind", "does_not_match_plan"),
        ({"quantity": 2}, "quantity", "too_many"),
        ({"price": Money(1, "CHF")}, "price", "does_not_match_plan"),
        ({"price": Money(11880, "EUR")}, "price.currency", "invalid_field"),
        ({"price": Money(-1, "CHF"), "imported": True}, "price.amount", "invalid_field"),
        ({"term_months": 6}, "term_months", "does_not_match_plan"),
        ({"expires_on": date(2026, 1, 16)}, "expires_on", "does_not_match_plan"),
        ({"expires_on": date(2025, 1, 15)}, "expires_on", "invalid_field"),
        ({"status": Status.EXPIRED}, "status", "invalid_field"),
        ({"tld": "ch"}, "tld", "invalid_field"),
        ({"plan": "domain-ch", "label": "example.com"}, "label", "does_not_match_plan"),
        ({"plan": "domain-ch", "label": "no name"}, "label", "invalid_field"),
        ({"plan": "domain-ch", "label": "ch"}, "label", "invalid_field"),
        ({"plan": "domain-ch", "label": "-a.ch"}, "label", "invalid_field"),
        ({"plan": "domain-ch", "label": "a..ch"}, "label", "invalid_field"),
        ({"plan": "domain-ch", "label": "example.ch", "tld": "li"}, "tld", "invalid_field"),
    ],
)
def test_what_does_not_fit_is_named(fields: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(Invalid) as wrong:
        brought_in(**fields)
    assert (wrong.value.field, wrong.value.code) == (field, code)


def test_an_import_brings_its_own_term_price_and_dates() -> None:
    contract = brought_in(
        provider="svenska-domaner",
        plan="premium-domain-3",
        label="Example.ORG.NZ",
        starts_on=date(2025, 4, 1),
        expires_on=date(2025, 7, 2),
        price=Money(1, "SEK"),
        imported=True,
    ).contract
    assert (contract.label, contract.tld) == ("example.org.nz", "org.nz")
    assert (contract.term_months, contract.anchor_day) == (3, 2)


def test_S5_a_plan_that_is_not_sold_any_more_is_refused_for_new_contracts() -> None:
    with pytest.raises(Refused) as no:
        brought_in(provider="svenska-domaner", plan="premium-domain-3", label="example.org.nz")
    assert no.value.code == "plan_not_sold"


def named(label: str) -> Contract:
    return brought_in(provider="svenska-domaner", plan="premium-domain", label=label).contract


def test_the_same_name_in_both_spellings_is_one_name() -> None:
    assert registered_form(named("Müller.ch").label) == registered_form("xn--mller-kva.ch")


@pytest.mark.parametrize("dot", ["\u3002", "\uff0e", "\uff61"])
def test_every_scripts_full_stop_is_a_dot(dot: str) -> None:
    contract = named(f"example{dot}org{dot}nz")
    assert (contract.label, contract.tld) == ("example.org.nz", "org.nz")


@pytest.mark.parametrize("label", ["faß.de", "βόλος.com", "a\u200db.de"])
def test_a_name_that_two_standards_read_differently_is_taken_as_registered_only(label: str) -> None:
    with pytest.raises(Invalid) as wrong:
        named(label)
    assert wrong.value.field == "label"
    assert named("xn--fa-hia.de").label == "xn--fa-hia.de"


def test_a_contract_that_names_no_order_never_joins_one_that_a_client_named() -> None:
    assert not re.match(r"[A-Za-z0-9]", brought_in().contract.order_id)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.NON_RENEWING, (None, None, None)),
        (Status.EXPIRED, ("transition", date(2025, 2, 14), None)),
        (Status.CLOSED, (None, None, "released")),
    ],
)
def test_an_imported_contract_enters_in_the_middle_of_its_life(
    status: Status, expected: tuple[str | None, date | None, str | None]
) -> None:
    contract = brought_in(
        plan="domain-ch",
        label="example.ch",
        starts_on=date(2024, 1, 5),
        expires_on=date(2025, 1, 5),
        status=status,
        imported=True,
    ).contract
    assert (contract.phase, contract.restorable_until, contract.closed_reason) == expected
    assert (contract.cancellation is not None) == (status is Status.NON_RENEWING)


def test_an_expired_contract_whose_end_is_to_come_is_refused() -> None:
    with pytest.raises(Invalid) as wrong:
        brought_in(status=Status.EXPIRED, imported=True)
    assert wrong.value.field == "expires_on"


def test_the_same_body_again_is_nothing_to_do_and_another_one_refused() -> None:
    there = registered()
    same = decide(there, Register(STAFF, registration(), "fingerprint"), KREATIVMEDIA, NOW)
    assert same == NothingToDo(there.contract, "already_registered")  # type: ignore[arg-type]
    with pytest.raises(Refused) as no:
        decide(there, Register(STAFF, registration(), "another"), KREATIVMEDIA, NOW)
    assert no.value.code == "already_registered"


def parent(holder: str, provider: str = "svenska-domaner") -> Contract:
    from dataclasses import replace

    situation = registered(SVENSKA, plan="premium-domain", label="example.org.nz")
    assert situation.contract is not None
    return replace(situation.contract, id="c-0", holder=holder, provider=provider)


ADDON = {"provider": "svenska-domaner", "plan": "mail-addon", "label": "mail", "parent_id": "c-0"}


def test_an_add_on_hangs_on_its_holders_domain() -> None:
    change = brought_in(Situation(None, parent=parent("alice")), **ADDON)
    assert change.contract.parent_id == "c-0"


def test_what_needs_no_parent_takes_none() -> None:
    with pytest.raises(Invalid) as wrong:
        brought_in(Situation(None, parent=parent("alice", "kreativmedia")), parent_id="c-0")
    assert wrong.value.field == "parent_id"


@pytest.mark.parametrize("found", [None, parent("mallory"), parent("alice", "kreativmedia")])
def test_somebody_elses_domain_is_not_found(found: Contract | None) -> None:
    with pytest.raises(NotFound):
        brought_in(Situation(None, parent=found), **ADDON)


def order(**fields: Any) -> Order:
    values = {"provider": "kreativmedia", "holder": "alice", "autorenewal": True, "size": 1}
    return Order(id="o-1", version=4, **{**values, **fields})


def test_a_contract_joins_the_order_that_is_named() -> None:
    change = brought_in(Situation(None, order()), order_id="o-1")
    assert (change.order_before, change.order) == (
        order(),
        Order("o-1", "kreativmedia", "alice", True, 2, 5, ("c-1",)),
    )


def test_what_is_closed_already_takes_no_place_in_the_order_that_is_named() -> None:
    closed = {"status": Status.CLOSED, "imported": True, "order_id": "o-1"}
    assert brought_in(Situation(None, order(size=40)), **closed).order is None
    made = brought_in(Situation(None), **closed).order
    assert made == Order("o-1", "kreativmedia", "alice", True, 0, 1)


@pytest.mark.parametrize("there", [order(holder="mallory"), order(provider="svenska-domaner")])
def test_somebody_elses_order_is_not_found(there: Order) -> None:
    with pytest.raises(NotFound):
        brought_in(Situation(None, there), order_id="o-1")


def test_an_order_holds_forty_contracts() -> None:
    with pytest.raises(Invalid) as wrong:
        brought_in(Situation(None, order(size=40)), order_id="o-1")
    assert wrong.value.code == "too_many"
