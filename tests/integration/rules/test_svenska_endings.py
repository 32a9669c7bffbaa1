"""Rules S3, S4, S6, S7, S9, S15 and G9: the ways in which a domain ends, day by day.

One calendar is played under the shipped numbers, another one under larger ones. Whatever ends,
ends on 1 July; what is paid for three months has a domain that goes on to 1 September.
"""

import pytest

from tests.integration.conftest import ALICE, STAFF, World, new_world
from tests.integration.money import francs, moved, opened
from tests.integration.rules.lives import first_look, life, midnights
from tests.integration.rules.policy_files import PolicyFiles, policy_files
from tests.integration.rules.scenes import Seen, cancel, imported, it_is, job, play

YEAR = {"plan": "premium-domain", "starts_on": "2024-07-01", "expires_on": "2025-07-01"}
QUARTER = {"plan": "premium-domain-3", "starts_on": "2025-04-01", "expires_on": "2025-07-01"}
QUARTER_OF_A_LONGER_DOMAIN = {**QUARTER, "registry_expires_on": "2025-09-01"}
CANCELLED = {"status": "non_renewing"}

DOMAINS = {
    "kept.org.nz": {**YEAR, **CANCELLED},
    "kept.se": {**YEAR, **CANCELLED},
    "unpaid.org.nz": YEAR,
    "unpaid.se": YEAR,
    "short.org.nz": {**QUARTER_OF_A_LONGER_DOMAIN, **CANCELLED},
    "short.se": {**QUARTER_OF_A_LONGER_DOMAIN, **CANCELLED},
    "now.org.nz": YEAR,
    "short-now.se": QUARTER_OF_A_LONGER_DOMAIN,
}

LARGER = {"kinds.domain.lives.0.phases.0.months": 4, "renewal.patience_days": 15}
LARGER_FACTS = {"steps.1.days": 61}
"""Of .se: 71 days in all."""

ENDS = {
    "kept.org.nz": ["07-01 expired", "10-01 closed"],
    "kept.se": ["07-01 expired", "09-09 closed"],
    "unpaid.org.nz": ["07-15 expired", "10-01 closed"],
    "unpaid.se": ["07-15 expired", "09-09 closed"],
    "short.org.nz": ["07-01 inactive", "09-01 expired", "12-01 closed"],
    "short.se": ["07-01 inactive", "09-01 expired", "11-10 closed"],
    "now.org.nz": ["07-01 expired", "10-01 closed"],
    "short-now.se": ["09-01 expired", "11-10 closed"],
}
LARGER_ENDS = {
    "kept.org.nz": ["07-01 expired", "11-01 closed"],
    "kept.se": ["07-01 expired", "09-10 closed"],
    "unpaid.org.nz": ["07-16 expired", "11-01 closed"],
    "unpaid.se": ["07-16 expired", "09-10 closed"],
    "short.org.nz": ["07-01 inactive", "09-01 expired", "2026-01-01 closed"],
    "short.se": ["07-01 inactive", "09-01 expired", "11-11 closed"],
    "now.org.nz": ["07-01 expired", "11-01 closed"],
    "short-now.se": ["09-01 expired", "11-11 closed"],
}
BEFORE = dict.fromkeys(DOMAINS, "active") | {
    "kept.org.nz": "non_renewing",
    "kept.se": "non_renewing",
    "short.org.nz": "non_renewing",
    "short.se": "non_renewing",
    "now.org.nz": "inactive",
    "short-now.se": "inactive",
}


def expected(name: str, ends: dict[str, list[str]]) -> list[tuple[str, str]]:
    """The statuses of this name, each with the midnight from which on it is seen."""
    changes = [(BEFORE[name], "2025-06-30 23:59")]
    for end in ends[name]:
        day, status = end.split()
        changes.append((status, f"{day if len(day) > 5 else f'2025-{day}'} 00:00"))
    return changes


def played(world: World, ends: dict[str, list[str]]) -> Seen:
    it_is(world, "2025-05-10")
    for name, fields in DOMAINS.items():
        imported(world, name, provider="svenska-domaner", label=name, **fields)
    for name in ("now.org.nz", "short-now.se"):
        assert cancel(world, name, mode="immediate").status == 200
    days = {moment[:10] for name in DOMAINS for _, moment in expected(name, ends)[1:]}
    return play(world, midnights(days, DOMAINS))


@pytest.fixture(scope="module")
def seen() -> Seen:
    with new_world() as world:
        return played(world, ENDS)


@pytest.fixture(scope="module")
def seen_under_larger_numbers(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    with policy_files(tmp_path_factory.mktemp("larger")) as files, new_world() as world:
        files.edit("svenska-domaner", LARGER)
        files.edit_tld("se", LARGER_FACTS)
        return played(world, LARGER_ENDS)


def window(seen: Seen, name: str) -> tuple[str, str]:
    """The end of the window as it is shown from the first day on, and the day it was over."""
    shown = seen[name, first_look(seen, name, "expired")]["restorable_until"]
    return shown, first_look(seen, name, "closed")[:10]


@pytest.mark.parametrize("name", ["kept.org.nz", "kept.se"])
def test_S4_a_cancelled_domain_that_has_expired_is_restorable_for_three_months(
    seen: Seen, seen_under_larger_numbers: Seen, name: str
) -> None:
    assert life(seen, name) == expected(name, ENDS)
    assert life(seen_under_larger_numbers, name) == expected(name, LARGER_ENDS)


@pytest.mark.parametrize("name", ["unpaid.org.nz", "unpaid.se"])
def test_S7_an_unpaid_domain_is_restorable_for_three_months_from_its_expiry(
    seen: Seen, seen_under_larger_numbers: Seen, name: str
) -> None:
    """It is seen to have expired when the patience with its renewal is over, here 14 days."""
    assert life(seen, name) == expected(name, ENDS)
    assert life(seen_under_larger_numbers, name) == expected(name, LARGER_ENDS)


@pytest.mark.parametrize("name", ["short.org.nz", "short.se"])
def test_S3_S9_a_domain_that_goes_on_is_inactive_until_it_has_expired_itself(
    seen: Seen, seen_under_larger_numbers: Seen, name: str
) -> None:
    assert life(seen, name) == expected(name, ENDS)
    assert life(seen_under_larger_numbers, name) == expected(name, LARGER_ENDS)


@pytest.mark.parametrize("name", ["now.org.nz", "short-now.se"])
def test_S6_S9_a_domain_cancelled_at_once_is_inactive_until_it_has_expired(
    seen: Seen, seen_under_larger_numbers: Seen, name: str
) -> None:
    assert life(seen, name) == expected(name, ENDS)
    assert life(seen_under_larger_numbers, name) == expected(name, LARGER_ENDS)


@pytest.mark.parametrize("name", DOMAINS)
def test_S15_the_window_that_is_shown_is_the_one_that_is_kept(
    seen: Seen, seen_under_larger_numbers: Seen, name: str
) -> None:
    for each in (seen, seen_under_larger_numbers):
        shown, kept = window(each, name)
        assert shown == kept
        closed = each[name, f"{kept} 00:00"]
        assert (closed["closed_reason"], closed["next"]) == ("released", None)


def test_S3_what_a_kind_does_at_its_end_is_the_policys_choice(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("svenska-domaner", {"kinds.domain.lives.0.inactive": None})
    it_is(world, "2025-06-01")
    fields = {"provider": "svenska-domaner", "label": "short.org.nz", **DOMAINS["short.org.nz"]}
    imported(world, "d-1", **fields)
    job(world, "2025-07-01", "00:00")
    assert world.contract("d-1", ALICE)["status"] == "expired"


def test_S6_what_cancelling_at_once_does_is_the_policys_choice(
    world: World, policies: PolicyFiles
) -> None:
    policies.edit("svenska-domaner", {"kinds.domain.lives.0.immediate": "terminate"})
    it_is(world, "2025-06-01")
    imported(world, "d-1", provider="svenska-domaner", label="now.org.nz", **YEAR)
    assert cancel(world, "d-1", mode="immediate").status == 200
    assert world.contract("d-1", ALICE)["status"] == "expired"
    policies.edit("svenska-domaner", {"actions.cancel.modes": ["at_term"]})
    imported(world, "d-2", provider="svenska-domaner", label="later.org.nz", **YEAR)
    refused = cancel(world, "d-2", mode="immediate")
    assert (refused.status, refused.code) == (409, "mode_not_offered")
    assert world.contract("d-2", ALICE)["status"] == "active"


def test_S4_S9_a_domain_paid_by_the_month_is_restorable_as_long_as_it_was_told(
    world: World,
) -> None:
    """A month from the domain's expiry is over two months before its window is."""
    it_is(world, "2026-01-10")
    opened(world, "a-1", "900.00", provider="svenska-domaner", currency="SEK")
    month = {"plan": "premium-domain-3", "term_months": 1, "price": francs("25.00", "SEK")}
    dates = {"starts_on": "2026-01-01", "expires_on": "2026-02-01", **CANCELLED}
    fields = {"provider": "svenska-domaner", "label": "x.org.nz", "locale": "en"}
    imported(world, "d-1", **fields, **month, **dates, registry_expires_on="2026-04-01")
    job(world, "2026-02-01")
    job(world, "2026-04-01")
    assert "up to and including 30 June 2026" in str(world.mails())
    it_is(world, "2026-06-30")
    path, mine = "/contracts/d-1/restoration", {"account_id": "a-1"}
    quote = world.call("GET", f"{path}-quote", ALICE).json
    assert (quote["total"], quote["expires_on"]) == (francs("25.00", "SEK"), "2026-07-30")
    by_staff = world.call("POST", path, STAFF, {"reference": "r"}, query={"dry_run": "true"})
    done = world.call("POST", path, ALICE, mine)
    assert (by_staff.status, done.status) == (200, 200), done.text
    assert moved(world, "a-1")[-1] == ("renewal", "-25.00")
    seen = world.contract("d-1", ALICE)
    assert (seen["status"], seen["expires_on"], seen["anchor_day"]) == ("active", "2026-07-30", 30)
    job(world, "2026-06-30", "13:00", name="renewals")
    assert world.contract("d-1", ALICE)["expires_on"] == "2026-08-30"


def test_S13_what_ends_and_comes_back_twice_in_a_day_is_charged_a_fee_for_each_way_back(
    world: World, policies: PolicyFiles
) -> None:
    """Asked for once more with nothing to bring back, it costs nothing."""
    restore = "kinds.addon.lives.0.phases.0.restore"
    costs = {f"{restore}.price": ["fee", "renewal"], f"{restore}.fee": "50.00"}
    policies.edit("svenska-domaner", costs)
    it_is(world, "2025-05-10")
    term = {"starts_on": "2024-06-01", "expires_on": "2025-06-01"}
    imported(world, "m-1", provider="svenska-domaner", plan="mail-addon", label="mail", **term)
    opened(world, "a-1", "500.00", provider="svenska-domaner", currency="SEK")
    path, mine = "/contracts/m-1/restoration", {"account_id": "a-1"}
    for times in (1, 2, 3):
        assert cancel(world, "m-1", mode="immediate").status == 200
        for _ in range(2):
            reply = world.call("POST", path, ALICE, mine)
            assert reply.status == 200, reply.text
        assert moved(world, "a-1")[1:] == times * [("restoration_fee", "-50.00")]
    assert world.contract("m-1", ALICE)["expires_on"] == "2025-06-01"


def test_G7_a_domain_restored_from_its_registrys_day_keeps_its_anchor(world: World) -> None:
    """Three months at a time on the 31st: 31 August, 30 November, 28 February, 31 May."""
    it_is(world, "2025-09-10")
    term = {"starts_on": "2025-08-31", "expires_on": "2025-11-30"}
    fields = {"provider": "svenska-domaner", "plan": "premium-domain-3", "label": "x.org.nz"}
    imported(world, "d-1", **fields, **term, registry_expires_on="2026-02-28")
    cancel(world, "d-1")
    job(world, "2025-11-30")
    job(world, "2026-02-28")
    assert world.contract("d-1")["status"] == "expired"
    path, body = "/contracts/d-1/restoration", {"reference": "bank-1"}
    assert world.call("POST", path, STAFF, body).status == 200
    seen = world.contract("d-1")
    assert (seen["expires_on"], seen["anchor_day"]) == ("2026-05-31", 31)
