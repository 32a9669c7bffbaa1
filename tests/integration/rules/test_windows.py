"""When windows close: K6, K8, S4, S12, S15 and the patience with a renewal still owed.

One calendar is played for many contracts, twice: under the shipped policies, and under copies
where each number is one larger. Windows end on 15 July whatever their length, so that few runs
show them all; each contract's expiry has its own run, so that no window is judged by a late job.
"""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.integration.conftest import World, new_world
from tests.integration.rules.policy_files import policy_files
from tests.integration.rules.scenes import Seen, imported, it_is, play

LARGER = {
    "kreativmedia": {
        "kinds.domain.lives.0.phases.0.days": 41,
        "kinds.domain.lives.1.phases.0.days": 31,
        "kinds.hosting.lives.0.phases.0.days": 31,
        "renewal.patience_days": 15,
    },
    "svenska-domaner": {
        "kinds.domain.lives.0.phases.0.months": 4,
        "kinds.addon.lives.0.phases.0.days": 31,
        "renewal.patience_days": 15,
    },
}

LARGER_FACTS = {"ch": {"steps.0.days": 41}}

EXPIRY = {
    "ch": "2025-06-05",
    "com": "2025-06-15",
    "hosting": "2025-06-15",
    "org.nz": "2025-04-15",
    "mail": "2025-06-15",
    "kept": "2025-07-01",
    "kept-too": "2025-07-01",
}
CANCELLED = [name for name in EXPIRY if not name.startswith("kept")]
CLOSING = ["2025-07-14 23:59", "2025-07-15 00:00", "2025-07-16 00:00", "2025-08-15 00:00"]
LOOKS = {
    "2025-04-15 00:00": ["org.nz"],
    "2025-06-05 00:00": ["ch"],
    "2025-06-15 00:00": ["com", "hosting", "mail"],
    **dict.fromkeys(CLOSING, EXPIRY),
}


def registered(world: World) -> None:
    it_is(world, "2025-04-01")
    svenska = {"provider": "svenska-domaner"}
    plans = {
        "ch": {"plan": "domain-ch", "label": "example.ch"},
        "com": {"plan": "domain-com", "label": "example.com"},
        "hosting": {},
        "org.nz": {**svenska, "plan": "premium-domain", "label": "example.org.nz"},
        "parent": {**svenska, "plan": "budget-domain", "label": "parent.org.nz"},
        "mail": {**svenska, "plan": "mail-addon", "label": "mail", "parent_id": "parent"},
        "kept": {},
        "kept-too": {**svenska, "plan": "premium-domain", "label": "kept.org.nz"},
    }
    for name, plan in plans.items():
        ends = EXPIRY.get(name, "2026-03-01")
        dates = {"starts_on": f"{int(ends[:4]) - 1}{ends[4:]}", "expires_on": ends}
        status = "non_renewing" if name in CANCELLED else "active"
        imported(world, name, **plan, **dates, status=status)


@pytest.fixture(scope="module")
def seen() -> Seen:
    """Under the policies as they are shipped."""
    with new_world() as world:
        registered(world)
        return play(world, LOOKS)


@pytest.fixture(scope="module")
def seen_under_larger_numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Under the same policies with every number one larger."""
    with policy_files(tmp_path_factory.mktemp("larger")) as files, new_world() as world:
        for provider, changes in LARGER.items():
            files.edit(provider, changes)
        for tld, changes in LARGER_FACTS.items():
            files.edit_tld(tld, changes)
        registered(world)
        yield play(world, LOOKS)


def window(name: str, seen: Seen) -> tuple[str, str]:
    """The end of the window as it is shown on the day of expiry, and as the job keeps it."""
    shown = seen[name, f"{EXPIRY[name]} 00:00"]
    assert shown["status"] == "expired"
    for before, after in pairwise(CLOSING):
        if seen[name, after]["status"] == "closed":
            assert seen[name, before]["status"] == "expired"
            assert seen[name, before]["restorable_until"] == shown["restorable_until"]
            return str(shown["restorable_until"]), after
    raise AssertionError(f"{name} is never closed")


def test_K6_a_ch_domain_is_restorable_for_40_days(seen: Seen) -> None:
    assert window("ch", seen) == ("2025-07-15", "2025-07-15 00:00")


def test_K6_with_41_days_in_the_policy_a_ch_domain_closes_a_day_later(
    seen_under_larger_numbers: Seen,
) -> None:
    """Where the registry has as many, too: LARGER_FACTS."""
    assert window("ch", seen_under_larger_numbers) == ("2025-07-16", "2025-07-16 00:00")


def test_K6_another_extension_has_a_window_of_its_own(
    seen: Seen, seen_under_larger_numbers: Seen
) -> None:
    assert window("com", seen) == ("2025-07-15", "2025-07-15 00:00")
    assert window("com", seen_under_larger_numbers) == ("2025-07-16", "2025-07-16 00:00")


def test_K8_hosting_is_restorable_for_30_days(seen: Seen) -> None:
    assert window("hosting", seen) == ("2025-07-15", "2025-07-15 00:00")


def test_K8_with_31_days_in_the_policy_hosting_closes_a_day_later(
    seen_under_larger_numbers: Seen,
) -> None:
    assert window("hosting", seen_under_larger_numbers) == ("2025-07-16", "2025-07-16 00:00")


def test_S4_an_expired_domain_is_restorable_for_three_calendar_months(seen: Seen) -> None:
    assert window("org.nz", seen) == ("2025-07-15", "2025-07-15 00:00")


def test_S4_with_four_months_in_the_policy_a_domain_closes_a_month_later(
    seen_under_larger_numbers: Seen,
) -> None:
    assert window("org.nz", seen_under_larger_numbers) == ("2025-08-15", "2025-08-15 00:00")


def test_S12_an_add_on_is_restorable_for_30_days(
    seen: Seen, seen_under_larger_numbers: Seen
) -> None:
    """Of a budget domain; of a premium domain's S11 makes something else."""
    assert window("mail", seen) == ("2025-07-15", "2025-07-15 00:00")
    assert window("mail", seen_under_larger_numbers) == ("2025-07-16", "2025-07-16 00:00")


@pytest.mark.parametrize(
    ("name", "reason"), [("org.nz", "released"), ("ch", "released"), ("hosting", "terminated")]
)
def test_S15_when_the_window_has_passed_it_is_final(seen: Seen, name: str, reason: str) -> None:
    last = seen[name, CLOSING[-1]]
    assert (last["status"], last["closed_reason"]) == ("closed", reason)
    assert (last["phase"], last["restorable_until"], last["next"]) == (None, None, None)
    assert not any(each["allowed"] for each in last["actions"])


@pytest.mark.parametrize("name", ["kept", "kept-too"])
def test_G1_a_renewal_still_owed_is_waited_for_14_days(seen: Seen, name: str) -> None:
    assert seen[name, "2025-07-14 23:59"]["status"] == "active"
    expired = seen[name, "2025-07-15 00:00"]
    assert (expired["status"], expired["expires_on"]) == ("expired", "2025-07-01")


@pytest.mark.parametrize("name", ["kept", "kept-too"])
def test_G1_with_15_days_in_the_policy_it_is_waited_for_a_day_longer(
    seen_under_larger_numbers: Seen, name: str
) -> None:
    assert seen_under_larger_numbers[name, "2025-07-15 00:00"]["status"] == "active"
    assert seen_under_larger_numbers[name, "2025-07-16 00:00"]["status"] == "expired"


def test_G1_the_days_of_waiting_are_not_added_to_the_window(seen: Seen) -> None:
    assert seen["kept", "2025-07-15 00:00"]["restorable_until"] == "2025-07-31"
    assert seen["kept-too", "2025-07-15 00:00"]["restorable_until"] == "2025-10-01"
