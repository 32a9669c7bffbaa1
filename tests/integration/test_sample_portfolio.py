"""The sample portfolio through the doors: it goes in, and going in again changes nothing."""

from datetime import UTC, datetime

from local.portfolio.__main__ import bodies
from tests.integration.conftest import ALICE, STAFF, World, customer

BODIES = bodies(datetime.now(UTC).date())


def test_the_portfolio_goes_in_and_a_second_fill_changes_nothing(world: World) -> None:
    for answer in (201, 200):
        for contract_id, body in BODIES.items():
            reply = world.call("PUT", f"/contracts/{contract_id}", STAFF, body)
            assert reply.status == answer, f"{contract_id}: {reply.text}"
        if answer == 201:
            before = {str(item) for item in world.items()}
    assert {str(item) for item in world.items()} == before
    assert set(world.listed(STAFF)) == BODIES.keys()
    seen = set(world.listed(ALICE))
    assert "km-example-reisen" not in seen
    assert {"km-example-ch", "km-alice-blog", "sd-bageri-mail", "km-example-dave"} <= seen
    assert "sd-teater" in world.listed(customer("carol"))
    assert "im-example-vigne" in world.listed(customer("erika"))
    limited = world.contract("sd-tryckeri", customer("erika"))
    assert limited["registry_until"] == limited["restorable_until"] < limited["provider_until"]
