"""The states as people name them: rows of the table of transitions, and what a walk that does not
look at everything must not miss any of."""

from __future__ import annotations

from local.exploration.scene import Scene
from tacit.domain.notices import OPEN, notice_of_period
from tacit.domain.plan_quote import waiting
from tacit.domain.policy import Policy
from tacit.domain.values import Contract, Status

_LIVING = (Status.ACTIVE, Status.NON_RENEWING)


def row_of(scene: Scene, policy: Policy) -> str:
    """Status first, then whatever makes a step go another way."""
    contract = scene.contract
    said = [str(contract.status), *_said(scene, policy)]
    if contract.status is Status.CLOSED:
        said = [f"closed ({contract.closed_reason})"]
    return ", ".join(said)


def _said(scene: Scene, policy: Policy) -> list[str]:
    contract, today = scene.contract, scene.today(policy)
    if contract.status is Status.EXPIRED:
        return _after_the_end(scene, policy)
    said = []
    if policy.follows_parent(contract):
        said.append("follows its parent")
    if contract.status is Status.PENDING and today < contract.starts_on:
        said.append("before its first day")
    if contract.status in _LIVING and today >= contract.expires_on:
        said.append("its end has come")
    if contract.status is Status.INACTIVE and contract.cancellation is not None:
        said.append("cancelled")
    if contract.trial_until is not None and today < contract.trial_until:
        said.append("on trial")
    return said + _money(contract) + _changing(scene, policy)


def _after_the_end(scene: Scene, policy: Policy) -> list[str]:
    contract, today = scene.contract, scene.today(policy)
    until, ends_on = contract.restorable_until, contract.phase_ends_on
    said = [str(contract.phase)]
    if policy.follows_parent(contract):
        said.append("follows its parent")
    if (until is not None and today >= until) or (ends_on is not None and today >= ends_on):
        said.append("its last day has passed")
    return said


def _money(contract: Contract) -> list[str]:
    notice, said = notice_of_period(contract), []
    if contract.owed is not None:
        said.append("owes a warranted term")
    if contract.renewal_warranty and contract.owed is None:
        said.append("warranted")
    if notice is not None and notice.status == OPEN:
        refused = notice.tried_on is not None and notice.short is None
        found = "found short" if notice.short else "refused by the registry" if refused else ""
        said.append(found or "notice open")
    return said


def _changing(scene: Scene, policy: Policy) -> list[str]:
    contract, said = scene.contract, []
    if waiting(contract, scene.now) is not None:
        said.append("a plan change waits")
    rule, changed_on = policy.plan_change, contract.plan_changed_on
    if rule is not None and changed_on is not None and contract.status in _LIVING:
        early = (scene.today(policy) - changed_on).days < rule.cooldown_days
        said += ["plan just changed"] if early else []
    return said
