"""The shipped policies, and what the reader says of a policy that is wrong."""

import tomllib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import tacit.policies
from tacit.domain.policy_form import PolicyError, read_policy
from tacit.policies import UnknownPolicy, newest, policy, shipped

FOLDER = Path(tacit.policies.__file__).parent
FILES = sorted(FOLDER.glob("*.toml"))


def test_a_shipped_version_never_changes() -> None:
    lines = (FOLDER / "LOCK").read_text().splitlines()
    locked = {name: digest for digest, name in (line.split() for line in lines)}
    assert locked == {file.name: sha256(file.read_bytes()).hexdigest() for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_shipped_file_can_be_read_under_its_name(file: Path) -> None:
    provider, _, version = file.stem.rpartition("-")
    read = policy(f"{provider}/{version}")
    assert (read.provider, read.version) == (provider, int(version))


def test_the_newest_version_is_for_what_begins_now() -> None:
    for provider, versions in shipped().items():
        assert newest(provider).version == max(versions)


@pytest.mark.parametrize("name", ["nobody/1", "kreativmedia/99", "kreativmedia", "../x/1", ""])
def test_a_policy_that_is_not_shipped_is_unknown(name: str) -> None:
    with pytest.raises(UnknownPolicy):
        policy(name)


def test_a_provider_without_a_policy_is_unknown() -> None:
    with pytest.raises(UnknownPolicy):
        newest("nobody")


def file_with(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    data = tomllib.loads((FOLDER / "kreativmedia-1.toml").read_text("utf-8"))
    change(data)
    return data


def phase(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["kinds"]["hosting"]["lives"][0]["phases"][0]
    return found


WRONG: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda d: d.pop("zone"), "zone: is missing"),
    (lambda d: d.update(zone="Europe/Atlantis"), "zone: 'Europe/Atlantis' is no time zone"),
    (lambda d: d.update(speed=3), "speed: unknown field"),
    (lambda d: d["renewal"].update(lead=3), "renewal.lead: unknown field"),
    (lambda d: d["renewal"].update(lead_days=-1), "renewal.lead_days: must be at least 0, is -1"),
    (lambda d: d["renewal"].update(lead_days="30"), "renewal.lead_days: expected int"),
    (lambda d: d["renewal"].update(lead_days=True), "renewal.lead_days: expected int"),
    (lambda d: d["customer_sees"].append("gone"), "customer_sees: 'gone' is none of pending"),
    (lambda d: d["actions"]["cancel"].update(by=["neighbour"]), "actions.cancel.by: 'neighbour'"),
    (lambda d: d["actions"]["cancel"].update(channel="fax"), "actions.cancel.channel: 'fax'"),
    (lambda d: d["plans"][0].update(price="24.001"), "plans[0].price: CHF has 2 decimals, not 3"),
    (lambda d: d["plans"][0].update(kind="boat"), "plans[0].kind: there is no kind 'boat'"),
    (lambda d: d["plans"][1].update(id="domain-ch"), "plans[1].id: 'domain-ch' is there twice"),
    (lambda d: d["messages"].update(canceled=["email"]), "messages.canceled: unknown field"),
    (lambda d: d["messages"].update(expired=["emial"]), "messages.expired: 'emial' is none of"),
    (lambda d: d["actions"].update(reactivat=d["actions"]["cancel"]), "actions: 'reactivat'"),
    (lambda d: d["actions"]["cancel"].update(modes=["at_trem"]), "cancel.modes: 'at_trem'"),
    (lambda d: phase(d).update(days=0), "phases[0].days: must be at least 1, is 0"),
    (lambda d: phase(d).update(months=1), "phases[0].months: give days or months, not both"),
    (lambda d: phase(d).update(anchor="moon"), "phases[0].anchor: 'moon' is none of expiry"),
    (lambda d: phase(d)["restore"].update(price=["tip"]), "restore.price: 'tip' is no charge"),
    (
        lambda d: phase(d)["restore"].update(counted_from="termination"),
        "restore.counted_from: only 'expiry' is carried out so far",
    ),
    (lambda d: phase(d)["restore"].update(fee="5.00"), "restore.fee: is given exactly where"),
    (
        lambda d: (
            phase(d).pop("days"),
            d["kinds"]["hosting"]["lives"][0]["phases"].append({"name": "later", "days": 3}),
        ),
        "'restorable' has no end, so nothing can follow it",
    ),
]


@pytest.mark.parametrize(("change", "says"), WRONG, ids=[says for _, says in WRONG])
def test_a_wrong_policy_is_refused_by_the_path_of_its_field(
    change: Callable[[dict[str, Any]], None], says: str
) -> None:
    with pytest.raises(PolicyError) as wrong:
        read_policy(file_with(change))
    assert says in str(wrong.value)


def test_the_untouched_file_is_right() -> None:
    assert read_policy(file_with(dict.keys)) == newest("kreativmedia")
