"""How far an account reaches: what it pays, in order, and what is short first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tacit.domain.collecting import Purse, collect
from tacit.domain.coverage import Coverage, coverage
from tacit.domain.decision import Situation
from tacit.domain.household import MOST_STEPS
from tacit.domain.money import Money
from tacit.domain.notices import made
from tacit.domain.values import JOB, Account, Owed, Status
from tacit.policies import newest
from tests.unit.cases import at, registered

REGISTRAR, INFOMANIAK = newest("registrar-ru"), newest("infomaniak")
NOW, UNTIL = at("2025-04-02"), date(2026, 12, 31)


def account(balance: str, account_id: str = "a-1", currency: str = "RUB") -> Account:
    money = Money.parse(balance, currency)
    return Account(account_id, "registrar-ru", "alice", currency, money, 1, 2)


def held(contract_id: str, plan: str, ends: str, **fields: Any) -> Situation:
    ends_on = date.fromisoformat(ends)
    starts_on = ends_on.replace(year=ends_on.year - 1)
    wanted = {"starts_on": starts_on, "expires_on": ends_on, "imported": True, **fields}
    label = f"{contract_id}.ru" if plan == "domain-ru" else contract_id
    return registered(REGISTRAR, id=contract_id, plan=plan, label=label, **wanted)


DOMAIN = held("d-1", "domain-ru", "2025-05-01")
VPS = held("v-1", "vps-1", "2025-05-01")


def seen(
    accounts: Sequence[Account], *held_by_alice: Situation, of: int = 0, until: date = UNTIL
) -> Coverage:
    members = [(each, REGISTRAR) for each in held_by_alice]
    return coverage(accounts[of], members, accounts, REGISTRAR, NOW, until)


def charges(found: Coverage) -> list[tuple[str, str, str, str]]:
    return [
        (str(each.on), each.contract_id, each.amount.amount, each.balance.amount)
        for each in found.charges
    ]


def short(found: Coverage) -> tuple[str, str, str, str | None] | None:
    lack = found.short
    if lack is None:
        return None
    return str(lack.on), lack.contract_id, lack.short.amount, lack.account_id


def test_it_names_each_charge_in_order_and_the_first_that_it_is_too_little_for() -> None:
    found = seen([account("1500.00")], VPS, DOMAIN)
    assert charges(found) == [
        ("2025-04-02", "d-1", "200.00", "1300.00"),
        ("2025-04-02", "v-1", "900.00", "400.00"),
        ("2026-04-01", "d-1", "200.00", "200.00"),
    ]
    assert short(found) == ("2026-04-01", "v-1", "700.00", "a-1")
    assert found.short is not None and found.short.amount.amount == "900.00"
    assert (found.covered_until, found.whole) == (date(2026, 3, 31), True)


def test_an_account_that_pays_for_everything_reaches_to_the_last_day_looked_at() -> None:
    found = seen([account("2200.00")], VPS, DOMAIN)
    assert (found.covered_until, found.short, len(found.charges)) == (UNTIL, None, 4)
    assert seen([account("0.00")]) == Coverage(UNTIL, None, (), True)


def test_what_is_short_already_today_is_covered_until_yesterday() -> None:
    found = seen([account("10.00")], DOMAIN)
    assert short(found) == ("2025-04-02", "d-1", "190.00", "a-1")
    assert found.covered_until == date(2025, 4, 1)


def test_what_was_asked_for_in_vain_before_is_short_still() -> None:
    """No event comes of that any more, and yet nothing is covered."""
    assert DOMAIN.contract is not None
    purse = Purse((account("10.00"),))
    tried = collect(DOMAIN, DOMAIN.contract, purse, JOB, REGISTRAR, at("2025-04-01")).decision
    found = seen([account("10.00")], replace(DOMAIN, contract=tried.contract))
    assert short(found) == ("2025-04-02", "d-1", "190.00", "a-1")


def test_another_account_pays_where_it_is_the_smaller_one_and_is_no_charge_of_this_one() -> None:
    both = [account("950.00", "big"), account("250.00", "little")]
    assert charges(seen(both, VPS, DOMAIN)) == [("2025-04-02", "v-1", "900.00", "50.00")]
    assert charges(seen(both, VPS, DOMAIN, of=1))[0] == ("2025-04-02", "d-1", "200.00", "50.00")
    assert short(seen(both, VPS, DOMAIN)) == ("2026-04-01", "d-1", "150.00", "little")


def test_what_is_paid_in_another_currency_is_not_this_accounts_matter() -> None:
    both = [account("200.00"), account("50.00", "e-1", "EUR")]
    found = seen(both, DOMAIN, of=1)
    assert (found.short, found.charges, found.covered_until) == (None, (), UNTIL)


def test_without_autorenewal_nothing_is_asked_of_it() -> None:
    assert DOMAIN.order is not None
    off = replace(DOMAIN, order=replace(DOMAIN.order, autorenewal=False))
    assert seen([account("0.00")], off) == Coverage(UNTIL, None, (), True)


@pytest.mark.parametrize(("balance", "lacks"), [("13.49", "0.01"), ("13.50", None)])
def test_I16_what_a_warranty_laid_out_is_asked_for_first(balance: str, lacks: str | None) -> None:
    wanted: dict[str, Any] = {"plan": "domain-ch", "label": "example.ch", "imported": True}
    wanted["starts_on"] = date(2024, 3, 1)
    lapsed = registered(INFOMANIAK, **wanted).contract
    situation = registered(INFOMANIAK, **wanted, expires_on=date(2026, 3, 1))
    assert situation.contract is not None and lapsed is not None
    notice = made(lapsed, INFOMANIAK, INFOMANIAK, date(2025, 2, 1))
    owing = replace(situation.contract, owed=Owed(notice, date(2025, 3, 1), 1))
    till = account(balance, currency="CHF")
    members = [(replace(situation, contract=owing), INFOMANIAK)]
    found = coverage(till, members, [till], INFOMANIAK, NOW, date(2025, 12, 31))
    assert (found.short.short.amount if found.short else None) == lacks
    assert len(found.charges) == (lacks is None)


def test_more_than_200_charges_are_not_told_and_it_is_said_but_how_far_it_reaches_is() -> None:
    many = [held(f"v-{number:03}", "vps-1", "2025-05-01") for number in range(MOST_STEPS + 1)]
    rich = account("361800.00")  # two years of all of them
    found = seen([rich], *many)
    assert (len(found.charges), found.whole, found.covered_until) == (MOST_STEPS, False, UNTIL)
    poorer = account("361799.99")
    assert short(seen([poorer], *many)) == ("2026-04-01", "v-200", "0.01", "a-1")
    assert seen([rich], *many[1:], until=date(2025, 12, 31)).whole


def test_R6_what_is_ordered_is_activated_last_and_may_be_what_is_short() -> None:
    ordered = held("n-1", "vps-1", "2026-04-02", status=Status.PENDING)
    found = seen([account("1000.00")], ordered, DOMAIN)
    assert charges(found)[0] == ("2025-04-02", "d-1", "200.00", "800.00")
    assert {each.contract_id for each in found.charges} == {"d-1"}
    assert short(found) == ("2025-04-02", "n-1", "100.00", "a-1")
