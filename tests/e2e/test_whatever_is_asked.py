"""The doors of the deployed stack answer whatever is asked as docs/openapi.json says, never 5xx.

Comes last: it leaves behind what nobody else should meet.
"""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.anything import pointed, started
from local.description import Description
from tests.e2e.conftest import Api
from tests.searches import far, seed

NOW = "2025-06-01T10:00:00Z"
PRICE = {"amount": "50.00", "currency": "CHF"}
Likely = dict[str, list[str]]
# Of what both are granted by chance, doors that each of them comes through; a token that is none
# would come through no door at all.
FAR_ENOUGH = 20


@pytest.fixture
def likely(api: Api, staff: str, clock: Callable[[str], None], address: str) -> Likely:
    """What is there for a holder who organises as well, with a name of its own."""
    name = f"any-{uuid.uuid4().hex[:8]}"
    clock(NOW)

    def put(path: str, **body: Any) -> None:
        answer = api("PUT", f"/{path}", staff, body)
        assert answer.status == 201, answer

    his = {"holder": name, "email": address, "starts_on": "2025-01-15"}
    put(f"contracts/{name}-v", **his, provider="kriax", plan="vps-s", label="A server", quantity=2,
        servers=[{"id": "s-1", "ip": "192.0.2.1"}, {"id": "s-2", "ip": "192.0.2.2"}])  # fmt: skip
    put(f"contracts/{name}-h", **his, provider="kreativmedia", plan="hosting-start", label="Pages")
    put(f"accounts/{name}-a", provider="kreativmedia", holder=name, currency="CHF")
    put(f"shops/{name}-s", provider="infomaniak", organiser=name, name="Stage",
        timezone="Europe/Zurich")  # fmt: skip
    put(
        f"ticket-orders/{name}-t",
        shop_id=f"{name}-s",
        event={"id": "gala", "name": "Gala", "starts_at": "2025-12-01T18:00:00Z"},
        buyer={"name": "Bea", "email": address},
        placed_at=NOW,
        payment_method="invoice",
        tickets=[{"number": f"{name}-1", "seat": "A1", "price": PRICE}],
    )
    contracts, order = [f"{name}-v", f"{name}-h"], f"{name}-t"
    return {
        "holder": [name],
        "organiser": [name],
        "contracts": contracts,
        "contract_id": contracts,
        "orders": [f"~{each}" for each in contracts],
        "order_id": [f"{name}-o"],
        "accounts": [f"{name}-a"],
        "account_id": [f"{name}-a"],
        "shops": [f"{name}-s"],
        "shop_id": [f"{name}-s"],
        "ticket-orders": [order],
        "subject": [order],
        "number": [f"{name}-1"],
        "ticket": [f"{name}-1"],
        "server_id": ["s-1", "s-2"],
        "confirm": ["s-1", "s-2"],
        "providers": ["kreativmedia", "infomaniak", "kriax"],
        "provider": ["kreativmedia", "infomaniak", "kriax"],
        "plan": ["hosting-start", "vps-m", "vps-l", "domain-ch"],
        "notices": [f"{name}-h:2026-01-15"],
        "messages": [f"{order}:2", f"{order}:3"],
        "change_id": [f"{name}-v:2", f"{name}-v:3"],
        "payment_method": ["card", "invoice"],
    }


def doors_of(document: Path) -> set[str]:
    paths = json.loads(document.read_text("utf-8"))["paths"]
    return {f"{method.upper()} {path}" for path, found in paths.items() for method in found}


@pytest.mark.search
def test_whatever_is_asked_gets_an_answer_as_it_is_described(
    stack: Description, token: Callable[..., str], staff: str, likely: Likely, tmp_path: Path
) -> None:
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(pointed(likely)), "utf-8")
    (name,) = likely["holder"]
    holder = token(name, *(f"customer.{provider}" for provider in likely["provider"]))
    asking = [
        started(
            stack.api_url,
            who,
            document,
            examples=far(2, 30),
            seed=seed(1),
            phases=far("fuzzing", "coverage,fuzzing"),
        )
        for who in (holder, staff)
    ]
    told = [each.told() for each in asking]
    assert [each.process.returncode for each in asking] == [0, 0], "\n".join(told)
    answered = [each.statuses() for each in asking]
    assert answered[0].keys() == answered[1].keys() == doors_of(document)
    granted = [door for found in answered for door, seen in found.items() if min(seen) < 300]
    assert len(granted) > FAR_ENOUGH, "hardly anything came further than its refusal"
