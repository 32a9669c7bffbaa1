"""What the operator learns from `python -m tacit.calendar rebuild` when it does not run through."""

import pytest

from tacit.calendar.__main__ import main
from tacit.calendar.rebuild import Rebuild
from tacit.policies import shipped
from tacit.runtime.stack import stack
from tacit.store.codec import from_raw
from tacit.store.listing import Listing, of_staff
from tacit.store.writes import put
from tests.integration.conftest import World
from tests.integration.rules.scenes import it_is


def test_a_rebuild_that_cannot_begin_ends_with_2(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not with the 1 of an uncaught error, which means: all but what cannot be read."""
    monkeypatch.setenv("JOB_MESSAGES", "many")
    assert main(["rebuild"]) == 2


@pytest.mark.breaks("a record that cannot be read")
def test_a_rebuild_that_was_cut_off_still_tells_of_what_it_could_not_read(world: World) -> None:
    """Otherwise the second call would say that all is right."""
    it_is(world, "2025-06-01")
    for number in range(4):
        world.register(f"c-{number}", holder=f"holder-{number}", order_id=None)
    table = stack().table
    sources = [s for p in shipped() for s in of_staff(p, None)]
    (first, *_), _ = Listing(table).heads(sources, 1, None)
    broken = {**from_raw(first), "expires_on": "never"}
    table.write(put("head", broken))

    def cut_off(text: str) -> None:
        if "read" in text and "lane" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Rebuild(table, cut_off, page=1).run()
    told = Rebuild(table, lambda _: None, page=1).run()
    assert told.resumed
    assert len(told.unreadable) == 1, told
