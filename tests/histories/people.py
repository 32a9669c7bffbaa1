"""Who acts in a history, and what they may do: the rulebook's roles (K3, R2, design section 4)."""

from __future__ import annotations

from tacit.runtime.caller import Caller

HOLDERS = ("alice", "hugo")
BILLING, TECHNICAL, STRANGER = "bob", "carol", "dave"
STAFF, OWN_STAFF, OTHER_STAFF, ORGANISER = "erin", "stan", "olle", "olga"
PEOPLE = (*HOLDERS, BILLING, TECHNICAL, STRANGER, STAFF, OWN_STAFF, OTHER_STAFF, ORGANISER)
_NOBODY = frozenset[str]()


def caller(person: str, provider: str) -> Caller:
    """As his token says: erin is staff everywhere, stan here, olle elsewhere."""
    if person == STAFF:
        return Caller(person, _NOBODY, _NOBODY, True)
    if person == OWN_STAFF:
        return Caller(person, _NOBODY, frozenset({provider}), False)
    if person == OTHER_STAFF:
        return Caller(person, _NOBODY, frozenset({f"not-{provider}"}), False)
    return Caller(person, frozenset({provider}), _NOBODY, False)


def role(person: str, holder: str) -> str | None:
    """On a contract of that holder, whose contacts are bob and carol; None: it is not his to see.
    The strongest counts."""
    if person in (STAFF, OWN_STAFF):
        return "staff"
    if person == holder:
        return "holder"
    return {BILLING: "billing_contact", TECHNICAL: "technical_contact"}.get(person)
