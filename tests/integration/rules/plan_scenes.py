"""The sentences in which a plan change is told: a server of alice's, a quote, the request, the code
as the mail has it, the confirmation, and what is seen of it afterwards."""

import re
from datetime import date
from typing import Any

from tests.integration.conftest import ALICE, STAFF, Person, Reply, World
from tests.integration.edge import assert_problem, nothing_written
from tests.integration.rules.scenes import imported, job

KRIAX = "kriax"
FLEXI, PASS = "flexi_plus", "instant_change_pass"
_TAGS = re.compile(r"<[^>]*>")
_SIX_DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")


def server(
    world: World,
    contract_id: str = "v-1",
    ends: str = "2025-05-31",
    plan: str = "vps-s",
    quantity: int = 1,
    **fields: Any,
) -> None:
    """A year's contract of alice at kriax that ends on this day, with so many servers: s-1, s-2
    and so on, at 192.0.2.1, 192.0.2.2 and so on."""
    end = date.fromisoformat(ends)
    body = {
        "provider": KRIAX,
        "plan": plan,
        "quantity": quantity,
        "label": f"{contract_id}.kriax.example",
        "starts_on": end.replace(year=end.year - 1).isoformat(),
        "expires_on": ends,
        "servers": [{"id": f"s-{n}", "ip": f"192.0.2.{n}"} for n in range(1, quantity + 1)],
        **fields,
    }
    imported(world, contract_id, **body)


def quote(
    world: World,
    plan: str = "vps-m",
    quantity: int = 1,
    *,
    contract_id: str = "v-1",
    who: Person = ALICE,
) -> Reply:
    body = {"plan": plan, "quantity": quantity}
    return world.call("POST", f"/contracts/{contract_id}/plan-change-quotes", who, body)


def quoted(world: World, plan: str = "vps-m", quantity: int = 1, **asked: Any) -> dict[str, Any]:
    """The quote, which there must be."""
    reply = quote(world, plan, quantity, **asked)
    assert reply.status == 201, reply.text
    found: dict[str, Any] = reply.json
    return found


def request(
    world: World,
    quote_id: str,
    *,
    contract_id: str = "v-1",
    who: Person = ALICE,
    **query: str,
) -> Reply:
    path = f"/contracts/{contract_id}/plan-changes"
    return world.call("POST", path, who, {"quote_id": quote_id}, query=query)


def requested(world: World, plan: str = "vps-m", quantity: int = 1, **asked: Any) -> str:
    """Quote it and take the quote up: the id of the change, which waits for its code."""
    reply = request(world, quoted(world, plan, quantity, **asked)["id"], **asked)
    assert reply.status == 201, reply.text
    return str(reply.json["id"])


def send_again(
    world: World,
    change_id: str,
    *,
    contract_id: str = "v-1",
    who: Person = ALICE,
    **query: str,
) -> Reply:
    path = f"/contracts/{contract_id}/plan-changes/{change_id}/code"
    return world.call("POST", path, who, {}, query=query)


def mail_with_code(world: World) -> dict[str, Any]:
    """The one mail with a code that has left since the last look: `destinations`, `subject`, `body`
    as moto keeps it, and `text`, what a reader sees of it."""
    (mail,) = [mail for mail in _with_text(world) if _SIX_DIGITS.search(mail["text"])]
    return mail


def mailed_text(world: World) -> str:
    """What all mails since the last look say."""
    return "\n".join(mail["text"] for mail in _with_text(world))


def _with_text(world: World) -> list[dict[str, Any]]:
    return [{**mail, "text": _TAGS.sub(" ", mail["body"])} for mail in world.mails()]


def code_in(text: str) -> str:
    (code,) = _SIX_DIGITS.findall(text)
    return str(code)


def code_in_mail(world: World) -> str:
    return code_in(mail_with_code(world)["text"])


def wrong(code: str, by: int = 1) -> str:
    """Six other digits."""
    return f"{(int(code) + by) % 1_000_000:06}"


def confirm(
    world: World,
    change_id: str,
    code: str,
    *,
    contract_id: str = "v-1",
    who: Person = ALICE,
    dry_run: bool = False,
    because: str | None = None,
) -> Reply:
    """Enter the code; `because` is why staff does so for the holder."""
    query = {"dry_run": "true"} if dry_run else None
    path = f"/contracts/{contract_id}/plan-changes/{change_id}/confirmation"
    body = {"code": code} if because is None else {"code": code, "on_behalf_reason": because}
    return world.call("POST", path, who, body, query=query)


def changed(
    world: World, plan: str = "vps-m", quantity: int = 1, *, contract_id: str = "v-1"
) -> dict[str, Any]:
    """The whole of it, by alice: quoted, requested, the code read in her mail and entered."""
    change_id = requested(world, plan, quantity, contract_id=contract_id)
    reply = confirm(world, change_id, code_in_mail(world), contract_id=contract_id)
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def waiting(world: World, plan: str = "vps-m") -> tuple[str, str]:
    """A change that waits for its code, and the code."""
    change_id = requested(world, plan)
    return change_id, code_in_mail(world)


def mark(
    world: World,
    server_id: str,
    *,
    contract_id: str = "v-1",
    who: Person = ALICE,
    body: Any = None,
    **query: str,
) -> Reply:
    """Mark a server for removal, naming it once more as the door wants it."""
    path = f"/contracts/{contract_id}/servers/{server_id}/removal"
    given = {"confirm": server_id} if body is None else body
    return world.call("PUT", path, who, given, query=query)


def keep(
    world: World,
    server_id: str,
    *,
    contract_id: str = "v-1",
    who: Person = ALICE,
    **query: str,
) -> Reply:
    """Take the mark back."""
    path = f"/contracts/{contract_id}/servers/{server_id}/removal"
    return world.call("DELETE", path, who, query=query)


def plan_changes(world: World, contract_id: str = "v-1", who: Person = ALICE) -> Reply:
    return world.call("GET", f"/contracts/{contract_id}/plan-changes", who)


def on(world: World, contract_id: str = "v-1", who: Person = STAFF) -> tuple[str, int, str]:
    """(plan, quantity, until when) as a fresh read shows them."""
    seen = world.contract(contract_id, who)
    return seen["plan"], seen["quantity"], seen["expires_on"]


def server_ids(world: World, contract_id: str = "v-1") -> list[str]:
    return [row["id"] for row in world.contract(contract_id)["servers"]]


def change_action(world: World, contract_id: str = "v-1", who: Person = ALICE) -> dict[str, Any]:
    """What `actions` says of changing plan."""
    rows = world.contract(contract_id, who)["actions"]
    (row,) = [row for row in rows if row["action"] == "change_plan"]
    found: dict[str, Any] = row
    return found


def plan_row(
    world: World, plan: str, quantity: int = 1, *, contract_id: str = "v-1"
) -> dict[str, Any]:
    """What it says of this plan in this quantity."""
    rows = change_action(world, contract_id)["params"]["plans"]
    (row,) = [row for row in rows if (row["plan"], row["quantity"]) == (plan, quantity)]
    found: dict[str, Any] = row
    return found


def refused(world: World, code: str, plan: str = "vps-m", quantity: int = 1) -> dict[str, Any]:
    """The quote is refused with this code, nothing is written, and `actions` says the same of this
    plan; the refusal's parameters."""
    with nothing_written(world):
        reply = quote(world, plan, quantity)
        assert_problem(reply, 409, code)
    params: dict[str, Any] = reply.json["params"]
    row = plan_row(world, plan, quantity)
    assert (row["allowed"], row["code"]) == (False, code)
    shown = {**row["params"]}
    if row["available_from"] is not None:
        shown["available_from"] = row["available_from"]
    assert shown == params
    return params


def night(world: World, day: str, at: str = "12:00") -> None:
    """Both jobs, as they meet every hour."""
    job(world, day, at, name="renewals")
    job(world, day, at)
