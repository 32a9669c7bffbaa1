"""A plan change as the tests of the doors need one: what can be changed, and the code of a mail."""

import re
from typing import Any

from tests.integration.conftest import ALICE, Person, World

WISH = {"plan": "vps-m", "quantity": 1}
KEPT = [{"id": "s-1", "ip": "192.0.2.31"}, {"id": "s-2", "ip": "192.0.2.32"}]
MARKED = {"confirm": "s-2"}
ON_BEHALF = {"on_behalf_reason": "He has asked by phone."}


def serving(world: World, contract_id: str, **fields: Any) -> None:
    """A server whose plan may be changed."""
    world.register(contract_id, **{"provider": "kriax", "plan": "vps-s", **fields})


def changeable(world: World) -> dict[str, str]:
    """v-1 can be changed, the change v-2:2 waits for its code; of v-3, one server is marked. What
    stands in a body for v-1's quote and v-2's code."""
    for contract_id in ("v-1", "v-2"):
        serving(world, contract_id)
    asked_for(world, "v-2")
    serving(world, "v-3", quantity=2, servers=KEPT)
    marked = world.call("PUT", "/contracts/v-3/servers/s-2/removal", ALICE, MARKED)
    assert marked.status == 200, marked.text
    return {"{quote}": quoted(world, "v-1")["id"], "{code}": mailed_code(world, "v-2")}


def filled(body: dict[str, Any], values: dict[str, str] | None) -> dict[str, Any]:
    """The body, with what `changeable` found in the place of `{quote}` and `{code}`."""
    return {name: (values or {}).get(str(value), value) for name, value in body.items()}


def quoted(world: World, contract_id: str, who: Person = ALICE, **wish: Any) -> dict[str, Any]:
    path = f"/contracts/{contract_id}/plan-change-quotes"
    reply = world.call("POST", path, who, {**WISH, **wish})
    assert reply.status == 201, reply.text
    found: dict[str, Any] = reply.json
    return found


def asked_for(world: World, contract_id: str, **wish: Any) -> dict[str, Any]:
    """The change that waits for its code."""
    body = {"quote_id": quoted(world, contract_id, **wish)["id"]}
    reply = world.call("POST", f"/contracts/{contract_id}/plan-changes", ALICE, body)
    assert reply.status == 201, reply.text
    found: dict[str, Any] = reply.json
    return found


def mailed_code(world: World, contract_id: str) -> str:
    """The six digits of the mail about it, among those that leave now."""
    about = [str(mail) for mail in world.mails() if f"({contract_id})" in str(mail)]
    codes: set[str] = {
        code for mail in about for code in re.findall(r"(?<![\w#])\d{6}(?!\w)", mail)
    }
    (code,) = codes
    return code


def other(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 10**6:06d}"


def changed(world: World, contract_id: str, **wish: Any) -> None:
    """A change from its quote to its confirmation by the holder."""
    change = asked_for(world, contract_id, **wish)
    path = f"/contracts/{contract_id}/plan-changes/{change['id']}/confirmation"
    reply = world.call("POST", path, ALICE, {"code": mailed_code(world, contract_id)})
    assert reply.status == 200, reply.text
