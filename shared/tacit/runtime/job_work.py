"""A job's working function: the messages of one invocation, each a parcel of a run."""

from collections.abc import Callable
from typing import Any, Protocol

from tacit.runtime.jobs import Parcel
from tacit.runtime.queue import each_message
from tacit.runtime.stack import Stack, stack


class Works(Protocol):
    """What works a parcel until it is done or time runs short."""

    def work(self, parcel: Parcel) -> None: ...


def working(
    make: Callable[[Stack, Callable[[], int]], Works],
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The handler of the job whose worker this makes, of the stack and the milliseconds left."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        worker = make(stack(), context.get_remaining_time_in_millis)
        return each_message(event, lambda body: worker.work(Parcel.read(body)))

    return handler
