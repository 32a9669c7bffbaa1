"""Rules S11 to S14: how an add-on ends, and what it is afterwards.

As for domains, one calendar under the shipped numbers and another one under larger ones. The
add-ons' terms end on 1 July; the domains that they hang on go on.
"""

import pytest

from tests.integration.conftest import ALICE, BOB, STAFF, World, new_world
from tests.integration.money import balance, book, francs, opened
from tests.integration.rules.lives import life, midnights
from tests.integration.rules.policy_files import PolicyFiles, policy_files
from tests.integration.rules.scenes import (
    Seen,
    calendars,
    cancel,
    head,
    history,
    imported,
    it_is,
    job,
    play,
    reactivate,
    told,
)

PROVIDER = {"provider": "svenska-domaner"}
YEAR = {"starts_on": "2024-07-01", "expires_on": "2025-07-01"}
ADD_ON = {**PROVIDER, "plan": "mail-addon", "options": ["forwarding"]}

ADD_ONS = {
    "premium": {"parent_id": "premium-domain"},
    "budget": {"parent_id": "budget-domain"},
    "alone": {},
    "moved": {"parent_id": "moved-domain"},
    "unpaid-premium": {"parent_id": "premium-domain"},
    "unpaid-budget": {"parent_id": "budget-domain"},
    "now-premium": {"parent_id": "premium-domain"},
    "now-budget": {"parent_id": "budget-domain"},
}
LARGER = {
    "kinds.addon.lives.0.phases.0.days": 31,
    "kinds.addon.lives.0.inactive.days": 91,
    "renewal.patience_days": 15,
}

AT_ONCE = "05-10 12:01"
ENDS = {
    "premium": [f"{AT_ONCE} non_renewing", "07-01 active"],
    "budget": [f"{AT_ONCE} non_renewing", "07-01 expired", "07-31 closed"],
    "alone": [f"{AT_ONCE} non_renewing", "07-01 expired", "07-31 closed"],
    "moved": [f"{AT_ONCE} non_renewing", "07-01 expired", "07-31 closed"],
    "unpaid-premium": [f"{AT_ONCE} active", "07-15 inactive", "09-29 active"],
    "unpaid-budget": [f"{AT_ONCE} active", "07-15 inactive", "09-29 expired", "10-29 closed"],
    "now-premium": [f"{AT_ONCE} expired", "06-09 closed"],
    "now-budget": [f"{AT_ONCE} expired", "06-09 closed"],
}
LARGER_ENDS = {
    "premium": [f"{AT_ONCE} non_renewing", "07-01 active"],
    "budget": [f"{AT_ONCE} non_renewing", "07-01 expired", "08-01 closed"],
    "alone": [f"{AT_ONCE} non_renewing", "07-01 expired", "08-01 closed"],
    "moved": [f"{AT_ONCE} non_renewing", "07-01 expired", "08-01 closed"],
    "unpaid-premium": [f"{AT_ONCE} active", "07-16 inactive", "09-30 active"],
    "unpaid-budget": [f"{AT_ONCE} active", "07-16 inactive", "09-30 expired", "10-31 closed"],
    "now-premium": [f"{AT_ONCE} expired", "06-10 closed"],
    "now-budget": [f"{AT_ONCE} expired", "06-10 closed"],
}


def expected(name: str, ends: dict[str, list[str]]) -> list[tuple[str, str]]:
    changes = []
    for end in ends[name]:
        *moment, status = end.split()
        day, at = moment if len(moment) > 1 else (moment[0], "00:00")
        changes.append((status, f"2025-{day} {at}"))
    return changes


def domains(world: World) -> None:
    """A premium and a budget domain, and a premium one that has moved away."""
    dates = {"starts_on": "2025-03-01", "expires_on": "2026-03-01"}
    for name in ("premium-domain", "budget-domain", "moved-domain"):
        plan = "budget-domain" if name == "budget-domain" else "premium-domain"
        imported(world, name, **PROVIDER, plan=plan, label=f"{name}.org.nz", **dates)


def played(world: World, ends: dict[str, list[str]]) -> Seen:
    it_is(world, "2025-05-10")
    domains(world)
    for name, fields in ADD_ONS.items():
        imported(world, name, **ADD_ON, label=name, **YEAR, **fields)
        mode = {"unpaid": None, "now": "immediate"}.get(name.split("-")[0], "at_term")
        if mode is not None:
            assert cancel(world, name, mode=mode).status == 200
    moved = world.call("POST", "/contracts/moved-domain/transfer-out", STAFF, {})
    assert moved.status == 200
    days = {moment[:10] for name in ADD_ONS for _, moment in expected(name, ends)[1:]}
    return play(world, {f"2025-{AT_ONCE}": list(ADD_ONS)} | midnights(days, ADD_ONS))


@pytest.fixture(scope="module")
def seen() -> Seen:
    with new_world() as world:
        return played(world, ENDS)


@pytest.fixture(scope="module")
def seen_under_larger_numbers(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    with policy_files(tmp_path_factory.mktemp("larger")) as files, new_world() as world:
        files.edit("svenska-domaner", LARGER)
        return played(world, LARGER_ENDS)


def test_S11_of_a_premium_domain_it_becomes_a_free_account_that_keeps_its_settings(
    seen: Seen, seen_under_larger_numbers: Seen
) -> None:
    assert life(seen, "premium") == expected("premium", ENDS)
    assert life(seen_under_larger_numbers, "premium") == expected("premium", LARGER_ENDS)
    before, after = (seen["premium", f"2025-{each}"] for each in ("06-30 23:59", "07-01 00:00"))
    assert (before["plan"], after["plan"]) == ("mail-addon", "free-domain-account")
    assert after["price"] == {"amount": "0.00", "currency": "SEK"}
    kept = ("id", "kind", "label", "holder", "email", "options", "servers", "parent_id", "order_id")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["expires_on"] == "2026-03-01"
    assert after["cancellation"] is None


@pytest.mark.parametrize("name", ["budget", "alone", "moved"])
def test_S12_of_a_budget_domain_or_of_none_it_is_terminated_and_restorable_for_30_days(
    seen: Seen, seen_under_larger_numbers: Seen, name: str
) -> None:
    """A domain that has moved to another registrar is none of ours any more."""
    assert life(seen, name) == expected(name, ENDS)
    assert life(seen_under_larger_numbers, name) == expected(name, LARGER_ENDS)
    assert seen[name, "2025-07-01 00:00"]["restorable_until"] == "2025-07-31"
    closed = seen[name, "2025-07-31 00:00"]
    assert (closed["plan"], closed["closed_reason"]) == ("mail-addon", "terminated")


@pytest.mark.parametrize("name", ["now-premium", "now-budget"])
def test_S13_cancelled_at_once_it_is_terminated_at_once_and_never_downgraded(
    seen: Seen, seen_under_larger_numbers: Seen, name: str
) -> None:
    assert life(seen, name) == expected(name, ENDS)
    assert life(seen_under_larger_numbers, name) == expected(name, LARGER_ENDS)
    assert seen[name, f"2025-{AT_ONCE}"]["restorable_until"] == "2025-06-09"
    closed = seen[name, "2025-06-09 00:00"]
    assert (closed["plan"], closed["closed_reason"]) == ("mail-addon", "terminated")


@pytest.mark.parametrize("name", ["unpaid-premium", "unpaid-budget"])
def test_S14_unpaid_it_is_inactive_and_ends_90_days_after_its_expiry(
    seen: Seen, seen_under_larger_numbers: Seen, name: str
) -> None:
    """Counted from the expiry on 1 July, not from the end of the patience with its renewal."""
    assert life(seen, name) == expected(name, ENDS)
    assert life(seen_under_larger_numbers, name) == expected(name, LARGER_ENDS)
    assert seen[name, "2025-07-15 00:00"]["plan"] == "mail-addon"


def test_S14_after_it_the_same_happens_as_at_any_other_end(seen: Seen) -> None:
    free = seen["unpaid-premium", "2025-09-29 00:00"]
    assert (free["plan"], free["expires_on"]) == ("free-domain-account", "2026-03-01")
    assert free["options"] == ["forwarding"]
    over = seen["unpaid-budget", "2025-09-29 00:00"]
    assert (over["plan"], over["restorable_until"]) == ("mail-addon", "2025-10-29")


def test_S11_which_domains_keep_something_for_free_is_the_policys_choice(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("svenska-domaner", {"kinds.addon.lives.0.downgrade.parent_tiers": ["budget"]})
    it_is(world, "2025-05-10")
    domains(world)
    for name in ("premium", "budget"):
        parent = {"parent_id": f"{name}-domain"}
        imported(world, name, **ADD_ON, label=name, **YEAR, **parent, status="non_renewing")
    job(world, "2025-07-01", "00:00")
    assert world.contract("premium", ALICE)["status"] == "expired"
    assert world.contract("budget", ALICE)["plan"] == "free-domain-account"


def test_S13_what_is_lost_is_said_before(world: World) -> None:
    it_is(world, "2025-05-10")
    domains(world)
    imported(world, "now", **ADD_ON, label="now", **YEAR, parent_id="premium-domain")
    asked = cancel(world, "now", mode="immediate", dry_run=True)
    assert world.contract("now", BOB)["status"] == "active"
    done = cancel(world, "now", mode="immediate")
    (warning,) = done.json["warnings"]
    assert asked.json["warnings"] == [warning]
    assert "52 paid days are lost" in warning["detail"]
    assert world.contract("now", BOB)["status"] == "expired"
    assert calendars(world, "now")["renewals_due_at"] is None
    assert reactivate(world, "now").code == "expired"


@pytest.mark.parametrize(
    ("on", "charged", "expires_on"),
    [("2025-06-30", [], "2025-07-01"), ("2025-07-01", ["199.00"], "2026-07-01")],
    ids=["within what was paid", "after it"],
)
def test_S13_it_comes_back_for_a_term_or_for_what_is_left_of_the_one_that_was_paid(
    world: World, on: str, charged: list[str], expires_on: str
) -> None:
    it_is(world, "2025-06-10")
    domains(world)
    imported(world, "now", **ADD_ON, label="now", **YEAR, parent_id="premium-domain")
    cancel(world, "now", mode="immediate")
    it_is(world, on, "00:00")
    back = world.call("POST", "/contracts/now/restoration", STAFF, {"reference": "inv-1"})
    assert [row["amount"]["amount"] for row in back.json["charges"]] == charged
    seen = world.contract("now", BOB)
    assert (seen["status"], seen["plan"]) == ("active", "mail-addon")
    assert seen["expires_on"] == expires_on


def test_S14_while_inactive_it_cannot_be_taken_back_and_is_not_terminated_yet(
    world: World,
) -> None:
    it_is(world, "2025-05-10")
    domains(world)
    imported(world, "unpaid", **ADD_ON, label="unpaid", **YEAR, parent_id="budget-domain")
    job(world, "2025-07-15", "00:00")
    refused = reactivate(world, "unpaid")
    assert (refused.status, refused.code) == (409, "inactive")
    assert refused.json["params"]["contact"]["form"] == "https://www.svenskadomaner.se/"
    quote = world.call("GET", "/contracts/unpaid/restoration-quote", ALICE)
    assert (quote.status, quote.code) == (409, "not_expired")
    seen = world.contract("unpaid", BOB)
    assert (seen["status"], seen["next"]) == ("inactive", {"action": "expire", "on": "2025-09-29"})
    assert history(world, "unpaid") == ["contract.registered", "contract.inactivated"]


@pytest.fixture
def followed(world: World) -> World:
    """A free account, made of the add-on of a premium domain that ends on 10 September."""
    it_is(world, "2025-05-10")
    dates = {"starts_on": "2024-09-10", "expires_on": "2025-09-10"}
    imported(world, "d", **PROVIDER, plan="premium-domain", label="example.org.nz", **dates)
    imported(world, "a", **ADD_ON, label="mail", **YEAR, parent_id="d", status="non_renewing")
    job(world, "2025-07-01", "00:00")
    world.mails()
    return world


def test_S11_a_free_account_has_no_renewal_of_its_own_and_no_charge(followed: World) -> None:
    seen = followed.contract("a", ALICE)
    assert seen["next"] == {"action": "follow_parent", "on": "2025-09-10"}
    assert calendars(followed, "a")["renewals_due_at"] is None
    job(followed, "2025-09-10", "00:00")
    job(followed, "2025-09-23", "23:59")
    assert followed.contract("a", ALICE)["status"] == "active"
    lines = [item for item in followed.items() if item["item"]["S"] == "charge"]
    assert lines == []


def test_S11_a_free_account_expires_comes_back_and_ends_with_its_domain(followed: World) -> None:
    cancel(followed, "d")
    job(followed, "2025-09-10", "00:00")
    followed.mails()
    assert followed.contract("a", ALICE)["status"] == "expired"
    refused = followed.call("POST", "/contracts/a/restoration", STAFF, {"reference": "inv-1"})
    assert (refused.status, refused.code) == (409, "follows_parent")
    it_is(followed, "2025-10-01")
    back = followed.call("POST", "/contracts/d/restoration", STAFF, {"reference": "inv-1"})
    assert [row["amount"]["amount"] for row in back.json["charges"]] == ["249.00"]
    followed.mails()
    seen = followed.contract("a", ALICE)
    assert (seen["status"], seen["plan"]) == ("active", "free-domain-account")
    assert (seen["expires_on"], seen["options"]) == ("2026-09-10", ["forwarding"])
    cancel(followed, "d")
    job(followed, "2026-09-10", "00:00")
    followed.mails()
    assert followed.contract("a")["status"] == "expired"
    job(followed, "2026-12-10", "00:00")
    followed.mails()
    closed = followed.contract("a")
    assert (closed["status"], closed["closed_reason"]) == ("closed", "terminated")


def test_S11_a_free_account_is_switched_off_with_its_domain_and_goes_when_it_moves(
    followed: World,
) -> None:
    cancel(followed, "d", mode="immediate")
    followed.mails()
    assert followed.contract("a", ALICE)["status"] == "inactive"
    assert followed.call("POST", "/contracts/d/transfer-out", STAFF, {}).status == 200
    followed.mails()
    assert followed.contract("a")["status"] == "closed"
    assert calendars(followed, "a") == {"renewals_due_at": None, "expiries_due_at": None}


def test_S11_the_downgrade_says_what_became_of_it(world: World) -> None:
    it_is(world, "2025-05-10")
    domains(world)
    fields = {"parent_id": "premium-domain", "status": "non_renewing"}
    imported(world, "a", **ADD_ON, label="mail", **YEAR, **fields)
    world.relay()
    job(world, "2025-07-01", "00:00")
    (event,) = told(world, "a")
    assert event["detail-type"] == "contract.downgraded"
    assert event["detail"]["data"]["plan"] == "free-domain-account"
    assert head(world, "a")["plan"] == "free-domain-account"


def test_S12_S14_an_add_on_of_three_months_is_restorable_as_long_as_it_was_told(
    world: World,
) -> None:
    """It is inactive for 90 days, which is its whole next term, and restorable for 30 more."""
    it_is(world, "2026-01-10")
    opened(world, "a-1", "0.01", **PROVIDER, currency="SEK")
    quarter = {"term_months": 3, "price": francs("50.00", "SEK"), "locale": "en"}
    imported(world, "m-1", **ADD_ON, **quarter, starts_on="2025-11-01", expires_on="2026-02-01")
    job(world, "2026-02-01", name="renewals")
    job(world, "2026-02-01")
    job(world, "2026-05-02")
    told_until = "You can restore it yourself in the portal, up to and including 31 May 2026"
    assert told_until in str(world.mails())
    book(world, "a-1", "deposits", francs("60.00", "SEK"), "late")
    it_is(world, "2026-05-31")
    path = "/contracts/m-1/restoration"
    quote = world.call("GET", f"{path}-quote", ALICE).json
    assert (quote["total"], quote["expires_on"]) == (francs("50.00", "SEK"), "2026-08-31")
    assert world.call("POST", path, ALICE, {"account_id": "a-1"}).status == 200
    assert world.contract("m-1", ALICE)["expires_on"] == "2026-08-31"
    assert balance(world, "a-1") == "10.01"
