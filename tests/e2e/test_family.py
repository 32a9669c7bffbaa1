"""What hangs on a domain follows it on the deployed stack: stream, bus, queue, function."""

import uuid
from collections.abc import Callable
from typing import Any

from local.description import Description
from local.invoke import invoke
from tests.e2e.conftest import Api

NOW = "2025-07-01T10:00:00Z"
PROVIDER = "svenska-domaner"


def test_S11_an_addon_becomes_a_free_account_and_follows_its_domain_to_the_end(
    api: Api,
    stack: Description,
    token: Callable[..., str],
    staff: str,
    clock: Callable[[str], None],
    eventually: Callable[..., Any],
    address: str,
) -> None:
    name = f"family-{uuid.uuid4().hex[:10]}"
    alice = token(f"alice-{name}", f"customer.{PROVIDER}")
    domain, addon = f"/contracts/{name}", f"/contracts/{name}-mail"
    mine = {"provider": PROVIDER, "holder": f"alice-{name}", "email": address, "import": True}

    def there(field: str, value: str) -> dict[str, Any]:
        """The add-on, as soon as staff's fresh read shows it so."""

        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = api("GET", addon, staff).body
            return found if found[field] == value else None

        shown: dict[str, Any] = eventually(look, within=60.0, what=f"the add-on's {field} {value}")
        return shown

    clock(NOW)
    premium = {"plan": "premium-domain", "label": f"{name}.org.nz", "starts_on": "2024-09-01"}
    assert api("PUT", domain, staff, {**mine, **premium}).status == 201
    mail = {"plan": "mail-addon", "label": "Mail", "parent_id": name, "starts_on": "2024-07-01"}
    over = {**mine, **mail, "status": "non_renewing"}
    assert api("PUT", addon, staff, over).status == 201

    invoke(stack, "expiries", {"as_of": NOW})
    free = there("plan", "free-domain-account")
    assert (free["status"], free["expires_on"]) == ("active", "2025-09-01")
    assert free["price"] == {"amount": "0.00", "currency": "SEK"}

    at_once = api("POST", f"{domain}/cancellation", alice, {"mode": "immediate"})
    assert at_once.body["contract"]["status"] == "inactive"
    there("status", "inactive")
    assert api("POST", f"{domain}/transfer-out", staff).status == 200
    assert there("status", "closed")["closed_reason"] == "terminated"

    events = api("GET", f"{addon}/timeline", staff).body["items"]
    assert [(event["type"], event["actor"]) for event in events] == [
        ("contract.closed", "job"),
        ("contract.followed", "job"),
        ("contract.downgraded", "job"),
        ("contract.registered", "staff"),
    ]
