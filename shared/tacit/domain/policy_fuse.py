"""What the author of a policy should know about when its runs are held."""

from collections.abc import Iterator

from tacit.domain.fuse import Fuse
from tacit.domain.policy import Policy
from tacit.domain.table_form import Finding


def warnings_of_fuse(policy: Policy) -> Iterator[Finding]:
    """An expiry waits `patience_days` for a renewal that is still owed an attempt, and no longer:
    after a longer silence much ends that nobody has tried to renew. Who leaves the number as it is
    has not asked for more, and is not told."""
    caught_up, patience = policy.fuse.silence_days, policy.renewal.patience_days
    if caught_up > max(patience, Fuse().silence_days):
        says = (
            f"after a silence of up to {caught_up} days nothing is held, and an expiry waits for "
            f"an owed renewal only {patience} (renewal.patience_days)"
        )
        yield Finding("fuse.silence_days", says)
