"""Reading when a policy holds a run of a job."""

from tacit.domain.fuse import Fuse
from tacit.domain.table_form import Table

# More than anybody has to lose in a night: with it as `min_count` nothing is ever held.
MOST_STEPS = 1_000_000
# Below all of it, a day like any other would be far more than usual.
LEAST_PERCENT, MOST_PERCENT = 100, 10_000
LONGEST_SILENCE = 365


def read_fuse(table: Table | None) -> Fuse:
    """The numbers of `Fuse` itself where the file has no such table, or not all of its fields."""
    usual = Fuse()
    if table is None:
        return usual
    with table.whole():
        return Fuse(
            min_count=table.number("min_count", 1, usual.min_count, MOST_STEPS),
            share_percent=table.number(
                "share_percent", LEAST_PERCENT, usual.share_percent, MOST_PERCENT
            ),
            absolute=table.number("absolute", 0, usual.absolute, MOST_STEPS),
            silence_days=table.number("silence_days", 1, usual.silence_days, LONGEST_SILENCE),
        )
