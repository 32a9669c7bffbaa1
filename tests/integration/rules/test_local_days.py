"""A day begins at midnight in the provider's zone: winter, summer, both clock changes, and zones
from one end of the world to the other, each of them a provider that is nothing but a file."""

from collections.abc import Iterator

import pytest

from tests.integration.conftest import Person, World, new_world
from tests.integration.rules.policy_files import policy_files
from tests.integration.rules.scenes import (
    Seen,
    history,
    imported,
    it_is,
    job,
    play,
)

DAYS = {
    "2025-01-15": "winter",
    "2025-03-30": "the day the clocks go forward",
    "2025-03-31": "the day after",
    "2025-07-15": "summer",
    "2025-10-26": "the day the clocks go back",
    "2025-10-27": "the day after that",
}
MINUTE_BEFORE = {
    "2025-01-15": "2025-01-14 23:59",
    "2025-03-30": "2025-03-29 23:59",
    "2025-03-31": "2025-03-30 23:59",
    "2025-07-15": "2025-07-14 23:59",
    "2025-10-26": "2025-10-25 23:59",
    "2025-10-27": "2025-10-26 23:59",
}
PROVIDERS = {
    "kreativmedia": {"plan": "hosting-start"},
    "svenska-domaner": {"plan": "premium-domain"},
}


@pytest.fixture(scope="module")
def seen() -> Seen:
    """A year at two providers, with the job a minute before and at each of these midnights."""
    with new_world() as world:
        it_is(world, "2025-01-02")
        looks: dict[str, list[str]] = {}
        for day in DAYS:
            looks[MINUTE_BEFORE[day]] = looks[f"{day} 00:00"] = []
            for provider, plan in PROVIDERS.items():
                looks[MINUTE_BEFORE[day]].append(f"{provider}-{day}")
                dates = {"starts_on": f"2024{day[4:]}", "expires_on": day}
                fields = {**plan, **dates, "label": f"on-{day}.org.nz", "status": "non_renewing"}
                imported(world, f"{provider}-{day}", provider=provider, **fields)
        return play(world, looks)


@pytest.mark.parametrize("day", DAYS, ids=list(DAYS.values()))
@pytest.mark.parametrize("provider", PROVIDERS)
def test_K1_S2_the_last_day_is_whole_and_the_next_begins_at_midnight(
    seen: Seen, provider: str, day: str
) -> None:
    name = f"{provider}-{day}"
    assert seen[name, MINUTE_BEFORE[day]]["status"] == "non_renewing"
    assert seen[name, f"{day} 00:00"]["status"] == "expired"
    assert seen[name, f"{day} 00:00"]["expires_on"] == day


@pytest.mark.parametrize(
    ("name", "closing"),
    [
        ("kreativmedia-2025-01-15", "2025-02-14"),
        ("kreativmedia-2025-03-30", "2025-04-29"),
        ("svenska-domaner-2025-01-15", "2025-04-15"),
        ("svenska-domaner-2025-07-15", "2025-10-15"),
    ],
)
def test_K8_S4_a_clock_change_makes_a_window_neither_longer_nor_shorter(
    seen: Seen, name: str, closing: str
) -> None:
    day = name[-10:]
    assert seen[name, f"{day} 00:00"]["restorable_until"] == closing


ZONES = {
    "tide-kiritimati": "Pacific/Kiritimati",
    "tide-kathmandu": "Asia/Kathmandu",
    "tide-newfoundland": "America/St_Johns",
    "tide-honolulu": "Pacific/Honolulu",
}


@pytest.fixture(scope="module")
def tides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Providers from files alone, east to west, each with a contract that ends on 10 June."""
    with policy_files(tmp_path_factory.mktemp("tides")) as files, new_world() as world:
        it_is(world, "2025-06-01")
        for provider, zone in ZONES.items():
            files.add(provider, "kreativmedia", {"zone": zone})
            dates = {"starts_on": "2024-06-10", "expires_on": "2025-06-10"}
            imported(world, provider, provider=provider, **dates, status="non_renewing")
        yield world


def test_second_run_changes_nothing_in_every_zone(tides: World) -> None:
    """The job at each provider's own midnight: its contract ends then, not before, and once."""
    for provider, zone in ZONES.items():
        holder = Person("alice", f"[customer.{provider}]")
        job(tides, "2025-06-09", "23:59", zone)
        assert tides.contract(provider, holder)["status"] == "non_renewing"
        job(tides, "2025-06-10", "00:00", zone)
        ended = tides.contract(provider)
        assert (ended["status"], ended["restorable_until"]) == ("expired", "2025-07-10")
        job(tides, "2025-06-10", "00:00", zone)
        assert tides.contract(provider) == ended
        assert history(tides, provider) == ["contract.registered", "contract.expired"]
