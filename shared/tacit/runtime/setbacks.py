"""What a job does with a record that it cannot work: left to the next run, or taken out of work."""

from tacit.runtime.observability import log_unexpected, logger
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.codec import Raw
from tacit.store.parking import RUNS_BEFORE_PARKING, Parking


class Setbacks:
    """Each answer is the word under which the record is counted. Neither ever raises: one record
    never fails its message."""

    def __init__(self, stack: Stack) -> None:
        self._parking = Parking(stack.table)
        self._clock = stack.clock

    def parked(self, key: keys.Key, raw: Raw, reason: str, run_id: str) -> str:
        """It breaks an invariant: a person's turn, with the reason (G13)."""
        try:
            if not self._parking.park(key, raw, reason, self._clock.now()):
                return "unchanged"
        except Exception as error:
            log_unexpected(error)
            return "failed"
        logger().error("record parked", record=key[0], run=run_id)
        return "parked"

    def failed(self, key: keys.Key, raw: Raw, reason: str, run_id: str) -> str:
        """Left for the next run; after three runs it is a person's turn."""
        try:
            runs = self._parking.failed(key, raw, run_id, reason)
        except Exception as error:
            log_unexpected(error)
            return "failed"
        if runs < RUNS_BEFORE_PARKING:
            return "failed"
        return self.parked(key, raw, f"failed in {runs} runs: {reason}", run_id)
