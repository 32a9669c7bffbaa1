"""A provider that nobody has heard of, from the file that docs/policies.md shows: no code is needed
for it. Each window is lived through at the doors, with the job on its days."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tacit import policies
from tacit.domain.policy_check import errors
from tacit.domain.policy_warnings import warnings
from tests.integration.conftest import STAFF, World, customer
from tests.integration.rules.policy_files import policy_files
from tests.integration.rules.scenes import cancel, history, imported, it_is, job, reactivate

PAGE = Path(__file__).resolve().parents[3] / "docs" / "policies.md"
PROVIDER = "shellrent"
ALICE = customer("alice", PROVIDER)


@pytest.fixture(scope="module", autouse=True)
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The shipped policies with the page's file beside them."""
    folder = tmp_path_factory.mktemp("policies")
    (text,) = re.findall(r"^~~~toml\n(.*?)^~~~", PAGE.read_text("utf-8"), re.M | re.S)
    (folder / f"{PROVIDER}-1.toml").write_text(text, "utf-8")
    with policy_files(folder):
        yield folder


def expiring(world: World, contract_id: str, tld: str, **more: Any) -> None:
    """A name of alice's for the year to 31 March 2025."""
    imported(
        world,
        contract_id,
        provider=PROVIDER,
        plan="domain-com" if tld == "com" else f"domain-{tld}",
        label=f"{contract_id}.{tld}",
        starts_on="2024-03-31",
        expires_on="2025-03-31",
        **more,
    )


def price(world: World, contract_id: str) -> str:
    """What coming back costs today, or why there is no way."""
    reply = world.call("GET", f"/contracts/{contract_id}/restoration-quote", ALICE)
    return str(reply.json["total"]["amount"] if reply.status == 200 else reply.code)


def test_the_file_is_read_and_nothing_is_wrong_with_it(shelf: Path) -> None:
    """Nor does ICANN ask for a notice that it lacks."""
    policy = policies.newest(PROVIDER)
    assert policy.name == f"{PROVIDER}/1"
    assert errors(policy, date(2027, 1, 1)) == []
    assert not [each for each in warnings(policy, date(2027, 1, 1)) if "ICANN" in each.says]


def test_a_name_is_cancelled_kept_lost_brought_back_and_its_twin_released(world: World) -> None:
    it_is(world, "2025-03-01")
    expiring(world, "kept", "it")
    expiring(world, "twin", "it", status="non_renewing")
    for command in (cancel, reactivate, cancel):
        assert command(world, "kept", ALICE).status == 200

    job(world, "2025-03-31", "00:00")
    seen = world.contract("kept", ALICE)
    assert (seen["status"], seen["phase"]) == ("expired", "grace")
    assert seen["restorable_until"] == "2025-04-30"
    assert price(world, "kept") == "9.00"

    job(world, "2025-04-13", "23:59")
    assert world.contract("kept")["phase"] == "grace"
    job(world, "2025-04-14", "00:00")
    assert world.contract("kept")["phase"] == "redemption"
    assert price(world, "kept") == "19.00"

    it_is(world, "2025-04-29", "23:59")
    paid = {"reference": "inv-1"}
    back = world.call("POST", "/contracts/kept/restoration", STAFF, paid)
    assert [(row["reason"], row["amount"]["amount"]) for row in back.json["charges"]] == [
        ("restoration_fee", "10.00"),
        ("renewal", "9.00"),
    ]
    seen = world.contract("kept", ALICE)
    assert (seen["status"], seen["expires_on"]) == ("active", "2026-03-31")

    job(world, "2025-04-30", "00:00")
    seen = world.contract("twin")
    assert (seen["status"], seen["closed_reason"]) == ("closed", "released")
    assert history(world, "twin") == [
        "contract.registered",
        "contract.expired",
        "contract.expiry_noticed",
        "contract.phase_entered",
        "contract.closed",
    ]


# Looks at noon after the job of that day: the phase, and what coming back costs.
LIVES = {
    "eu": [
        ("2025-03-31", "quarantine", "14.00"),
        ("2025-05-09", "quarantine", "14.00"),
        ("2025-05-10", None, "closed"),
    ],
    "fr": [
        ("2025-03-31", "grace", "11.00"),
        ("2025-04-26", "grace", "11.00"),
        ("2025-04-27", "redemption", "20.00"),
        ("2025-04-29", "redemption", "20.00"),
        ("2025-04-30", None, "closed"),
    ],
    "com": [
        ("2025-03-31", "grace", "12.00"),
        ("2025-04-26", "grace", "12.00"),
        ("2025-04-27", "redemption", "87.00"),
        ("2025-05-26", "redemption", "87.00"),
        ("2025-05-27", None, "closed"),
    ],
}


def test_each_extension_has_the_life_that_the_page_gives_it(world: World) -> None:
    it_is(world, "2025-03-01")
    for tld in LIVES:
        expiring(world, tld, tld, status="non_renewing")
    looks = sorted({(day, tld) for tld, rows in LIVES.items() for day, _, _ in rows})
    seen: dict[str, list[tuple[str, str | None, str]]] = {tld: [] for tld in LIVES}
    for day in dict.fromkeys(day for day, _ in looks):
        job(world, day)
        for tld in (tld for at, tld in looks if at == day):
            seen[tld].append((day, world.contract(tld)["phase"], price(world, tld)))
    assert seen == LIVES
