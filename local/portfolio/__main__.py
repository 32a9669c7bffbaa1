"""`python -m local.portfolio`: fill the running stack with the sample portfolio, as staff.

Each request says the same again is nothing to do, so a second fill changes nothing. For that it
must send the same bodies: the day of the first fill is kept beside the stack's description.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from local.api import Answer, Api, Person
from local.description import Description, running
from local.places import DEVELOPER
from local.portfolio import tickets
from local.portfolio.days import day
from local.progress import Trouble, exit_code

CONTRACTS = Path(__file__).with_name("contracts.toml")
ACCOUNTS = Path(__file__).with_name("accounts.toml")
DAYS = ("starts_on", "expires_on", "registry_expires_on")


def bodies(start_day: date) -> dict[str, dict[str, Any]]:
    """The body of each contract's PUT by its id, parents before their add-ons."""
    rows = tomllib.loads(CONTRACTS.read_text("utf-8"))["contracts"]
    found = {}
    for row in rows:
        body = {
            name: day(value, start_day).isoformat() if name in DAYS else value
            for name, value in row.items()
        }
        found[body.pop("id")] = body
    return found


def requests(start_day: date) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and body of everything that is asked, in the order of the fill: the contracts,
    the accounts with their deposits, what is activated, servers that are to go, and a shop with
    what it has sold."""
    for contract_id, body in bodies(start_day).items():
        yield "PUT", f"/contracts/{contract_id}", body
    for row in tomllib.loads(ACCOUNTS.read_text("utf-8"))["accounts"]:
        account_id, deposits = row.pop("id"), row.pop("deposits", [])
        yield "PUT", f"/accounts/{account_id}", row
        for deposit in deposits:
            yield "POST", f"/accounts/{account_id}/deposits", deposit
    rows = tomllib.loads(CONTRACTS.read_text("utf-8"))
    for contract_id in rows["activated"]:
        yield "POST", f"/contracts/{contract_id}/activation", {}
    for row in rows["marked"]:
        path = f"/contracts/{row['contract']}/servers/{row['server']}/removal"
        yield "PUT", path, {"confirm": row["server"]}
    yield from tickets.requests(start_day)


def fill(api: Api, staff: Person, start_day: date) -> dict[str, int]:
    """How many requests changed something, and how many found it there; that is left as it is. A
    ticket order that has had a life is not led through the sample's again: its tickets may be
    valid for somebody by now."""
    counts, lived = {"new": 0, "there": 0}, set[str]()
    for method, path, body in requests(start_day):
        if path.rpartition("/")[0] in lived:
            counts["there"] += 1
            continue
        answer = api.ask(staff, method, path, body)
        counts[outcome(f"{method} {path}", answer)] += 1
        if path.startswith("/ticket-orders/") and method == "PUT" and answer.status != 201:
            lived |= {path} if answer.body.get("version") != 1 else set()
    return counts


def outcome(asked: str, answer: Answer) -> str:
    """`already_registered` is what an earlier portfolio put there; it may have had a life since:
    be over, even `closed`, and its servers be gone."""
    if answer.status == 201 or (answer.status == 200 and answer.body.get("events")):
        return "new"
    if answer.status == 200:
        return "there"
    if answer.status == 409 and answer.body["code"] in ("already_registered", "closed", "expired"):
        return "there"
    if answer.status == 404 and answer.body["params"] == {"thing": "server"}:
        return "there"
    raise Trouble(f"{asked}: {answer.status} {json.dumps(answer.body)}")


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
        print(f"{counts['new']} requests brought something new, {counts['there']} nothing.")


if __name__ == "__main__":
    sys.exit(exit_code(main))
