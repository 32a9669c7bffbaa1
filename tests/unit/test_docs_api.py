"""docs/api.md has the doors of the template and the fields of the code, all of them."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tacit.domain.amendment import AMENDABLE
from tacit.domain.money import Money
from tacit.domain.values import Account, Actor, Line, Notice, Role, Task
from tacit.runtime import registration
from tacit.runtime.account_bodies import account_json, line_json
from tacit.runtime.answers import contract_json, notice_json, task_json
from tacit.runtime.jobs import JOBS
from tacit.runtime.message_bodies import message_json
from tacit.runtime.registration import read_registration
from tacit.runtime.shapes import Body
from tacit.runtime.shop_bodies import shop_json, snapshot_json
from tacit.runtime.ticket_answers import admission_json, order_json
from tacit.service import View
from tests.unit.cases import KREATIVMEDIA, at, registered
from tests.unit.messages import held
from tests.unit.shops import a_shop
from tests.unit.test_docs_keys_tickets import RULES, Box, place
from tests.unit.test_docs_pages import doors

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text("utf-8")


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(heading: str) -> dict[str, str]:
    """The first column of the section's table, with the second."""
    return dict(re.findall(r"^\| `([^`]+)` \| ?([^|]*?) ?\|", section(heading), re.MULTILINE))


def test_every_door_is_there_and_no_other() -> None:
    assert rows("Doors").keys() == set(doors())


def test_every_field_of_a_contract_is_there_and_no_other() -> None:
    situation = registered()
    assert situation.contract is not None
    staff, now = Actor(Role.STAFF, "sam"), at("2026-01-10")
    shown = contract_json(View(situation, situation.contract, staff, KREATIVMEDIA, now))
    assert rows("A contract").keys() == shown.keys()


def test_every_field_of_an_account_and_of_a_line_is_there_and_no_other() -> None:
    account = Account("a-1", "kreativmedia", "alice", "CHF", Money(0, "CHF"), 0, 1)
    line = Line(1, at("2026-01-10"), Money(1, "CHF"), "deposit")
    assert rows("An account").keys() == account_json(account).keys()
    assert rows("A line of the ledger").keys() == line_json(account, line).keys()


def test_every_field_of_a_notice_and_of_a_task_is_there_and_no_other() -> None:
    francs, day = Money(1, "CHF"), date(2026, 1, 15)
    notice = Notice(day, francs, francs, "kreativmedia/1", day, day)
    assert rows("A notice").keys() == notice_json("c-1", notice).keys()
    task = Task("c-1:6", "c-1", "kreativmedia", "phone", day)
    assert rows("A task").keys() == task_json(task).keys()


def test_every_field_of_a_shop_and_of_its_settings_is_there_and_no_other() -> None:
    shop = a_shop()
    assert rows("A shop").keys() == shop_json(shop).keys()
    settings = snapshot_json(shop, shop.in_force, Role.STAFF)
    assert rows("Settings of a shop").keys() == settings.keys()
    named = set(re.findall(r"`(\w+)`", rows("A shop")["invoice"]))
    assert named == shop_json(shop)["invoice"].keys()


def test_every_field_of_a_message_is_there_and_no_other() -> None:
    assert rows("A message").keys() == message_json(held().message, Role.STAFF).keys()


def test_every_field_of_a_ticket_order_and_its_parts_is_there_and_no_other() -> None:
    box = Box()
    box.step(place(), "2025-04-01")
    order = box.order
    assert order is not None
    shown = order_json(order, RULES)
    assert rows("A ticket order").keys() == shown.keys()
    for part in ("event", "buyer"):
        named = set(re.findall(r"`(\w+)`", rows("A ticket order")[part])) - {"fr"}
        assert named == shown[part].keys()
    assert rows("A ticket").keys() == shown["tickets"][0].keys()
    assert rows("Admission").keys() == admission_json(order, order.tickets[0]).keys()


def test_the_jobs_that_can_be_asked_for_are_there() -> None:
    door = rows_of_doors()["POST /job-runs"]
    assert set(re.findall(r"`(\w+)`", door)) - {"job", "as_of", "preview_id"} == set(JOBS)


def rows_of_doors() -> dict[str, str]:
    """What each door does, by its first column."""
    found = re.findall(r"^\| `([^`]+)` \| [^|]* \| ([^|]*) \|", section("Doors"), re.MULTILINE)
    return dict(found)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """The fields that a registration reads, and whether each must be there."""
    found: dict[str, bool] = {}
    body = {"provider": "p", "label": "l", "plan": "p", "holder": "h", "email": "a@example.net"}

    class Recording(Body):
        def need(self, name: str, reader: Any) -> Any:
            found[name] = True
            return super().need(name, reader)

        def may(self, name: str, reader: Any) -> Any:
            found[name] = False
            return super().may(name, reader)

    monkeypatch.setattr(registration, "Body", Recording)
    read_registration("c-1", body)
    return found


def test_every_field_of_a_registration_is_there_with_what_may_be_absent(
    taken: dict[str, bool],
) -> None:
    assert {name: default == "" for name, default in rows("Registering one").items()} == taken


def test_every_particular_that_may_change_is_there() -> None:
    named = set(re.findall(r"`(\w+)`", section("Changing particulars"))) - {"PATCH", "version"}
    assert named == set(AMENDABLE)
