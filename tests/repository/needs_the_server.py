"""What of the repository suite is about DynamoDB Local itself, and why no other engine will do.

All else must pass on the engine in memory, too. `test_engines.py` keeps this list honest.
"""

import pytest

# A fixture, or a test, and the reason.
NEEDS_THE_SERVER = {
    "racers": "they race in processes of their own, and memory is within one",
    "test_real_records_of_the_stream_reach_the_bus": "the engine has no streams",
    "both": "both engines are asked, and their answers compared",
}


def named(item: pytest.Item) -> bool:
    assert isinstance(item, pytest.Function)
    return not NEEDS_THE_SERVER.keys().isdisjoint({item.originalname, *item.fixturenames})
