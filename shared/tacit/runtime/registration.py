"""Reading a contract as staff registers it, and the particulars that may be amended."""

from collections.abc import Callable
from typing import Any

from tacit.domain.commands import Registration
from tacit.domain.refusals import Invalid
from tacit.domain.values import Server, Status
from tacit.runtime import shapes
from tacit.runtime.shapes import Body, list_of, nested, one_of, text, whole

SERVERS_OF_A_CONTRACT = 50
OPTIONS_OF_A_CONTRACT = 20

option = list_of(shapes.identifier, OPTIONS_OF_A_CONTRACT)
label = text(253)


def server(field: str, value: Any) -> Server:
    body = nested(field, value)
    found = Server(body.need("id", shapes.identifier), body.need("ip", text(45)))
    body.end()
    return found


def read_registration(contract_id: str, data: dict[str, Any]) -> Registration:
    """The body of PUT /contracts/{id}; raises Invalid."""
    body = Body(data)
    if body.may("id", shapes.identifier) not in (None, contract_id):
        raise Invalid("id", f"the path says {contract_id!r}")
    status = body.may("status", one_of(*Status))
    wanted = Registration(
        id=contract_id,
        provider=body.need("provider", shapes.identifier),
        kind=body.may("kind", shapes.identifier),
        label=body.need("label", label),
        tld=body.may("tld", text(63)),
        plan=body.need("plan", shapes.identifier),
        quantity=body.may("quantity", whole(1, 1_000_000)),
        holder=body.need("holder", shapes.subject),
        billing_contact=body.may("billing_contact", shapes.subject),
        technical_contact=body.may("technical_contact", shapes.subject),
        email=body.need("email", shapes.email),
        locale=body.may("locale", shapes.locale),
        order_id=body.may("order_id", shapes.identifier),
        parent_id=body.may("parent_id", shapes.identifier),
        term_months=body.may("term_months", whole(1, 120)),
        price=body.may("price", shapes.money),
        starts_on=body.may("starts_on", shapes.day),
        expires_on=body.may("expires_on", shapes.day),
        registry_expires_on=body.may("registry_expires_on", shapes.day),
        options=body.may("options", option) or (),
        servers=body.may("servers", list_of(server, SERVERS_OF_A_CONTRACT)) or (),
        renewal_warranty=body.may("renewal_warranty", shapes.flag) or False,
        status=Status(status) if status else Status.ACTIVE,
        imported=body.may("import", shapes.flag) or False,
    )
    body.end()
    if len({each.id for each in wanted.servers}) < len(wanted.servers):
        raise Invalid("servers", "two have the same id")
    return wanted


_AMENDABLE: dict[str, tuple[Callable[[str, Any], Any], bool]] = {
    "label": (label, False),
    "email": (shapes.email, False),
    "locale": (shapes.locale, False),
    "billing_contact": (shapes.subject, True),
    "technical_contact": (shapes.subject, True),
    "options": (option, False),
}


def read_amendment(data: dict[str, Any]) -> tuple[int, dict[str, object]]:
    """The body of PATCH /contracts/{id}: the version looked at, and the new particulars.
    A contact may be taken away with null; the others may not."""
    body = Body(data)
    version = body.need("version", whole(1, 10**9))
    changes: dict[str, object] = {}
    for name, (reader, may_be_null) in _AMENDABLE.items():
        if body.has(name):
            changes[name] = body.may(name, reader) if may_be_null else body.need(name, reader)
    body.end()
    return version, changes
