"""A kept answer is for the person who may have it: roles change while a key is remembered."""

import pytest

from tests.integration.conftest import ALICE, Person, World
from tests.integration.edge import KIM, assert_problem
from tests.integration.test_idempotency import CANCELLATION, JOB, NOW, keyed


@pytest.fixture
def stack(world: World) -> World:
    world.set_clock(NOW)
    world.register("c-1")
    return world


def parked_and_mended(world: World) -> str:
    """c-1 went on the list for its policy, which is back; the door that retries it."""
    key = {"pk": {"S": "contract#c-1"}, "sk": {"S": "head"}}
    for name in ("nobody/9", "kreativmedia/1"):
        world.dynamodb.update_item(
            TableName=world.names.table_name,
            Key=key,
            UpdateExpression="SET #policy = :name",
            ExpressionAttributeNames={"#policy": "policy"},
            ExpressionAttributeValues={":name": {"S": name}},
        )
        if name == "nobody/9":
            world.run_job("2026-03-01T00:00:00Z")
    return "/parked/contract:c-1/retry"


def test_a_retrys_key_is_worth_nothing_at_another_provider(stack: World) -> None:
    path = parked_and_mended(stack)
    first = keyed(stack, "POST", path, KIM, {})
    assert first.status == 200, first.text
    moved = Person(KIM.subject, "[staff.svenska-domaner]")
    assert_problem(keyed(stack, "POST", path, moved, {}), 404, "not_found")
    both = Person(KIM.subject, "[staff.svenska-domaner staff.kreativmedia]")
    for who in (KIM, both, Person(KIM.subject, "[staff]")):
        assert keyed(stack, "POST", path, who, {}).text == first.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[staff]", "[staff.svenska-domaner]"),
        ("[staff.kreativmedia]", "[staff.svenska-domaner]"),
        ("[staff.kreativmedia staff.svenska-domaner]", "[staff.svenska-domaner]"),
    ],
)
def test_a_runs_key_is_worth_nothing_to_who_may_not_see_the_run(
    stack: World, before: str, after: str
) -> None:
    """Nor is the run dealt again: its messages would have it go on."""
    sam, moved = Person("sam", before), Person("sam", after)
    first = keyed(stack, "POST", "/job-runs", sam, JOB)
    assert first.status == 202, first.text
    assert stack.messages(stack.names.expiries_queue_url)
    assert_problem(keyed(stack, "POST", "/job-runs", moved, JOB), 404, "not_found")
    assert stack.messages(stack.names.expiries_queue_url) == []
    assert keyed(stack, "POST", "/job-runs", sam, JOB).text == first.text
    assert len(stack.messages(stack.names.expiries_queue_url)) == 4


def test_a_key_without_its_groups_is_worth_nothing(stack: World) -> None:
    """The answer is kept for the person who may have it; who has lost his right has lost it."""
    keyed(stack, "POST", CANCELLATION, ALICE, {})
    assert_problem(keyed(stack, "POST", CANCELLATION, Person("alice", ""), {}), 404, "not_found")
