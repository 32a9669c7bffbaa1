"""Any JSON at the door that takes the most fields: never a 5xx, and a refusal writes nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.conftest import STAFF, World, new_world
from tests.integration.edge import CONTRACT, everything
from tests.integration.test_bad_input import REGISTRATION

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
CHANGES = st.dictionaries(NAMES, VALUES, max_size=3)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with new_world() as made:
        made.set_clock("2025-02-01T11:00:00Z")
        made.register("c-1")
        yield made


@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
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
