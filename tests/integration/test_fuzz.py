"""Any JSON at the doors that take fields: never a 5xx, and a refusal writes nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.conftest import STAFF, World, new_world
from tests.integration.edge import (
    AT_ONCE,
    CONTRACT,
    NEW_ADD_ON,
    REGISTRY,
    RENEWAL,
    REVERSAL,
    everything,
    family,
    noticed,
    payable,
)
from tests.integration.plan_changes import WISH, changeable
from tests.integration.test_bad_input import REGISTRATION
from tests.searches import examples

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=()), max_size=12)
    | st.sampled_from(["c-1", "o-c-1", "kreativmedia", "domain-ch", "example.ch", "2025-01-15"])
    | st.sampled_from(["pending", "expired", "closed", "svenska-domaner", "mail-addon", "CHF"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
NAMES = st.sampled_from(sorted(REGISTRATION)) | st.text(max_size=5)
COMMANDS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/contracts/c-1/cancellation", {}),
    ("POST", "/contracts/a-1/cancellation", AT_ONCE),
    ("POST", "/contracts/c-1/restoration", {"reference": "inv-1"}),
    ("PUT", "/contracts/d-1/registry", REGISTRY),
    ("POST", "/contracts/d-1/transfer-out", {}),
    ("PUT", "/contracts/a-2", NEW_ADD_ON),
    ("POST", "/contracts/c-1/renewal", RENEWAL),
    ("POST", "/contracts/p-7/activation", {"account_id": "a-7"}),
    ("POST", "/contracts/n-2/renewal-reversal", REVERSAL),
    ("PUT", "/contracts/i-1/renewal-warranty", {}),
    ("POST", "/notices/n-1:2025-02-20/payment", {"reference": "bank-1"}),
    ("POST", "/contracts/v-1/plan-change-quotes", WISH),
    ("POST", "/contracts/v-1/plan-changes", {"quote_id": "v-1:vps-m:1:2025-02-01:0"}),
    ("PUT", "/contracts/v-1/servers/s-1/removal", {"confirm": "s-1"}),
    ("PUT", "/contracts/v-3/servers/s-1/removal", {"confirm": "s-1"}),
]
FIELDS = st.sampled_from(
    [
        *("mode", "reason", "account_id", "reference", "parent_id"),
        *(*REGISTRY, *RENEWAL, *REVERSAL, *WISH, "quote_id", "confirm"),
    ]
)
CHANGES = st.dictionaries(NAMES, VALUES, max_size=3)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with new_world() as made:
        made.set_clock("2025-02-01T11:00:00Z")
        made.register("c-1")
        family(made)
        noticed(made)
        payable(made)
        changeable(made)
        yield made


THOROUGH = examples(150, 3000)


@pytest.mark.search
@THOROUGH
@given(st.sampled_from(["f-1", "f-2", "f-3"]), CHANGES)
def test_any_body_gets_an_answer(world: World, contract_id: str, changes: dict[str, Any]) -> None:
    before = everything(world)
    reply = world.call("PUT", f"/contracts/{contract_id}", STAFF, {**CONTRACT, **changes})
    reply.text.encode()
    assert reply.status in (200, 201, 404, 409, 422), reply.text
    if reply.status == 201:
        shown = world.call("GET", f"/contracts/{contract_id}", STAFF)
        assert (shown.status, shown.json) == (200, reply.json)
    else:
        assert everything(world) == before
    if reply.status >= 400:
        assert reply.code
        assert reply.json["detail"]


@pytest.mark.search
@THOROUGH
@given(st.sampled_from(COMMANDS), st.dictionaries(FIELDS | st.text(max_size=5), VALUES, max_size=2))
def test_any_body_of_a_command_gets_an_answer(
    world: World, command: tuple[str, str, dict[str, Any]], changes: dict[str, Any]
) -> None:
    method, path, body = command
    before = everything(world)
    reply = world.call(method, path, STAFF, {**body, **changes})
    reply.text.encode()
    assert reply.status in (200, 201, 404, 409, 422), reply.text
    if reply.status >= 400:
        assert everything(world) == before
        assert reply.code
    contract = "/".join(path.partition(":")[0].replace("notices", "contracts").split("/")[:3])
    assert world.call("GET", contract, STAFF).status in (200, 404)
