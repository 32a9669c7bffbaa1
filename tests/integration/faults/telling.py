"""Telling a scene once as it goes, and then again and again with one fault at one of its calls."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.integration.faults.calls import Call
from tests.integration.faults.faults import Fault
from tests.integration.faults.final import Final, differences
from tests.integration.faults.scenes import Scene
from tests.integration.faults.stage import GaveUp, Stage


@dataclass(frozen=True)
class Told:
    """The calls of a scene without a fault, and what it comes to."""

    calls: tuple[Call, ...]
    final: Final


def told(stage: Stage, scene: Scene) -> Told:
    """Nothing is there twice, and nobody had to ask twice, where nothing went wrong."""
    found = stage.tell(scene.act)
    assert stage.troubles == []
    for effects in (found.mails, found.events, found.messages):
        assert max(effects.values(), default=1) == 1, effects
    return Told(tuple(stage.told_calls), found)


def faulty(stage: Stage, scene: Scene, as_it_goes: Told, faults: Iterable[Fault]) -> list[str]:
    """What went wrong with any of the faults at any of the calls they can hit."""
    wrong = []
    for fault in faults:
        for number, call in enumerate(as_it_goes.calls):
            if fault.hits(call) and (scene.twice or is_hidden(fault, call)):
                found = _one(stage, scene, as_it_goes, number, fault)
                place = f"{scene.name}\n  {fault.name}, at call {number}: {call}\n    "
                wrong += [place + each for each in found]
    return wrong


def is_hidden(fault: Fault, call: Call) -> bool:
    """Whether the product itself tries again, so that nobody ever learns of it."""
    return call.is_dynamodb and not fault.kills


def _one(
    stage: Stage, scene: Scene, as_it_goes: Told, number: int, fault: Fault
) -> list[str]:
    call = as_it_goes.calls[number]
    hidden = is_hidden(fault, call)
    try:
        found = stage.tell(scene.act, number, fault)
    except GaveUp as never:
        return [f"is never answered: {never}"]
    if not stage.has_struck:
        return ["the fault has not happened: its calls are not the same each time"]
    if stage.told_calls[number] != call:
        return [f"the call was another one: {stage.told_calls[number]}"]
    if hidden and stage.troubles:
        return [f"is told of it: {'; '.join(stage.troubles)}"]
    return differences(
        as_it_goes.final,
        found,
        answer_counts=hidden or scene.answered_twice,
        mail_in_doubt=stage.in_doubt,
    )
