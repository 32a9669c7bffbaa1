"""What a shard's state keeps of the keys that are at hand."""

from tacit.store.shard_states import ShardState

KEYS = [(f"contract#c-{number}", "head") for number in range(3)]
MANY = [(f"contract#{number:0100d}", "head") for number in range(2000)]


def test_keys_that_fit_into_an_item_are_kept_and_those_that_do_not_are_counted() -> None:
    few, many = ShardState("00").begun("m", KEYS), ShardState("00").begun("m", MANY)
    assert (few.records, few.due, few.keeps_keys) == (tuple(KEYS), 3, True)
    assert (many.records, many.due, many.keeps_keys) == ((), 2000, False)
    assert (many.parked(2).due, many.parked(2).keeps_keys) == (1998, False)


def test_what_is_left_when_time_runs_out_is_known_also_where_it_is_nothing() -> None:
    begun = ShardState("00").begun("m", KEYS)
    for left in (KEYS[1:], []):
        state = begun.left_with(left)
        assert (state.records, state.due, state.at_hand) == (tuple(left), len(left), "m")
        assert state.keeps_keys
        assert state.page == begun.page + 1
