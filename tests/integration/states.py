"""A contract `c-1` in every state in which somebody may look at it; the clock is set before."""

from tests.integration.conftest import ALICE, STAFF, World
from tests.integration.money import book, francs
from tests.integration.rules.scenes import job

SVENSKA = {"provider": "svenska-domaner"}
RU = {"provider": "registrar-ru"}


def as_registered(world: World) -> None:
    world.register("c-1")


def as_one_of_an_order(world: World) -> None:
    for contract_id in ("c-1", "c-2"):
        world.register(contract_id, order_id="o-1")


def as_pending(world: World) -> None:
    world.register("c-1", status="pending")


def as_cancelled(world: World) -> None:
    world.register("c-1")
    assert world.call("POST", "/contracts/c-1/cancellation", ALICE).status == 200


def as_expired(world: World) -> None:
    as_cancelled(world)
    job(world, "2026-01-15")


def as_due_and_not_worked(world: World) -> None:
    as_cancelled(world)
    world.set_clock("2026-01-15T12:00:00Z")


def as_closed(world: World) -> None:
    as_expired(world)
    job(world, "2027-01-15")


def as_domain(world: World) -> None:
    world.register("c-1", plan="domain-ch", label="example.ch")


def as_transferred(world: World) -> None:
    as_domain(world)
    assert world.call("POST", "/contracts/c-1/transfer-out", STAFF).status == 200


def as_short_term(world: World) -> None:
    """A domain that is paid for three months here, and at the registry for longer."""
    term = {"starts_on": "2025-01-15", "registry_expires_on": "2026-01-15", "import": True}
    world.register("c-1", **SVENSKA, **term, plan="premium-domain-3", label="example.org.nz")


def as_short_term_cancelled(world: World) -> None:
    as_short_term(world)
    assert world.call("POST", "/contracts/c-1/cancellation", ALICE).status == 200


def as_switched_off_at_once(world: World) -> None:
    as_short_term(world)
    at_once = {"mode": "immediate"}
    assert world.call("POST", "/contracts/c-1/cancellation", ALICE, at_once).status == 200


def as_switched_off_by_the_job(world: World) -> None:
    as_short_term_cancelled(world)
    job(world, "2025-04-15")


def as_restorable(world: World) -> None:
    as_switched_off_by_the_job(world)
    job(world, "2026-01-15")


def as_add_on(world: World) -> None:
    world.register("p-1", **SVENSKA, plan="premium-domain", label="example.org.nz")
    world.register("c-1", **SVENSKA, plan="mail-addon", parent_id="p-1", starts_on="2024-03-01")


def as_add_on_of_nothing(world: World) -> None:
    world.register("c-1", **SVENSKA, plan="mail-addon", starts_on="2024-03-01")


def as_terminated_add_on(world: World) -> None:
    as_add_on(world)
    at_once = {"mode": "immediate"}
    assert world.call("POST", "/contracts/c-1/cancellation", ALICE, at_once).status == 200


def as_unpaid_add_on(world: World) -> None:
    """Nobody renews it, and the days that a renewal is waited for are over."""
    as_add_on(world)
    job(world, "2025-03-15")


def as_free_account(world: World) -> None:
    as_add_on(world)
    assert world.call("POST", "/contracts/c-1/cancellation", ALICE).status == 200
    job(world, "2025-03-01")
    assert world.contract("c-1")["plan"] == "free-domain-account"


def as_free_account_switched_off(world: World) -> None:
    as_free_account(world)
    at_once = {"mode": "immediate"}
    assert world.call("POST", "/contracts/p-1/cancellation", ALICE, at_once).status == 200
    world.mails()


def as_free_account_of_an_expired_domain(world: World) -> None:
    as_free_account_switched_off(world)
    job(world, "2026-01-15")
    world.mails()


def as_ordered_ahead(world: World) -> None:
    world.register("c-1", status="pending", starts_on="2025-03-01")


def as_ordered_on_trial(world: World) -> None:
    world.register("c-1", **RU, plan="hosting-12", status="pending")


def as_on_trial(world: World) -> None:
    as_ordered_on_trial(world)
    begun = world.call("POST", "/contracts/c-1/activation", ALICE, {"account_id": "a-registrar-ru"})
    assert begun.status == 200, begun.text


def as_noticed(world: World) -> None:
    """Its notice is open: there was nothing on the account when it was made."""
    world.register("c-1", **RU, plan="domain-ru", label="example.ru")
    money = francs("9000.00", "RUB")
    assert book(world, "a-registrar-ru", "withdrawals", money, "out").status == 200
    job(world, "2025-12-20", name="renewals")
    assert book(world, "a-registrar-ru", "deposits", money, "back").status == 200


def as_noticed_and_cancelled(world: World) -> None:
    as_noticed(world)
    assert world.call("POST", "/contracts/c-1/cancellation", STAFF).status == 200


def as_renewed(world: World) -> None:
    world.register("c-1", **RU, plan="vps-1")
    job(world, "2025-12-20", name="renewals")
    assert world.contract("c-1")["expires_on"] == "2027-01-15"


def as_paid_for_years(world: World) -> None:
    """Another term would be further ahead than anything is paid for."""
    term = {"starts_on": "2025-01-15", "expires_on": "2034-06-15", "import": True}
    world.register("c-1", **RU, plan="vps-1", **term)


def as_in_grace(world: World) -> None:
    over = {"starts_on": "2024-01-15", "status": "expired", "import": True}
    world.register("c-1", **RU, plan="domain-ru", label="example.ru", **over)


def as_warranted(world: World) -> None:
    """Its order does not renew by itself, and the warranty has stepped in."""
    named = {"provider": "infomaniak", "plan": "domain-ch", "label": "example.ch"}
    world.register("c-1", **named, starts_on="2024-02-10", renewal_warranty=True)
    off = world.call("PUT", "/contracts/c-1/autorenewal", ALICE, {"enabled": False})
    assert off.status == 200, off.text
    job(world, "2025-02-10", name="renewals")
    assert world.contract("c-1")["expires_on"] == "2026-02-10"
