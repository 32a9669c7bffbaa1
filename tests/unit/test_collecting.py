"""Collecting from a holder's accounts: who comes first, what is kept, and why something waits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tacit.domain.collecting import Purse, by_priority, collect
from tacit.domain.commands import ComeDue, ReverseRenewal
from tacit.domain.decision import Change, NothingToDo, Situation
from tacit.domain.life import decide
from tacit.domain.money import Money
from tacit.domain.policy import Policy, ShortBalance
from tacit.domain.values import JOB, Account, Contract, Order, Status
from tacit.policies import newest
from tests.unit.cases import STAFF, at, registered

REGISTRAR = newest("registrar-ru")


def account(balance: str, account_id: str = "a-1", currency: str = "RUB") -> Account:
    money = Money.parse(balance, currency)
    return Account(account_id, "registrar-ru", "alice", currency, money, 0, 1)


def contract(contract_id: str, plan: str, price: str, ends: str, **fields: Any) -> Contract:
    found = registered(
        REGISTRAR,
        id=contract_id,
        plan=plan,
        label=f"{contract_id}.ru" if plan == "domain-ru" else contract_id,
        imported=True,
        price=Money.parse(price, "RUB"),
        starts_on=date.fromisoformat(f"{int(ends[:4]) - 1}{ends[4:]}"),
        expires_on=date.fromisoformat(ends),
    ).contract
    assert found is not None
    return replace(found, **fields)


def run(
    contracts: Sequence[Contract],
    accounts: Sequence[Account],
    now: str,
    policy: Policy = REGISTRAR,
    autorenewal: bool = True,
) -> tuple[dict[str, Change | NothingToDo], Purse]:
    """What becomes of each contract in one run."""
    purse, found = Purse(tuple(accounts)), {}
    for each, rules in by_priority([(each, policy) for each in contracts]):
        order = Order(each.order_id, each.provider, each.holder, autorenewal, 1, 1)
        collected = collect(Situation(each, order), each, purse, JOB, rules, at(now))
        found[each.id], purse = collected.decision, collected.purse
    return found, purse


def balances(purse: Purse) -> dict[str, str]:
    return {each.id: each.balance.amount for each in purse.accounts}


VPS = contract("c-vps", "vps-1", "900.00", "2025-05-01")
DOMAIN = contract("d-domain", "domain-ru", "200.00", "2025-05-01")
ORDERED = contract("a-new", "ssl-certificate", "800.00", "2026-03-01", status=Status.PENDING)


def types(decision: Change | NothingToDo) -> list[str]:
    return [event.type for event in decision.events] if isinstance(decision, Change) else []


def test_RW1_domains_first_then_the_vps_then_what_is_newly_ordered() -> None:
    found, purse = run([ORDERED, VPS, DOMAIN], [account("1100.00")], "2025-04-02")
    assert balances(purse) == {"a-1": "0.00"}
    assert types(found["d-domain"]) == ["contract.renewal_noticed", "contract.renewed"]
    assert [each.contract.expires_on for each in (found["d-domain"], found["c-vps"])] == [
        date(2026, 5, 1),
        date(2026, 5, 1),
    ]
    waits = found["a-new"].contract
    assert (waits.status, waits.notice and waits.notice.tried_on) == (
        Status.PENDING,
        date(2025, 4, 2),
    )


def test_RW1_nothing_is_renewed_a_day_before_the_thirtieth() -> None:
    found, purse = run([VPS, DOMAIN], [account("1100.00")], "2025-03-30")
    assert [types(each) for each in found.values()] == [[], []]
    assert balances(purse) == {"a-1": "1100.00"}


def test_R4_the_order_in_which_they_are_given_does_not_matter() -> None:
    late = contract("b-late", "domain-ru", "200.00", "2025-05-02")
    first = [each.id for each, _ in by_priority([(c, REGISTRAR) for c in (VPS, late, DOMAIN)])]
    assert first == ["d-domain", "b-late", "c-vps"]


def test_R1_the_smallest_account_that_suffices_pays_and_it_is_never_split() -> None:
    accounts = [account("150.00", "a"), account("250.00", "c"), account("250.00", "b")]
    found, purse = run([DOMAIN], accounts, "2025-04-02")
    assert balances(purse) == {"a": "150.00", "c": "250.00", "b": "50.00"}
    short = [account("150.00", "a"), account("150.00", "b")]
    found, purse = run([DOMAIN], short, "2025-04-02")
    assert balances(purse) == {"a": "150.00", "b": "150.00"}
    notice = found["d-domain"].contract.notice
    assert notice is not None and notice.short is not None
    assert (notice.status, notice.short.code) == ("open", "balance_too_small")
    assert notice.short.short.amount == "50.00"


def test_an_account_of_another_currency_pays_nothing() -> None:
    found, _ = run([DOMAIN], [account("500.00", currency="EUR")], "2025-04-02")
    notice = found["d-domain"].contract.notice
    assert notice is not None and notice.short is not None
    assert (notice.short.code, notice.short.account_id) == ("no_account", None)


CHEAP = contract("e-cheap", "vps-1", "50.00", "2025-05-01")


def test_G14_money_that_does_not_suffice_is_kept_for_what_comes_first() -> None:
    found, purse = run([CHEAP, DOMAIN], [account("150.00")], "2025-04-02")
    assert balances(purse) == {"a-1": "150.00"}
    notice = found["e-cheap"].contract.notice
    assert notice is not None and notice.short is not None
    assert (notice.short.ahead, notice.short.until) == (("d-domain",), date(2025, 4, 30))


def test_G14_what_took_the_money_is_still_said_tomorrow() -> None:
    found, purse = run([VPS, DOMAIN], [account("1000.00")], "2025-04-02")
    for day in ("2025-04-03", "2025-04-04"):
        found, _ = run([found["c-vps"].contract], purse.accounts, day)
        notice = found["c-vps"].contract.notice
        assert notice is not None and notice.short is not None
        assert (notice.short.ahead, notice.short.short.amount) == (("d-domain",), "100.00")
    found, _ = run([found["c-vps"].contract], [account("1.00", "other")], "2025-04-05")
    notice = found["c-vps"].contract.notice
    assert notice is not None and notice.short is not None
    assert (notice.short.ahead, notice.short.account_id) == ((), "other")


def test_what_is_said_of_one_run_is_its_outcome() -> None:
    """A notice is said where that is all: whoever hears that it is paid, or is not, knows it."""

    def said(decision: Change | NothingToDo) -> list[str]:
        assert isinstance(decision, Change)
        return [message.kind for message in decision.messages]

    for balance, enabled, kind in (
        ("200.00", True, "renewed"),
        ("10.00", True, "renewal_unpaid"),
        ("200.00", False, "renewal_noticed"),
    ):
        found, _ = run([DOMAIN], [account(balance)], "2025-04-02", autorenewal=enabled)
        assert said(found["d-domain"]) == [kind]
    silent = replace(REGISTRAR, messages={**REGISTRAR.messages, "renewal_unpaid": ()})
    found, _ = run([DOMAIN], [account("10.00")], "2025-04-02", silent)
    assert said(found["d-domain"]) == ["renewal_noticed"]


def test_G14_on_its_own_last_day_the_lesser_one_is_paid_all_the_same() -> None:
    for day, left in (("2025-04-29", "150.00"), ("2025-04-30", "100.00")):
        _, purse = run([CHEAP, DOMAIN], [account("150.00")], day)
        assert balances(purse) == {"a-1": left}


def test_G14_a_policy_that_skips_spends_it_on_what_fits() -> None:
    renewal = replace(REGISTRAR.renewal, short_balance=ShortBalance.SKIP)
    _, purse = run(
        [CHEAP, DOMAIN], [account("150.00")], "2025-04-02", replace(REGISTRAR, renewal=renewal)
    )
    assert balances(purse) == {"a-1": "100.00"}


def test_what_could_not_be_paid_is_asked_again_tomorrow_and_said_once() -> None:
    found, _ = run([DOMAIN], [account("10.00")], "2025-04-02")
    assert types(found["d-domain"]) == ["contract.renewal_noticed", "contract.renewal_unpaid"]
    tried = found["d-domain"].contract
    again, _ = run([tried], [account("10.00")], "2025-04-02T20:00")
    assert again["d-domain"] == NothingToDo(tried, "still_short", date(2025, 4, 3))
    tomorrow, _ = run([tried], [account("10.00")], "2025-04-03")
    assert types(tomorrow["d-domain"]) == []
    assert isinstance(tomorrow["d-domain"], Change)
    paid, purse = run([tomorrow["d-domain"].contract], [account("200.00")], "2025-04-04")
    assert types(paid["d-domain"]) == ["contract.renewed"]
    assert balances(purse) == {"a-1": "0.00"}


def test_without_autorenewal_there_is_a_notice_and_nothing_is_taken() -> None:
    found, purse = run([DOMAIN], [account("500.00")], "2025-04-02", autorenewal=False)
    assert types(found["d-domain"]) == ["contract.renewal_noticed"]
    assert balances(purse) == {"a-1": "500.00"}
    again, _ = run(
        [found["d-domain"].contract], [account("500.00")], "2025-04-03", autorenewal=False
    )
    assert again["d-domain"] == NothingToDo(found["d-domain"].contract, "autorenewal_off")


@pytest.mark.parametrize("days_late", [0, 10, 45])
def test_G7_a_late_run_renews_from_the_old_end(days_late: int) -> None:
    late = contract("d-late", "domain-ru", "200.00", "2025-01-31")
    day = date(2025, 1, 31).toordinal() + days_late
    found, _ = run([late], [account("500.00")], date.fromordinal(day).isoformat())
    renewed = found["d-late"].contract
    assert (renewed.expires_on, renewed.anchor_day) == (date(2026, 1, 31), 31)


def test_what_the_registry_refused_after_the_end_is_tried_again_and_does_not_expire_meanwhile() -> (
    None
):
    paid, _ = run([DOMAIN], [account("200.00")], "2025-05-01")
    renewed = paid["d-domain"].contract
    order = Order(renewed.order_id, renewed.provider, renewed.holder, True, 1, 1)
    purse = Situation(renewed, order, account=account("0.00"))
    refused = ReverseRenewal(STAFF, date(2025, 5, 1), "the registry said no")
    back = decide(purse, refused, REGISTRAR, at("2025-05-02"))
    assert isinstance(back, Change) and back.movement is not None
    assert back.movement.account.balance.amount == "200.00"
    situation = Situation(back.contract, order)
    waits = decide(situation, ComeDue(JOB), REGISTRAR, at("2025-05-02T20:00"))
    assert isinstance(waits, NothingToDo) and waits.code == "left_to_renewals"
    again, _ = run([back.contract], [account("200.00")], "2025-05-03")
    assert types(again["d-domain"]) == ["contract.renewed"]
    charges = again["d-domain"].charges if isinstance(again["d-domain"], Change) else ()
    assert [(c.period_start, c.generation) for c in charges] == [(date(2025, 5, 1), 2)]


def test_I16_what_never_began_is_not_lost_and_its_warranty_lays_nothing_out() -> None:
    """Ordered for a term that is over by now, with no money for it."""
    infomaniak = newest("infomaniak")
    ordered = registered(
        infomaniak,
        plan="domain-ch",
        label="example.ch",
        starts_on=date(2024, 1, 15),
        status=Status.PENDING,
        renewal_warranty=True,
        imported=True,
    ).contract
    assert ordered is not None
    found, _ = run([ordered], [], "2025-04-02", infomaniak)
    after = found["c-1"].contract
    assert (after.status, after.owed) == (Status.PENDING, None)
    assert types(found["c-1"]) == ["contract.renewal_noticed", "contract.renewal_unpaid"]


def test_an_end_stands_on_the_switch_that_it_was_decided_on() -> None:
    order = Order(DOMAIN.order_id, DOMAIN.provider, DOMAIN.holder, False, 1, 7)
    ended = decide(Situation(DOMAIN, order), ComeDue(JOB), REGISTRAR, at("2025-05-01T12:00"))
    assert isinstance(ended, Change)
    assert (ended.contract.status, ended.stands_on_order) == (Status.EXPIRED, order)
