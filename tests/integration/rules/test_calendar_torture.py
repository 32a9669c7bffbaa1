"""Days as the rulebook counts them, case by case, in exact instants of UTC.

A term is served up to the midnight that begins `expires_on` in the provider's zone, a window is
open up to the midnight that begins its last, exclusive day (rules K1, K6, K8, S2, S4, S12 to S14).
In Zurich and Stockholm the clocks are two hours ahead of UTC from the last Sunday of March to the
last Sunday of October, otherwise one; in Moscow always three.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.integration.conftest import STAFF, World
from tests.integration.rules.policy_files import policy_files
from tests.integration.rules.scenes import head, imported, job

MOSCOW = "tide-moscow"
RULES: dict[str, dict[str, Any]] = {
    "30 days, Zurich": {"provider": "kreativmedia", "plan": "hosting-start"},
    "40 days, Zurich": {"provider": "kreativmedia", "plan": "domain-ch", "tld": "ch"},
    "30 days, Moscow": {"provider": MOSCOW, "plan": "hosting-start"},
    "3 months, Stockholm": {
        "provider": "svenska-domaner",
        "plan": "premium-domain",
        "tld": "org.nz",
    },
    "70 days, Stockholm": {"provider": "svenska-domaner", "plan": "premium-domain", "tld": "se"},
    "3 months, Moscow": {"provider": "tide-volga", "plan": "premium-domain", "tld": "org.nz"},
}


@dataclass(frozen=True)
class Case:
    rule: str
    expires_on: str
    ends_at: str
    until: str
    over_at: str


CASES = [
    # The worked case of the rulebook: 31 March + 40 days is through 9 May.
    Case("40 days, Zurich", "2025-03-31", "2025-03-30T22:00", "2025-05-10", "2025-05-09T22:00"),
    # The day on which the clocks go forward begins in winter time, and the next one does not.
    Case("40 days, Zurich", "2024-03-31", "2024-03-30T23:00", "2024-05-10", "2024-05-09T22:00"),
    Case("30 days, Zurich", "2025-03-30", "2025-03-29T23:00", "2025-04-29", "2025-04-28T22:00"),
    Case("30 days, Zurich", "2025-02-28", "2025-02-27T23:00", "2025-03-30", "2025-03-29T23:00"),
    Case("30 days, Zurich", "2025-03-01", "2025-02-28T23:00", "2025-03-31", "2025-03-30T22:00"),
    # The day on which they go back begins in summer time.
    Case("30 days, Zurich", "2025-09-26", "2025-09-25T22:00", "2025-10-26", "2025-10-25T22:00"),
    Case("30 days, Zurich", "2025-09-27", "2025-09-26T22:00", "2025-10-27", "2025-10-26T23:00"),
    Case("30 days, Zurich", "2025-10-26", "2025-10-25T22:00", "2025-11-25", "2025-11-24T23:00"),
    Case("30 days, Zurich", "2025-10-27", "2025-10-26T23:00", "2025-11-26", "2025-11-25T23:00"),
    # February, with 29 days and with 28, and the turn of a year.
    Case("30 days, Zurich", "2024-01-30", "2024-01-29T23:00", "2024-02-29", "2024-02-28T23:00"),
    Case("30 days, Zurich", "2025-01-30", "2025-01-29T23:00", "2025-03-01", "2025-02-28T23:00"),
    Case("30 days, Zurich", "2024-02-29", "2024-02-28T23:00", "2024-03-30", "2024-03-29T23:00"),
    Case("30 days, Zurich", "2024-12-02", "2024-12-01T23:00", "2025-01-01", "2024-12-31T23:00"),
    # Moscow sees none of that.
    Case("30 days, Moscow", "2025-03-30", "2025-03-29T21:00", "2025-04-29", "2025-04-28T21:00"),
    Case("30 days, Moscow", "2025-03-31", "2025-03-30T21:00", "2025-04-30", "2025-04-29T21:00"),
    Case("30 days, Moscow", "2025-10-26", "2025-10-25T21:00", "2025-11-25", "2025-11-24T21:00"),
    Case("30 days, Moscow", "2024-02-29", "2024-02-28T21:00", "2024-03-30", "2024-03-29T21:00"),
    Case("30 days, Moscow", "2025-01-01", "2024-12-31T21:00", "2025-01-31", "2025-01-30T21:00"),
    # Three calendar months: to the same day, or to the last one of a shorter month.
    Case("3 months, Stockholm", "2024-11-30", "2024-11-29T23:00", "2025-02-28", "2025-02-27T23:00"),
    Case("3 months, Stockholm", "2023-11-30", "2023-11-29T23:00", "2024-02-29", "2024-02-28T23:00"),
    Case("3 months, Stockholm", "2024-02-29", "2024-02-28T23:00", "2024-05-29", "2024-05-28T22:00"),
    Case("3 months, Stockholm", "2025-05-31", "2025-05-30T22:00", "2025-08-31", "2025-08-30T22:00"),
    Case("3 months, Stockholm", "2025-03-31", "2025-03-30T22:00", "2025-06-30", "2025-06-29T22:00"),
    Case("3 months, Stockholm", "2024-12-30", "2024-12-29T23:00", "2025-03-30", "2025-03-29T23:00"),
    Case("3 months, Stockholm", "2024-12-31", "2024-12-30T23:00", "2025-03-31", "2025-03-30T22:00"),
    Case("3 months, Stockholm", "2025-07-26", "2025-07-25T22:00", "2025-10-26", "2025-10-25T22:00"),
    Case("3 months, Stockholm", "2025-07-27", "2025-07-26T22:00", "2025-10-27", "2025-10-26T23:00"),
    Case("3 months, Moscow", "2024-12-31", "2024-12-30T21:00", "2025-03-31", "2025-03-30T21:00"),
    Case("3 months, Moscow", "2024-11-30", "2024-11-29T21:00", "2025-02-28", "2025-02-27T21:00"),
    # The registry's 70 days, over a February and a change of the clocks.
    Case("70 days, Stockholm", "2025-01-20", "2025-01-19T23:00", "2025-03-31", "2025-03-30T22:00"),
    Case("70 days, Stockholm", "2024-01-21", "2024-01-20T23:00", "2024-03-31", "2024-03-30T23:00"),
]


def shifted(instant: str, seconds: int) -> str:
    moved = datetime.fromisoformat(instant) + timedelta(seconds=seconds)
    return f"{moved:%Y-%m-%dT%H:%M:%S}Z"


def named(case: Case) -> str:
    return f"{case.rule}, {case.expires_on}".replace(",", "").replace(" ", "-")


def probe(world: World, contract_id: str, door: str) -> tuple[int, str | None]:
    """What staff would be told now; nothing is carried out."""
    body = {"reference": "inv-1"} if door == "restoration" else {}
    reply = world.call(
        "POST", f"/contracts/{contract_id}/{door}", STAFF, body, query={"dry_run": "true"}
    )
    return reply.status, None if reply.status == 200 else reply.code


def run(world: World, instant: str) -> None:
    day, at = shifted(instant, 0).removesuffix("Z").split("T")
    job(world, day, at, "UTC")


@pytest.fixture(scope="module")
def zones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Two providers in Moscow besides those that are shipped."""
    with policy_files(tmp_path_factory.mktemp("zones")) as files:
        files.add(MOSCOW, "kreativmedia", {"zone": "Europe/Moscow"})
        files.add("tide-volga", "svenska-domaner", {"zone": "Europe/Moscow"})
        yield


@pytest.mark.parametrize("case", CASES, ids=named)
def test_K1_K6_K8_S2_S4_G9_a_term_and_a_window_end_at_the_midnights_of_the_table(
    world: World, zones: None, case: Case
) -> None:
    fields = RULES[case.rule]
    label = f"example.{fields.get('tld', 'hosting')}"
    start = f"{int(case.expires_on[:4]) - 1}{case.expires_on[4:].replace('02-29', '02-28')}"
    dates = {"starts_on": start, "expires_on": case.expires_on}
    world.set_clock(shifted(case.ends_at, -1))
    imported(world, "c", **fields, **dates, label=label, status="non_renewing")
    assert probe(world, "c", "reactivation") == (200, None)
    run(world, case.ends_at)
    assert probe(world, "c", "reactivation") == (409, "expired")
    seen = world.contract("c")
    assert (seen["status"], seen["restorable_until"]) == ("expired", case.until)

    world.set_clock(shifted(case.over_at, -1))
    assert probe(world, "c", "restoration") == (200, None)
    world.set_clock(shifted(case.over_at, 0))
    assert probe(world, "c", "restoration") == (409, "restoration_over")


@dataclass(frozen=True)
class AddOn:
    unpaid: bool
    expires_on: str
    acts_at: str
    until: str


ADD_ONS = [
    # S12: 30 days after its end. S14: 90 days after its expiry, and 30 days from then on.
    AddOn(False, "2025-02-28", "2025-02-27T23:00", "2025-03-30"),
    AddOn(False, "2025-03-01", "2025-02-28T23:00", "2025-03-31"),
    AddOn(False, "2024-01-31", "2024-01-30T23:00", "2024-03-01"),
    AddOn(False, "2025-09-27", "2025-09-26T22:00", "2025-10-27"),
    AddOn(True, "2024-12-30", "2025-03-29T23:00", "2025-04-29"),
    AddOn(True, "2024-12-31", "2025-03-30T22:00", "2025-04-30"),
    AddOn(True, "2023-12-01", "2024-02-28T23:00", "2024-03-30"),
    AddOn(True, "2025-07-28", "2025-10-25T22:00", "2025-11-25"),
    AddOn(True, "2025-07-29", "2025-10-26T23:00", "2025-11-26"),
]


@pytest.mark.parametrize("case", ADD_ONS, ids=lambda case: f"{case.expires_on}-{case.unpaid}")
def test_S12_S14_an_add_on_ends_at_the_midnight_of_the_table(world: World, case: AddOn) -> None:
    """An unpaid one is brought along inactive, so that its own midnight is all that is played."""
    start = f"{int(case.expires_on[:4]) - 1}{case.expires_on[4:]}"
    dates = {"starts_on": start, "expires_on": case.expires_on}
    status = "inactive" if case.unpaid else "non_renewing"
    world.set_clock(shifted(case.acts_at, -86_400))
    fields = {"provider": "svenska-domaner", "plan": "mail-addon", "label": "mail"}
    imported(world, "a", **fields, **dates, status=status)
    run(world, shifted(case.acts_at, -1).removesuffix("Z"))
    assert world.contract("a")["status"] == status
    run(world, case.acts_at)
    seen = world.contract("a")
    assert (seen["status"], seen["restorable_until"]) == ("expired", case.until)


@dataclass(frozen=True)
class Late:
    rule: str
    expires_on: str
    first_run: str
    until: str


LATE = [
    # Late within the window: what is shown is what was promised.
    Late("30 days, Zurich", "2025-10-20", "2025-10-28T11:00", "2025-11-19"),
    Late("30 days, Zurich", "2025-02-28", "2025-03-11T11:00", "2025-03-30"),
    Late("40 days, Zurich", "2025-03-31", "2025-05-09T21:59", "2025-05-10"),
    Late("3 months, Stockholm", "2024-11-30", "2025-02-13T22:59", "2025-02-28"),
    # Later: 14 days from the local day of the run, over the ends of months (G15).
    Late("3 months, Stockholm", "2024-11-30", "2025-02-14T23:00", "2025-03-01"),
    Late("30 days, Zurich", "2025-01-30", "2025-02-28T22:59", "2025-03-14"),
    Late("30 days, Zurich", "2025-01-30", "2025-02-28T23:00", "2025-03-15"),
    Late("30 days, Zurich", "2024-01-30", "2024-02-28T23:30", "2024-03-14"),
    Late("30 days, Moscow", "2025-01-30", "2025-03-05T20:59", "2025-03-19"),
    Late("30 days, Moscow", "2025-01-30", "2025-03-05T21:00", "2025-03-20"),
    Late("30 days, Zurich", "2025-09-01", "2025-10-25T21:59", "2025-11-08"),
    Late("30 days, Zurich", "2025-09-01", "2025-10-25T22:00", "2025-11-09"),
]


@pytest.mark.parametrize("case", LATE, ids=lambda case: f"{case.expires_on}-{case.first_run}")
def test_G15_a_run_that_is_days_late_counts_from_its_own_local_day(
    world: World, zones: None, case: Late
) -> None:
    fields = RULES[case.rule]
    label = f"example.{fields.get('tld', 'hosting')}"
    start = f"{int(case.expires_on[:4]) - 1}{case.expires_on[4:]}"
    dates = {"starts_on": start, "expires_on": case.expires_on}
    world.set_clock(shifted(case.first_run, -1))
    imported(world, "c", **fields, **dates, label=label, status="non_renewing")
    run(world, case.first_run)
    seen = world.contract("c")
    assert (seen["status"], seen["expires_on"]) == ("expired", case.expires_on)
    assert seen["restorable_until"] == case.until


@pytest.mark.parametrize(
    ("starts_on", "months", "ends"),
    [
        ("2025-01-31", 1, ["2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"]),
        ("2024-01-30", 1, ["2024-02-29", "2024-03-30", "2024-04-30"]),
        ("2024-11-30", 3, ["2025-02-28", "2025-05-30", "2025-08-30"]),
        ("2024-02-29", 12, ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
    ],
    ids=["the 31st", "the 30th", "quarters", "29 February"],
)
def test_G7_term_after_term_the_anchor_day_comes_back(
    world: World, starts_on: str, months: int, ends: list[str]
) -> None:
    """Each new term is begun by a restoration on the first day after the old one."""
    first, *later = ends
    world.set_clock(f"{starts_on}T11:00:00Z")
    dates = {"starts_on": starts_on, "expires_on": first, "term_months": months}
    imported(world, "c", **dates, status="non_renewing")
    now = first
    for end in later:
        run(world, f"{now}T11:00:00")
        assert world.contract("c")["status"] == "expired"
        path = "/contracts/c/restoration"
        assert world.call("POST", path, STAFF, {"reference": f"inv-{end}"}).status == 200
        seen = world.contract("c")
        assert (seen["status"], seen["expires_on"]) == ("active", end)
        assert world.call("POST", "/contracts/c/cancellation", STAFF, {}).status == 200
        now = end
    assert head(world, "c")["anchor_day"] == str(int(starts_on[-2:]))
