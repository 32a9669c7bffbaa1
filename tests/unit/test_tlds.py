"""The facts about each extension, and what their reader says of one that is wrong (G9)."""

import tomllib
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tacit.policies
from tacit.domain.days import Length, Unit
from tacit.domain.registries import last_restorable, steps_of
from tacit.domain.registry_form import read_registries
from tacit.domain.table_form import FormError
from tacit.policies import registries

FILE = Path(tacit.policies.__file__).parent / "tlds.toml"
EXPIRIES = st.dates(date(1995, 1, 1), date(2100, 12, 31))


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def days(count: int) -> Length:
    return Length(Unit.DAYS, count)


# One expiry of each extension with the day from which its name cannot come back, reckoned by hand
# from the published figures; None where nobody publishes them.
FACTS = [
    ("com", "2025-03-31", "2025-06-14"),  # 45 + 30
    ("net", "2025-03-31", "2025-06-14"),
    ("org", "2025-03-31", "2025-06-14"),
    ("domains", "2025-03-31", "2025-06-14"),  # 75 in total
    ("store", "2025-03-31", "2025-06-14"),
    ("zone", "2025-03-31", "2025-06-14"),
    ("wine", "2025-03-31", "2025-06-14"),
    ("toys", "2025-03-31", "2025-06-14"),
    ("*nomulus", "2025-03-31", "2025-06-14"),  # 45 + 30
    ("*dnsbelgium-generic", "2025-03-31", None),
    ("ai", "2025-03-31", "2025-06-14"),  # 75 in total
    ("mx", "2025-03-31", "2025-06-14"),
    ("com.mx", "2025-03-31", "2025-06-14"),
    ("org.nz", "2025-03-31", "2025-08-12"),  # 134 in total
    ("ch", "2025-03-31", "2025-05-10"),  # 40
    ("li", "2025-03-31", None),
    ("se", "2025-03-31", "2025-06-09"),  # 10 + 60
    ("nu", "2025-03-31", "2025-06-08"),  # 10 with the first day, + 60
    ("nu", "2013-07-02", "2013-09-09"),
    ("fr", "2025-03-31", "2025-05-28"),  # 58 in total
    ("de", "2025-03-31", "2025-04-30"),  # 30
    ("eu", "2025-03-31", "2025-05-10"),  # 40
    ("uk", "2025-03-31", "2025-06-29"),  # 30 + 60, no working days
    ("ru", "2025-03-31", "2025-04-30"),  # 30, a Wednesday
    ("ru", "2025-05-01", "2025-06-03"),  # 30 is a Saturday: the second working day after it
    ("su", "2025-05-02", "2025-06-03"),  # a Sunday
    ("рф", "2025-05-03", "2025-06-02"),  # a Monday
    ("xn--p1ai", "2025-05-01", "2025-06-03"),
    ("cz", "2025-03-31", "2025-05-31"),  # 61
    ("be", "2025-03-31", "2025-05-11"),  # 1 April + 40
    ("be", "2025-03-01", "2025-05-11"),
    ("be", "2025-12-15", "2026-02-10"),
    ("nl", "2025-03-31", "2025-05-10"),  # 40
    ("no", "2025-03-31", "2025-06-29"),  # 90
    ("dk", "2025-03-31", "2025-07-28"),  # 28 days to 28 April, + 3 months
    ("dk", "2025-11-02", "2026-02-28"),  # 30 November + 3 months
    ("ng", "2025-03-31", "2025-06-27"),  # 60 + 28
    ("at", "2025-03-31", None),
]


@pytest.mark.parametrize(("tld", "expires_on", "last"), FACTS)
def test_G9_until_when_each_registry_lets_a_name_come_back(
    tld: str, expires_on: str, last: str | None
) -> None:
    assert last_restorable(registries()[tld], date.fromisoformat(expires_on)) == day(last)


def test_every_extension_has_its_day_in_this_table() -> None:
    assert registries().keys() == {tld for tld, _, _ in FACTS}


# When the name is free for anybody, where the published figures say so.
@pytest.mark.parametrize(
    ("tld", "released"),
    [
        ("com", "2025-06-19"),  # 80
        ("net", "2025-06-19"),
        ("org", "2025-06-19"),
        ("*nomulus", "2025-06-19"),
        ("uk", "2025-07-04"),  # 95
        ("nu", "2025-06-15"),  # 77 less the day
        ("ng", "2025-07-11"),  # 102
        ("cz", "2025-05-31"),
        ("se", None),
        ("ai", None),
        ("li", None),
    ],
)
def test_when_the_last_step_of_a_registry_is_over(tld: str, released: str | None) -> None:
    assert steps_of(registries()[tld], date(2025, 3, 31))[-1].ends_on == day(released)


YEARS = {
    **dict.fromkeys(["domains", "store", "zone", "wine", "toys", "*nomulus"], (1, 10)),
    **dict.fromkeys(["mx", "com.mx", "org.nz", "se", "fr", "uk"], (1, 10)),
    **dict.fromkeys(["ru", "рф", "xn--p1ai", "su", "ch", "be"], (1, 1)),
    "ai": (2, 10),
    "ng": (1, 5),
    "eu": (1, None),
}


def test_years_are_those_published_and_unknown_elsewhere() -> None:
    found = {tld: (each.least_years, each.most_years) for tld, each in registries().items()}
    assert found == {tld: YEARS.get(tld, (None, None)) for tld in registries()}


def test_every_entry_names_a_source() -> None:
    for tld, each in registries().items():
        assert each.sources, tld
        assert all(source.strip() for source in each.sources), tld


def test_the_conflict_about_ch_is_told() -> None:
    ch = registries()["ch"]
    assert all(figure in ch.note for figure in ("40", "35", "14"))
    assert len(ch.sources) == 5


@pytest.mark.parametrize(
    ("tld", "lengths"),
    [
        ("li", [None]),
        ("at", [None, days(56)]),
        ("se", [days(10), days(60), None]),
        ("*dnsbelgium-generic", [None, days(30), days(5)]),
    ],
)
def test_a_length_that_nobody_publishes_stays_unknown(
    tld: str, lengths: list[Length | None]
) -> None:
    assert [step.length for step in registries()[tld].steps] == lengths


# Whether a name works, step by step. Of the others nobody says.
SERVED = {
    "*nomulus": (True, False, False),
    "se": (True, False, None),
    "nu": (True, False, None),
    "fr": (None, False),
    "de": (False,),
    "eu": (False,),
    "uk": (True, False, None),
    **dict.fromkeys(["ru", "рф", "xn--p1ai", "su"], (False, False)),
    "cz": (True, False),
    "be": (True, None),
    "nl": (False,),
    "no": (True, False),
    "dk": (True, False),
    "ng": (True, True, False, False),
}


def test_which_steps_are_served_is_known_where_it_is_published() -> None:
    for tld, each in registries().items():
        served = tuple(step.served for step in each.steps)
        assert served == SERVED.get(tld, (None,) * len(served)), tld


@pytest.mark.parametrize("tld", ["co.uk", "swiss", "rf", "CH", ".ch", ""])
def test_an_extension_that_is_not_listed_is_unknown(tld: str) -> None:
    assert tld not in registries()


def test_no_profile_can_be_taken_for_an_extension() -> None:
    profiles = {tld for tld in registries() if "*" in tld}
    assert profiles == {"*nomulus", "*dnsbelgium-generic"}


@given(EXPIRIES)
def test_the_steps_of_every_registry_follow_each_other_without_a_gap(expires_on: date) -> None:
    for tld, each in registries().items():
        dated = steps_of(each, expires_on)
        assert dated[0].starts_on == expires_on, tld
        for before, after in pairwise(dated):
            assert before.ends_on == after.starts_on, tld
        last = last_restorable(each, expires_on)
        assert last is None or last > expires_on, tld


def file_with(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The shipped file with its entry for .com changed."""
    data = tomllib.loads(FILE.read_text("utf-8"))
    change(data["registries"][0])
    return data


AT = "registries[0]"
WRONG: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda e: e.pop("names"), f"{AT}.names: is missing"),
    (lambda e: e.update(names=[]), f"{AT}.names: there must be at least one"),
    (lambda e: e.update(names=[".com"]), f"{AT}.names: '.com' is written small"),
    (lambda e: e.update(names=["COM"]), f"{AT}.names: 'COM' is written small"),
    (lambda e: e.update(names=["com", "net"]), "registries[1].names: 'net' is there twice"),
    (lambda e: e.pop("sources"), f"{AT}.sources: is missing"),
    (lambda e: e.update(sources=[]), f"{AT}.sources: there must be at least one"),
    (lambda e: e.update(sources=[""]), f"{AT}.sources: there must be at least one"),
    (lambda e: e.pop("confidence"), f"{AT}.confidence: is missing"),
    (lambda e: e.update(confidence="sure"), f"{AT}.confidence: 'sure' is none of high"),
    (lambda e: e.update(leest_years=1), f"{AT}.leest_years: unknown field"),
    (lambda e: e.update(least_years=0), f"{AT}.least_years: must be at least 1, is 0"),
    (lambda e: e.update(most_years=-1), f"{AT}.most_years: must be at least 1, is -1"),
    (
        lambda e: e.update(least_years=5, most_years=2),
        f"{AT}.most_years: must be at least 5, is 2",
    ),
    (lambda e: e["steps"][1].update(dayz=30), f"{AT}.steps[1].dayz: unknown field"),
    (lambda e: e["steps"][1].update(days=-30), f"{AT}.steps[1].days: must be at least 1, is -30"),
    (lambda e: e["steps"][1].update(days=0), f"{AT}.steps[1].days: must be at least 1, is 0"),
    (lambda e: e["steps"][1].update(days="30"), f"{AT}.steps[1].days: expected int"),
    (lambda e: e["steps"][1].update(months=1), f"{AT}.steps[1].months: give one length"),
    (lambda e: e["steps"][1].update(working_days=1), "working_days: give one length"),
    (lambda e: e["steps"][1].update(anchor="moon"), f"{AT}.steps[1].anchor: 'moon' is none of"),
    (lambda e: e["steps"][1].pop("restorable"), f"{AT}.steps[1].restorable: is missing"),
    (lambda e: e["steps"][1].update(served="no"), f"{AT}.steps[1].served: expected bool"),
    (lambda e: e["steps"][1].pop("name"), f"{AT}.steps[1].name: is missing"),
]


@pytest.mark.parametrize(("change", "says"), WRONG, ids=[says for _, says in WRONG])
def test_a_wrong_fact_is_refused_by_the_path_of_its_field(
    change: Callable[[dict[str, Any]], object], says: str
) -> None:
    with pytest.raises(FormError) as wrong:
        read_registries(file_with(change))
    assert says in str(wrong.value)


def test_the_untouched_file_is_right_and_read_once() -> None:
    assert read_registries(file_with(lambda entry: None)) == registries()
    assert registries() is registries()
