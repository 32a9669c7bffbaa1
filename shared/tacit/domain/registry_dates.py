"""What the registry last told us: taking it in, and doubting it (G13).

`registry_expires_on` is a fact that somebody else reports, never a promise of ours: it moves no
term, and nothing irreversible is done on one that cannot be true.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

from tacit.domain.commands import NoteRegistry
from tacit.domain.days import add_days, add_months
from tacit.domain.decision import Decision, NothingToDo
from tacit.domain.permission import check_roles
from tacit.domain.phases import closed_refusal
from tacit.domain.policy import Policy
from tacit.domain.record import changed
from tacit.domain.refusals import Broken, Invalid, Refused
from tacit.domain.values import Contract, Role, Status

LAG_DAYS = 45
_LONGEST_MONTHS = 11 * 12  # no registry sells more than ten years; one more for what is left
_SAME_DATE_DAYS = 7  # some registrars keep an accounting date a week before the registry's own


def note_registry(
    contract: Contract, command: NoteRegistry, policy: Policy, now: datetime
) -> Decision:
    """An older report than the one we have changes nothing, whichever comes first. The windows of
    an expired contract stay as they were promised: many registries renew by themselves on the day
    of the expiry, and what we owe the customer does not hang on that."""
    check_roles(frozenset({Role.STAFF}), command.by)
    if not policy.kinds[contract.kind].unique_label:
        raise Refused("no_registry", {"kind": contract.kind})
    if command.fetched_at > now:
        raise Invalid("fetched_at", "is later than now")
    known = contract.registry_fetched_at
    if known is not None and command.fetched_at < known:
        return NothingToDo(contract, "older_than_known")
    if contract.status is Status.CLOSED:
        raise closed_refusal(contract, policy)
    if command.fetched_at == known and command.registry_expires_on == contract.registry_expires_on:
        return NothingToDo(contract, "unchanged")
    after = replace(
        contract,
        registry_expires_on=command.registry_expires_on,
        registry_fetched_at=command.fetched_at,
    )
    before = contract.registry_expires_on
    data = {
        "registry_expires_on": command.registry_expires_on.isoformat(),
        "before": before.isoformat() if before else None,
        "fetched_at": command.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    return changed(contract, after, "contract.registry_noted", data, command.by, policy, now)


def why_doubtful(contract: Contract, today: date) -> str | None:
    """What is wrong with the registry's date, in words for whoever mends it; None if nothing."""
    told = contract.registry_expires_on
    if told is None:
        return None
    if told < contract.starts_on:
        return f"the registry's date {told} is before the contract's start {contract.starts_on}"
    if told > add_months(max(today, contract.expires_on), _LONGEST_MONTHS, 1):
        return f"the registry's date {told} is more than ten years ahead"
    lags_on = _lags_from(contract)
    if lags_on is not None and today >= lags_on:
        return (
            f"the registry still says {told}, more than {LAG_DAYS} days after the end was moved to "
            f"{contract.expires_on} on {contract.expiry_moved_on}"
        )
    return None


def told_since(contract: Contract, starts_on: date) -> date | None:
    """The registry's date, as far as it can be of a term that begins on that day; else None, and
    the registry is heard again."""
    told = contract.registry_expires_on
    return told if told is not None and told >= starts_on else None


def doubted_from(contract: Contract, policy: Policy) -> date | None:
    """The day from which a registry's date that is no doubt yet becomes one; None if never."""
    return _lags_from(contract) if policy.kinds[contract.kind].unique_label else None


def check_registry(contract: Contract, policy: Policy, today: date) -> None:
    """Raises Broken: a record whose registry's date cannot be true waits for a person."""
    if not policy.kinds[contract.kind].unique_label:
        return
    if doubt := why_doubtful(contract, today):
        raise Broken(doubt)


def _lags_from(contract: Contract) -> date | None:
    """The day from which a registry that has not moved is doubted; None where it has."""
    told, moved = contract.registry_expires_on, contract.expiry_moved_on
    if told is None or moved is None or told >= add_days(contract.expires_on, -_SAME_DATE_DAYS):
        return None
    return add_days(moved, LAG_DAYS + 1)
