"""What a shard's state keeps of the keys that are at hand."""

from tacit.store.shard_states import ShardState

KEYS = [(f"contract#c-{number}", "head") for number in range(3)]
MANY = [(f"contract#{number:0100d}", "head") for number in range(2000)]


def test_keys_that_fit_into_an_item_are_kept_and_those_that_do_not_are_counted() -> None:
    few, many = ShardState("00").begun("m", KEYS), ShardState("00").begun("m", MANY)
    assert (few.records, few.due, few.keeps_keys) == (tuple(KEYS), 3, True)
    assert (many.records, many.due, many.keeps_keys) == ((), 2000, False)
    left = many.left_with(MANY[1:])
    assert (left.records, left.due, left.keeps_keys) == ((), 1999, False)


def test_as_soon_as_what_is_left_fits_its_keys_are_kept() -> None:
    left = ShardState("00").begun("m", MANY).left_with(KEYS)
    assert (left.records, left.due, left.keeps_keys) == (tuple(KEYS), 3, True)


def test_what_is_left_when_time_runs_out_is_known_also_where_it_is_nothing() -> None:
    begun = ShardState("00").begun("m", KEYS)
    for left in (KEYS[1:], []):
        state = begun.left_with(left)
        assert (state.records, state.due, state.at_hand) == (tuple(left), len(left), "m")
        assert state.keeps_keys
        assert state.page == begun.page + 1
