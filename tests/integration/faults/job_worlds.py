"""What a run is to find."""

from tacit.store.keys import shard_of
from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.edge import SVENSKA
from tests.integration.money import opened
from tests.integration.sales import placed
from tests.integration.shops import opened_shop

NOON = "T11:00:00Z"


def nothing(_: World) -> None:
    return


def ended(world: World) -> None:
    """Two of one holder come to their end, in one page."""
    for contract_id in ("c-1", "c-2"):
        world.register(contract_id, order_id="o-1")
        cancel(world, contract_id)


def goes_on_for_nothing(world: World) -> None:
    """An add-on at its end, whose domain is paid for longer."""
    world.register("s-1", **SVENSKA, plan="premium-domain", label="a.se", starts_on="2025-06-15")
    world.register("a-1", **SVENSKA, plan="mail-addon", parent_id="s-1", holder="alice")
    cancel(world, "a-1")


def contract_broken(world: World) -> None:
    world.register("c-9")
    broken(world, "contract#c-9", "expires_on", "1969-12-31")


def paid(world: World) -> None:
    """Money for what one holder has, and for what he has ordered besides."""
    opened(world, "a-1", "500.00")
    world.register("n-1", starts_on="2024-02-20")
    world.register("p-1", status="pending")


def owed_in_two_shards(world: World) -> None:
    """Of two holders, so that time can run out between them."""
    names = [f"holder-{number}" for number in range(20)]
    by_shard = {shard_of("kreativmedia", name): name for name in names}
    for number, holder in enumerate(by_shard.values()):
        world.register(f"n-{number}", starts_on="2024-02-20", holder=holder)


def notice_broken(world: World) -> None:
    world.register("n-9", starts_on="2024-02-20")
    broken(world, "contract#n-9", "expires_on", "1969-12-31")


def short(world: World) -> None:
    """Not enough for the one there is."""
    opened(world, "a-1", "25.00")
    world.register("n-1", starts_on="2024-02-20")


def warranted(world: World) -> None:
    """Nobody renews it any more, and it is warranted."""
    named = {"provider": "infomaniak", "plan": "domain-ch", "label": "owed.ch"}
    world.register("w-1", **named, starts_on="2024-02-15", renewal_warranty=True)
    off = world.call("PUT", "/contracts/w-1/autorenewal", STAFF, {"enabled": False})
    assert off.status == 200, off.text


def reminded(world: World) -> None:
    opened_shop(world)
    placed(world, "t-1", "A-1", "A-2")


def unpaid(world: World) -> None:
    """Two that were reminded twice, and are over."""
    opened_shop(world)
    for number in (1, 2):
        placed(world, f"t-{number}", f"B-{number}")
    for day in ("2025-02-11", "2025-02-21"):
        world.run_job(f"{day}{NOON}", "invoice_reminders")


def ticket_order_broken(world: World) -> None:
    opened_shop(world)
    placed(world, "t-9", "C-1")
    broken(world, "ticket_order#t-9", "placed_at", "nonsense")


def cancel(world: World, contract_id: str) -> None:
    assert world.call("POST", f"/contracts/{contract_id}/cancellation", ALICE).status == 200


def broken(world: World, pk: str, name: str, value: str) -> None:
    world.dynamodb.update_item(
        TableName=world.names.table_name,
        Key={"pk": {"S": pk}, "sk": {"S": "head"}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": {"S": value}},
    )


def displaced(world: World) -> None:
    """Contracts and a ticket order whose calendars name another day than their rules do."""
    named = {"provider": "infomaniak", "plan": "domain-ch"}
    for number in range(3):
        world.register(f"d-{number}", **named, label=f"d-{number}.ch", holder=f"h-{number}")
        broken(world, f"contract#d-{number}", "expiries_due_at", "2031-01-01T00:00:00.000000Z")
    opened_shop(world)
    placed(world, "t-1", "A-1")
    broken(world, "ticket_order#t-1", "reminders_due_at", "2031-01-01T00:00:00.000000Z")
