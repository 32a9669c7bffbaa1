"""Two versions of a policy at once: each contract is shown by the one its term began under."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tacit import policies
from tests.integration.conftest import ALICE, World
from tests.integration.edge import assert_problem

SEES = 'customer_sees = ["pending", "active", "non_renewing", "inactive"]'


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the shipped policies that a test may add to."""
    for file in Path(policies.__file__).parent.glob("*.toml"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(policies, "_HERE", tmp_path)
    yield tmp_path
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    policies.shipped.cache_clear()
    policies.policy.cache_clear()


@pytest.mark.parametrize(
    ("newer", "listed"),
    [
        ('customer_sees = ["pending", "active", "inactive"]', ["old"]),
        ('customer_sees = ["pending", "active", "non_renewing", "expired"]', ["new", "old"]),
    ],
)
def test_what_a_version_shows_is_listed_whatever_the_newest_one_says(
    world: World, shelf: Path, newer: str, listed: list[str]
) -> None:
    world.set_clock("2025-02-01T11:00:00Z")
    world.register("old")
    _cancelled(world, "old")
    text = (shelf / "kreativmedia-1.toml").read_text("utf-8")
    assert SEES in text
    text = text.replace(SEES, newer).replace("version = 1", "version = 2")
    (shelf / "kreativmedia-2.toml").write_text(text, "utf-8")
    _forget()
    world.register("new")
    _cancelled(world, "new")
    for query in ({}, {"status": "non_renewing"}):
        assert sorted(world.listed(ALICE, **query)) == listed
    for contract in ("old", "new"):
        reply = world.call("GET", f"/contracts/{contract}", ALICE)
        if contract in listed:
            assert reply.status == 200
        else:
            assert_problem(reply, 410, "non_renewing")


def _cancelled(world: World, contract: str) -> None:
    reply = world.call("POST", f"/contracts/{contract}/cancellation", ALICE)
    assert reply.json["contract"]["status"] == "non_renewing", reply.text
