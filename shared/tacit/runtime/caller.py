"""Who is calling: the claims of a verified ID token as a person with roles at providers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tacit.domain.values import Account, Actor, Contract, Role
from tacit.runtime.problems import Problem

_CUSTOMER, _STAFF = "customer.", "staff."
_PROVIDER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Caller:
    """A subject, the providers he is a customer of, and those he is staff of (`all_staff`: all)."""

    subject: str
    customer_of: frozenset[str]
    staff_of: frozenset[str]
    all_staff: bool

    @property
    def is_staff(self) -> bool:
        return self.all_staff or bool(self.staff_of)

    def is_staff_of(self, provider: str) -> bool:
        return self.all_staff or provider in self.staff_of

    def is_concerned(self, provider: str, people: frozenset[str]) -> bool:
        """Whether something of this provider and these people is his to know of."""
        party = provider in self.customer_of and self.subject in people
        return party or self.is_staff_of(provider)

    def actor_on(self, contract: Contract) -> Actor | None:
        """As whom he acts on this contract, or None: for him it does not exist."""
        if self.is_staff_of(contract.provider):
            return Actor(Role.STAFF, self.subject)
        role = contract.role_of(self.subject) if contract.provider in self.customer_of else None
        return Actor(role, self.subject) if role else None

    def actor_on_account(self, account: Account) -> Actor | None:
        """The same of an account, which is its holder's and staff's alone."""
        if self.is_staff_of(account.provider):
            return Actor(Role.STAFF, self.subject)
        mine = account.provider in self.customer_of and account.holder == self.subject
        return Actor(Role.HOLDER, self.subject) if mine else None

    def actor_on_shop(self, provider: str, organiser: str) -> Actor | None:
        """The same of a shop and of what is sold in it: its organiser's and staff's alone. Both
        are those of the stored shop, never of a request."""
        if self.is_staff_of(provider):
            return Actor(Role.STAFF, self.subject)
        mine = provider in self.customer_of and organiser == self.subject
        return Actor(Role.ORGANISER, self.subject) if mine else None


def parse_groups(claim: object) -> frozenset[str]:
    """The groups of a token, whichever way the gateway wrote them: `[a b]`, `a,b`, a list.

    Group names are compared whole: "staff" is not found inside "staff.kriax".
    """
    if isinstance(claim, list):
        return frozenset(str(name) for name in claim)
    if not isinstance(claim, str):
        return frozenset()
    return frozenset(claim.strip().strip("[]").replace(",", " ").split())


def caller_of(claims: Mapping[str, object], client_id: str, subject_claim: str) -> Caller:
    """The caller of a request; raises Problem 401 unless it is an ID token of our client.

    The gateway lets access tokens and tokens of the pool's other clients pass.
    """
    if not client_id or claims.get("token_use") != "id" or claims.get("aud") != client_id:
        raise Problem("unauthenticated")
    subject = claims.get(subject_claim)
    if not isinstance(subject, str) or not subject:
        raise Problem("unauthenticated")
    groups = parse_groups(claims.get("cognito:groups"))
    return Caller(
        subject=subject,
        customer_of=_suffixes(groups, _CUSTOMER),
        staff_of=_suffixes(groups, _STAFF),
        all_staff="staff" in groups,
    )


def _suffixes(groups: frozenset[str], prefix: str) -> frozenset[str]:
    """The providers behind the prefix; a group that names none gives no rights anywhere."""
    names = (group.removeprefix(prefix) for group in groups if group.startswith(prefix))
    return frozenset(name for name in names if _PROVIDER.match(name))
