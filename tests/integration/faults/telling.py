"""Telling a scene once as it goes, and then again and again with one fault at one of its calls."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.integration.faults.asking import GaveUp
from tests.integration.faults.calls import Call
from tests.integration.faults.faults import Fault
from tests.integration.faults.final import Allowed, Final, differences
from tests.integration.faults.scenes import Scene
from tests.integration.faults.stage import Stage

Struck = tuple[str, Call]


@dataclass(frozen=True)
class Told:
    """The calls of a scene without a fault, and what it comes to."""

    calls: tuple[Call, ...]
    final: Final


def told(stage: Stage, scene: Scene) -> Told:
    """Nothing is there twice, and nobody had to ask twice, where nothing went wrong."""
    found = stage.tell(scene.act)
    assert stage.troubles == []
    others = [] if scene.sends_on else [found.messages]
    for effects in (found.mails, found.events, *others):
        assert max(effects.values(), default=1) == 1, effects
    return Told(tuple(stage.told_calls), found)


def faulty(
    stage: Stage,
    scene: Scene,
    as_it_goes: Told,
    faults: Iterable[Fault],
    known: set[Struck] | None = None,
) -> list[str]:
    """What went wrong with any of the faults at any of the calls they can hit; a read that is
    `known` to have been struck so, and comes again here, is passed over."""
    wrong = []
    for fault in faults:
        for number, call in enumerate(as_it_goes.calls):
            if not call.writes and known is not None and (fault.name, call) in known:
                continue
            if fault.hits(call) and (scene.twice or fault.hidden(call)):
                if known is not None:
                    known.add((fault.name, call))
                found = _one(stage, scene, as_it_goes, number, fault)
                place = f"{scene.name}\n  {fault.name}, at call {number}: {call}\n    "
                wrong += [place + each for each in found]
    return wrong


def _one(stage: Stage, scene: Scene, as_it_goes: Told, number: int, fault: Fault) -> list[str]:
    call = as_it_goes.calls[number]
    hidden = fault.hidden(call)
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
    allowed = Allowed(
        answer=not (hidden or scene.answered_twice),
        mail_twice=stage.in_doubt,
        sends_on=scene.sends_on,
        other_pages=fault.turns_pages,
    )
    return differences(as_it_goes.final, found, allowed)


def repeated(stage: Stage, scene: Scene, as_it_goes: Told) -> list[str]:
    """What changes where everybody asks, or is brought, the same thing twice although all went
    well: a client whose answer was lost on the way, a queue that delivers at least once."""
    found = stage.tell(scene.act, repeats=True)
    allowed = Allowed(answer=not scene.answered_twice, sends_on=scene.sends_on)
    return differences(as_it_goes.final, found, allowed)
