"""Rules G9 and S11: a free account comes back with its domain, so no other day may be shown."""

from tests.integration.conftest import ALICE, World
from tests.integration.rules.scenes import imported, it_is, job

YEAR = {"starts_on": "2024-07-01", "expires_on": "2025-07-01", "status": "non_renewing"}
WINDOWS = ("restorable_until", "provider_until", "registry_until")


def test_G9_S11_an_expired_free_account_promises_no_window_but_its_domains(world: World) -> None:
    """Its domain is restorable until 10 December; 30 days are those of an add-on with a price."""
    it_is(world, "2025-05-10")
    domain = {"provider": "svenska-domaner", "plan": "premium-domain", "label": "example.org.nz"}
    dates = {"starts_on": "2024-09-10", "expires_on": "2025-09-10", "status": "non_renewing"}
    imported(world, "d", **domain, **dates)
    addon = {"provider": "svenska-domaner", "plan": "mail-addon", "label": "mail"}
    imported(world, "a", **addon, **YEAR, parent_id="d")
    job(world, "2025-07-01", "00:00")
    job(world, "2025-09-10", "00:00")
    world.mails()
    account, parent = (world.contract(name, ALICE) for name in ("a", "d"))
    assert (account["status"], account["plan"]) == ("expired", "free-domain-account")
    shown = [account[name] for name in WINDOWS]
    assert shown in ([None, None, None], [parent[name] for name in WINDOWS])
