"""One contract that is due, where it stands in the order, and the word for what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tacit.domain.collecting import by_priority
from tacit.domain.decision import Change, Situation
from tacit.domain.policy import Policy
from tacit.domain.values import Contract
from tacit.runtime.lines import deed_of
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.deeds import Deed


@dataclass(frozen=True, slots=True)
class Due:
    """One contract that is due, as it was last read, or as it was written since; `before` is what
    this run did with it earlier, and `told` whether that is in the tally already."""

    key: keys.Key
    raw: Raw
    contract: Contract
    situation: Situation
    policy: Policy
    before: Deed | None = None
    told: bool = False


def written(due: Due, change: Change) -> Due:
    """As it is behind the change. Its head is known by its values, and not read again."""
    situation = replace(due.situation, contract=change.contract)
    before = deed_of((change,), due.before)
    return replace(due, contract=change.contract, situation=situation, before=before, told=True)


def in_order(due: Iterable[Due]) -> dict[keys.Key, Due]:
    """By their keys."""
    by_id = {each.contract.id: each for each in due}
    ordered = by_priority([(each.contract, each.policy) for each in by_id.values()])
    return {by_id[contract.id].key: by_id[contract.id] for contract, _ in ordered}


def word_of(change: Change) -> str:
    """A try that found too little is written down, and has not done what it was to do."""
    notice = change.contract.notice
    tried = notice is not None and notice.short is not None and change.movement is None
    return "refused" if tried and _is_new(change) else "done"


def _is_new(change: Change) -> bool:
    before = change.before.notice if change.before is not None else None
    return before != change.contract.notice
