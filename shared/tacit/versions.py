"""Under which version of its provider's policy a contract stands (G10)."""

from tacit.domain.policy import Policy
from tacit.domain.refusals import Broken, Invalid
from tacit.domain.values import Contract
from tacit.policies import UnknownPolicy, newest, policy


def policy_of(contract: Contract) -> Policy:
    """The version the contract's term began under (G10); Broken where it is not shipped."""
    try:
        rules = policy(contract.policy)
    except UnknownPolicy:
        raise Broken(f"the policy {contract.policy!r} is not shipped") from None
    if contract.kind not in rules.kinds:
        raise Broken(f"the policy {contract.policy!r} has no kind {contract.kind!r}")
    return rules


def newest_of(contract: Contract) -> Policy:
    """The policy under which the contract's next term begins (G10)."""
    try:
        return newest(contract.provider)
    except UnknownPolicy:
        raise Broken(f"no policy of {contract.provider!r} is shipped") from None


def newest_for(provider: str) -> Policy:
    """For a new contract; raises Invalid `unknown_provider`."""
    try:
        return newest(provider)
    except UnknownPolicy:
        reason = f"no provider {provider!r} is known here"
        raise Invalid("provider", reason, "unknown_provider") from None
