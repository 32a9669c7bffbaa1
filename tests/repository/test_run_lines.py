"""What a run did or would do, in pages: every line once, in its order, whatever is worked again."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tacit.domain.values import JOB
from tacit.store import keys
from tacit.store.run_lines import DIFFERENCE, LINE, LineKind, RunLines
from tacit.store.runs import ALL, Run, Runs
from tacit.store.shard_states import ShardState
from tests.repository.desk import Desk
from tests.repository.wire import Wire

RUN = "expiries-20260115T030000Z"


@pytest.fixture
def lines(desk: Desk) -> RunLines:
    return RunLines(desk.table)


def numbered(count: int, first: int = 0, **more: Any) -> list[dict[str, Any]]:
    return [{"contract": f"c-{number}", **more} for number in range(first, first + count)]


def told(lines: RunLines, *page: Any) -> None:
    if writes := lines.told(*page):
        lines.table.transact(writes)


def walked(lines: RunLines, limit: int, kind: LineKind = LINE) -> tuple[list[Any], list[int]]:
    """Every page: all lines, and how many each page had."""
    found, sizes, place = [], [], None
    while True:
        page, place = lines.page(RUN, kind, limit, place)
        found += page
        sizes.append(len(page))
        assert len(sizes) <= 200, "the walk does not end"
        if place is None:
            return found, sizes


def items(desk: Desk, kind: str = LINE) -> list[dict[str, Any]]:
    found, after = [], None
    while True:
        page = desk.table.query(keys.run(RUN)[0], limit=500, after=after)
        found += [item for item in page.items if item["item"] == kind]
        after = page.after
        if after is None:
            return found


def test_a_run_that_has_said_nothing_has_no_lines(lines: RunLines) -> None:
    assert lines.page(RUN, LINE, 50, None) == ([], None)
    assert lines.of_shard(RUN, "07", LINE) == []


def test_a_line_is_read_as_it_was_written(lines: RunLines) -> None:
    """Whatever JSON can say: nothing is left out, and no key is made another."""
    line = {
        "contract": "c-1#é",
        "would": "expire",
        "amount": {"amount": "24.00", "currency": "CHF"},
        "events": [{"type": "contract.expired", "number": 3}, None],
        "due_on": None,
        "joined": False,
        "": 1.5,
    }
    told(lines, RUN, "07", 1, [line], LINE)
    assert lines.page(RUN, LINE, 10, None) == ([line], None)
    assert lines.of_shard(RUN, "07", LINE) == [line]


def test_lines_come_shard_by_shard_and_page_by_page(lines: RunLines) -> None:
    for number, (shard, page) in enumerate([("63", 1), ("07", 10), ("07", 9), ("00", 100_000)]):
        told(lines, RUN, shard, page, numbered(2, 10 * number), LINE)
    assert walked(lines, 3)[0] == [
        {"contract": f"c-{number}"} for number in (30, 31, 20, 21, 10, 11, 0, 1)
    ]
    assert lines.of_shard(RUN, "07", LINE) == numbered(2, 20) + numbered(2, 10)


@pytest.mark.parametrize("limit", [1, 7, 50, 60, 119, 120, 121, 200])
def test_a_page_has_exactly_as_many_lines_as_are_asked_for(lines: RunLines, limit: int) -> None:
    """Also where items hold more or fewer, and the last page is not empty."""
    sizes, start = [50, 1, 0, 1, 3, 50, 2, 1, 1, 11], 0
    for page, size in enumerate(sizes, start=1):
        told(lines, RUN, f"{page:02d}", page, numbered(size, start), LINE)
        start += size
    full, rest = divmod(120, limit)
    assert walked(lines, limit) == (numbered(120), [limit] * full + [rest] * bool(rest))


def test_many_small_pages_are_read_in_few_queries(lines: RunLines, wire: Wire) -> None:
    """Of the renewals a page is one holder, with a line or two."""
    for page in range(1, 211):
        told(lines, RUN, "07", page, numbered(1, page), LINE)
    with wire.heard():
        page_of, place = lines.page(RUN, LINE, 200, None)
    assert page_of == numbered(200, 1)
    assert place == {"key": keys.run_line(RUN, LINE, "07", 201, 0)[1], "index": 0}
    assert wire.counted["Query"] <= 8
    assert lines.page(RUN, LINE, 200, place) == (numbered(10, 201), None)


def test_of_large_items_only_a_few_are_read(lines: RunLines, wire: Wire) -> None:
    for page in range(1, 21):
        told(lines, RUN, "07", page, numbered(50, 50 * page, text="x" * 150), LINE)
    with wire.heard():
        found, _ = lines.page(RUN, LINE, 50, None)
    assert len(found) == 50
    assert wire.counted == {"Query": 1}
    assert wire.read_units <= 10, "four items of some nine KB"


def test_lines_and_differences_are_kept_apart(lines: RunLines, desk: Desk) -> None:
    told(lines, RUN, "07", 1, numbered(3), LINE)
    told(lines, RUN, "07", 1, numbered(2, 7), DIFFERENCE)
    told(lines, "other", "07", 1, numbered(4, 20), LINE)
    assert walked(lines, 2) == (numbered(3), [2, 1])
    assert walked(lines, 2, DIFFERENCE) == (numbered(2, 7), [2])
    assert lines.of_shard(RUN, "07", LINE) == numbered(3)
    assert [item["sk"] for item in items(desk)] == ["line#07#000001#000"]
    assert [item["sk"] for item in items(desk, "difference")] == ["difference#07#000001#000"]


def test_they_stand_beside_what_else_is_known_of_the_run(lines: RunLines, desk: Desk) -> None:
    told(lines, RUN, "07", 1, numbered(3), LINE)
    told(lines, RUN, "07", 1, numbered(3), DIFFERENCE)
    runs = Runs(desk.table)
    assert runs.shards(RUN) == {}
    assert not runs.shard(RUN, "07").done


@pytest.mark.parametrize(("count", "other"), [(1, 120), (60, 120), (120, 60), (120, 1)])
@pytest.mark.parametrize("limit", [1, 50, 55, 200])
def test_of_two_who_tell_a_page_only_one_is_heard_however_much_the_other_put(
    lines: RunLines, count: int, other: int, limit: int
) -> None:
    """The other one was cut off before his telling was committed, or came too late."""
    first, others = numbered(count), numbered(other, 500)
    lines.told(RUN, "07", 1, others, LINE)
    told(lines, RUN, "07", 1, first, LINE)
    lines.told(RUN, "07", 1, others, LINE)
    told(lines, RUN, "07", 2, numbered(1, 900), LINE)
    assert walked(lines, limit)[0] == first + numbered(1, 900)
    assert lines.of_shard(RUN, "07", LINE) == first + numbered(1, 900)


def test_what_was_put_and_not_told_is_not_there(lines: RunLines) -> None:
    lines.told(RUN, "07", 1, numbered(120), LINE)
    assert lines.page(RUN, LINE, 50, None) == ([], None)


def test_a_shard_that_another_worker_has_moved_on_is_told_by_him_alone(lines: RunLines) -> None:
    runs, state = Runs(lines.table), ShardState("07", page=1)
    for said in (numbered(2), numbered(3, 500)):
        first = said == numbered(2)
        assert runs.save(RUN, state, told=lines.told(RUN, "07", 1, said, LINE)) is first
    assert lines.of_shard(RUN, "07", LINE) == numbered(2)


@pytest.mark.parametrize("text", ["x", "é", "\u4e2d"], ids=["one byte", "two", "three"])
def test_no_item_is_larger_than_a_hundred_kilobytes(lines: RunLines, desk: Desk, text: str) -> None:
    said = numbered(120, text=text * (9_000 // len(text.encode())))
    told(lines, RUN, "07", 1, said, LINE)
    assert lines.of_shard(RUN, "07", LINE) == said
    sizes = [sum(len(each.encode()) for each in item["lines"]) for item in items(desk)]
    assert len(sizes) == 14
    assert max(sizes) < 95_000
    assert walked(lines, 50) == (said, [50, 50, 20])


def test_an_item_has_fifty_lines_at_most(lines: RunLines, desk: Desk) -> None:
    told(lines, RUN, "07", 1, numbered(101), LINE)
    assert [len(item["lines"]) for item in items(desk)] == [50, 50, 1]


def test_a_shard_of_many_pages_is_read_to_its_end(lines: RunLines) -> None:
    said = numbered(150, text="x" * 9_000)
    for page in range(1, 6):
        told(lines, RUN, "07", page, said[30 * (page - 1) : 30 * page], LINE)
    told(lines, RUN, "08", 1, numbered(1), LINE)
    assert lines.of_shard(RUN, "07", LINE) == said


def test_lines_are_cleared_away_with_their_run(lines: RunLines, desk: Desk) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    Runs(desk.table).create(Run(RUN, "expiries", long_ago, long_ago, ALL, JOB), long_ago)
    told(lines, RUN, "07", 1, numbered(1), LINE)
    run = desk.table.get(keys.run(RUN))
    (line,) = items(desk)
    assert run is not None
    assert 0 <= line["ttl"] - run["ttl"] < 3_600
