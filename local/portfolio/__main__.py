"""`python -m local.portfolio`: fill the running stack with the sample portfolio, as staff.

A PUT says the same again is nothing to do, so a second fill changes nothing. For that it must send
the same bodies: the day of the first fill is kept beside the stack's description.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from local.api import Answer, Api, Person
from local.description import Description, running
from local.places import DEVELOPER
from local.portfolio.days import day
from local.progress import Trouble, exit_code

DATA = Path(__file__).with_name("contracts.toml")
DAYS = ("starts_on", "expires_on", "registry_expires_on")


def bodies(start_day: date) -> dict[str, dict[str, Any]]:
    """The body of each contract's PUT by its id, parents before their add-ons."""
    rows = tomllib.loads(DATA.read_text("utf-8"))["contracts"]
    found = {}
    for row in rows:
        body = {
            name: day(value, start_day).isoformat() if name in DAYS else value
            for name, value in row.items()
        }
        found[body.pop("id")] = body
    return found


def fill(api: Api, staff: Person, start_day: date) -> dict[str, int]:
    """How many contracts are new, and how many were there before; those are left as they are."""
    counts = {"new": 0, "there": 0}
    for contract_id, body in bodies(start_day).items():
        answer = api.ask(staff, "PUT", f"/contracts/{contract_id}", body)
        counts[outcome(contract_id, answer)] += 1
    return counts


def outcome(contract_id: str, answer: Answer) -> str:
    """`already_registered` is what an earlier portfolio put there; it may have had a life since."""
    if answer.status == 201:
        return "new"
    if answer.status == 200:
        return "there"
    if answer.status == 409 and answer.body["code"] == "already_registered":
        return "there"
    raise Trouble(f"PUT /contracts/{contract_id}: {answer.status} {json.dumps(answer.body)}")


def start_day_of(stack: Description, file: Path, today: date) -> date:
    """The day of the first fill of this stack, remembered in `file`; today for a new stack.

    The user pool tells one stack from the one that was thrown away before it.
    """
    try:
        known = json.loads(file.read_text())
    except (OSError, ValueError):
        known = {}
    if known.get("user_pool_id") == stack.user_pool_id:
        return date.fromisoformat(known["start_day"])
    note = {"user_pool_id": stack.user_pool_id, "start_day": today.isoformat()}
    file.write_text(json.dumps(note) + "\n")
    return today


def stack_today(api: Api, staff: Person) -> date:
    """Today as the stack sees it: its test clock may be set."""
    answer = api.ask(staff, "GET", "/test-clock")
    now = answer.body.get("now") if answer.status == 200 else None
    return (datetime.fromisoformat(now) if now else datetime.now(UTC)).date()


def main() -> None:
    stack = running()
    folder = Path(os.environ.get("TACIT_STACK") or DEVELOPER.description).parent
    api = Api(stack)
    staff = api.person("sam", "staff")
    start_day = start_day_of(stack, folder / "portfolio.json", stack_today(api, staff))
    counts = fill(api, staff, start_day)
    if counts["new"]:
        print(f"{counts['new']} contracts are new, {counts['there']} were there.")


if __name__ == "__main__":
    sys.exit(exit_code(main))
