"""What the rulebook answers to a command, from the contract as everybody sees it."""

from __future__ import annotations

from datetime import date

from tests.histories.figures import figures
from tests.histories.heads import Head
from tests.histories.people import role

HIDDEN, FORBIDDEN, DONE = "not found", "not_your_role", "done"


def of_role(who: str, head: Head, staff_only: bool = False) -> str | None:
    """Whether it is his to ask (K3, R2, section 4 of the design). None: it is."""
    own = role(who, head.holder)
    if own is None:
        return HIDDEN
    if own not in ("holder", "staff") or (staff_only and own != "staff"):
        return FORBIDDEN
    return None


def of_cancellation(head: Head, mode: str) -> str:
    """Possible in every status that is not final; an expired contract is over already (K1, S1)."""
    at_once = figures(head.policy).at_once
    if mode == "immediate" and (head.kind not in at_once):
        return "mode_not_offered"
    if head.status == "pending":
        return DONE
    if head.status == "expired":
        return "expired"
    if head.status == "closed":
        return closed(head)
    if mode == "at_term":
        if head.cancelled is not None:
            return "already_cancelled"
        return "follows_parent" if head.follows else DONE
    return "already_cancelled" if head.cancelled == "immediate" else DONE


def of_reactivation(head: Head, today: date) -> str:
    """K1, K4, S2."""
    if head.status == "non_renewing":
        return DONE if today < head.ends else "expired"
    if head.status == "closed":
        return closed(head)
    return {
        "active": "not_cancelled",
        "pending": "not_cancelled",
        "expired": "expired",
        "inactive": "inactive",
    }[head.status]


def of_transfer(head: Head) -> str:
    """S8: a domain, once; it is final."""
    if not figures(head.policy).transfers:
        return "not_offered"
    if head.kind != "domain":
        return "not_transferable"
    if head.status == "closed":
        return "already_transferred" if head.closed_reason == "transferred_out" else "closed"
    return "not_active_yet" if head.status == "pending" else DONE


def of_restoration(head: Head, today: date, who: str) -> str | None:
    """Paid under staff's reference: as long as the window is open, whatever the term (S4, K9).
    None: the model does not say."""
    window = figures(head.policy).window(head.kind, head.tld)
    if head.status == "closed":
        return closed(head)
    if head.status != "expired":
        return "not_expired"
    if head.follows:
        return "follows_parent"
    if window is None or not window.back:
        return "not_restorable"
    if role(who, head.holder) != "staff":
        return None
    over = head.until is not None and today >= head.until
    return "restoration_over" if over else DONE


def of_nothing_to_do(head: Head, who: str, wanted: str) -> str:
    """K4: what is not shown any more is not shown by a command that changes nothing either."""
    seen = head.status != "closed" and (
        head.status != "expired" or figures(head.policy).sees_expired
    )
    return wanted if seen or role(who, head.holder) == "staff" else f"gone_{head.status}"


def closed(head: Head) -> str:
    return "transferred_out" if head.closed_reason == "transferred_out" else "closed"
