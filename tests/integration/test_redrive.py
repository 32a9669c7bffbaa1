"""`python -m tacit.redrive`: dead letters are told by their ids, go back, and are never lost."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tacit.redrive import __main__ as command
from tacit.redrive.moving import NotMoved, Redrive
from tacit.redrive.queues import (
    NoStack,
    Queues,
    is_dead_letter_queue,
    queues_of,
    urls_of,
)
from tests.integration.conftest import REGION
from tests.tables import template

ACCOUNT = "123456789012"
SECRET = "alice.private@example.net"
PARCEL = {
    "run": "expiries-1",
    "job": "expiries",
    "as_of": "2026-12-01T03:00:00.000000Z",
    "scope": "*",
    "shards": ["00", "08"],
    "note": SECRET,
}
EVENT = {
    "detail-type": "contract.closed",
    "detail": {"id": "c-1:4", "type": "contract.closed", "at": "2026-12-01", "note": SECRET},
}


class Cut(BaseException):
    """The command ends here: nothing may catch it."""


@pytest.fixture
def sqs() -> Any:
    """A client of the test's own: what it listens to, no other test hears."""
    return command.client("sqs")


@pytest.fixture
def urls(sqs: Any) -> Iterator[dict[str, str]]:
    """A job's queue, mail's, and the undelivered, as the template ties them together."""
    made = {}
    for name in ("ExpiriesDeadLetters", "MailDeadLetters", "UndeliveredQueue"):
        made[name] = sqs.create_queue(QueueName=f"redrive-{name}")["QueueUrl"]
    for name in ("Expiries", "Mail"):
        dead = arn(f"redrive-{name}DeadLetters")
        policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 5})
        wanted = {"QueueName": f"redrive-{name}Queue", "Attributes": {"RedrivePolicy": policy}}
        made[f"{name}Queue"] = sqs.create_queue(**wanted)["QueueUrl"]
    yield made
    for url in made.values():
        sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def queues(sqs: Any, urls: dict[str, str]) -> Queues:
    return queues_of(sqs, urls)


@pytest.fixture
def redrive(sqs: Any, queues: Queues) -> Iterator[Redrive]:
    """Where the service knows no tasks that move messages."""
    refusal = {"Error": {"Code": "InvalidAction", "Message": "made up"}}
    with answered(sqs, "ListMessageMoveTasks", [(400, refusal)] * 9):
        yield Redrive(sqs, queues, lambda _: None)


def arn(name: str, service: str = "sqs") -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


@contextmanager
def answered(sqs: Any, operation: str, answers: list[tuple[int, Any]]) -> Iterator[list[Any]]:
    """The next such calls are answered with these and not made; what was asked."""
    asked: list[Any] = []

    def answer(params: Any, **_: Any) -> Any:
        asked.append(json.loads(params["body"]))
        status, body = answers[len(asked) - 1]
        metadata = {"ResponseMetadata": {"HTTPStatusCode": status}}
        return SimpleNamespace(status_code=status), {**body, **metadata}

    name = f"before-call.sqs.{operation}"
    sqs.meta.events.register_first(name, answer)
    try:
        yield asked
    finally:
        sqs.meta.events.unregister(name, answer)


@contextmanager
def cut_off(sqs: Any, when: str, operation: str, number: int = 1) -> Iterator[None]:
    """The command ends before or after (`when`) its `number`-th such call."""
    left = [number]

    def cut(**_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Cut

    name = f"{when}-call.sqs.{operation}"
    sqs.meta.events.register_first(name, cut)
    try:
        yield
    finally:
        sqs.meta.events.unregister(name, cut)


def put(sqs: Any, url: str, said: Any, **attributes: str) -> None:
    body = said if isinstance(said, str) else json.dumps(said)
    sent = {n: {"DataType": "String", "StringValue": v} for n, v in attributes.items()}
    sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=sent)


def in_queue(url: str) -> list[Any]:
    """All that lies in a queue, whoever has it in hand."""
    from moto.sqs.models import sqs_backends

    return list(sqs_backends[ACCOUNT][REGION].queues[url.rpartition("/")[2]]._messages)


def bodies(url: str) -> list[str]:
    return sorted(message.body for message in in_queue(url))


def numbered(count: int) -> list[str]:
    return [json.dumps({**PARCEL, "run": f"expiries-{n:02d}"}) for n in range(count)]


def fill(sqs: Any, url: str, count: int) -> list[str]:
    for body in numbered(count):
        put(sqs, url, body)
    return numbered(count)


def returned(url: str) -> None:
    """Time has passed, and what somebody had in hand is in the queue again."""
    for message in in_queue(url):
        message.visible_at = 0


def targets(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Whatever a template's part refers to by its ARN, and the names on the way there."""
    if isinstance(value, dict) and "Fn::GetAtt" in value:
        yield path, value["Fn::GetAtt"][0]
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from targets(part, (*path, name))


def test_every_dead_letter_queue_of_the_template_is_known_and_no_other() -> None:
    ways = {"deadLetterTargetArn", "DeadLetterConfig", "OnFailure"}
    resources, outputs = template()["Resources"], template()["Outputs"]
    everything = {str(n): part for n, part in enumerate(flattened(resources))}
    dead = {name for path, name in targets(everything) if ways & {*path}}
    named = {key: each["Value"]["Ref"] for key, each in outputs.items() if "Ref" in each["Value"]}
    known = urls_of({**named, "ApiUrl": "Api"})
    assert {name for name in known if is_dead_letter_queue(name)} == dead
    queues = {name for name, each in resources.items() if each["Type"] == "AWS::SQS::Queue"}
    assert known == {name: name for name in queues}
    assert len(dead) >= 7


def flattened(value: Any) -> Iterator[Any]:
    """Every mapping of the template, those within lists as well."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from flattened(part)


def test_the_list_says_how_many_letters_and_how_old_the_oldest_is(
    sqs: Any, urls: dict[str, str], queues: Queues, redrive: Redrive
) -> None:
    fill(sqs, urls["ExpiriesDeadLetters"], 12)
    now = datetime.now(UTC) + timedelta(hours=3)
    rows = {row["queue"]: row for row in redrive.listed(now)}
    expiries = rows["ExpiriesDeadLetters"]
    assert (expiries["letters"], expiries["source"]) == (12, "ExpiriesQueue")
    assert 10_800 <= expiries["oldest_seconds"] < 11_400
    mail = rows["MailDeadLetters"]
    assert (mail["letters"], mail["oldest_seconds"]) == (0, None)
    assert rows["UndeliveredQueue"]["source"] is None
    assert len(redrive.shown(queues.named("ExpiriesDeadLetters"), 99)) == 12


def test_a_letter_is_shown_by_its_ids_and_by_nothing_that_a_person_wrote(
    sqs: Any, urls: dict[str, str], queues: Queues, redrive: Redrive
) -> None:
    put(sqs, urls["MailDeadLetters"], PARCEL)
    put(sqs, urls["MailDeadLetters"], EVENT)
    put(sqs, urls["MailDeadLetters"], f"{SECRET} {{")
    shown = redrive.shown(queues.named("MailDeadLetters"), 10)
    assert SECRET not in json.dumps(shown)
    by_what = {each["what"]: each for each in shown}
    assert by_what["job"]["run"] == "expiries-1"
    assert by_what["job"]["shards"] == 2
    assert by_what["event"]["event"] == "c-1:4"
    assert set(by_what["unknown"]) == {"id", "sent_at", "received", "what", "to"}
    assert len(bodies(urls["MailDeadLetters"])) == 3


def test_letters_go_back_as_they_were_and_a_second_call_finds_none(
    sqs: Any, urls: dict[str, str], queues: Queues, redrive: Redrive
) -> None:
    all_of_them = fill(sqs, urls["ExpiriesDeadLetters"], 23)
    first = redrive.move(queues.named("ExpiriesDeadLetters"))
    assert (first.moved, first.left, first.by) == (23, 0, "hand")
    assert bodies(urls["ExpiriesQueue"]) == all_of_them
    assert redrive.move(queues.named("ExpiriesDeadLetters")).moved == 0
    assert bodies(urls["ExpiriesQueue"]) == all_of_them


def test_attributes_of_a_letter_go_with_it(
    sqs: Any, urls: dict[str, str], queues: Queues, redrive: Redrive
) -> None:
    put(sqs, urls["MailDeadLetters"], EVENT, Tone="friendly")
    redrive.move(queues.named("MailDeadLetters"))
    (letter,) = sqs.receive_message(QueueUrl=urls["MailQueue"], MessageAttributeNames=["All"])[
        "Messages"
    ]
    assert letter["MessageAttributes"]["Tone"]["StringValue"] == "friendly"


def test_no_more_are_moved_than_was_asked_for(
    sqs: Any, urls: dict[str, str], queues: Queues, redrive: Redrive
) -> None:
    fill(sqs, urls["ExpiriesDeadLetters"], 15)
    outcome = redrive.move(queues.named("ExpiriesDeadLetters"), most=12)
    assert (outcome.moved, outcome.left) == (12, 3)
    assert len(bodies(urls["ExpiriesQueue"])) == 12


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", ["ReceiveMessage", "SendMessage", "DeleteMessage"])
def test_cut_off_anywhere_no_letter_is_lost_and_the_next_call_ends_it(
    sqs: Any,
    urls: dict[str, str],
    queues: Queues,
    redrive: Redrive,
    when: str,
    operation: str,
) -> None:
    all_of_them = fill(sqs, urls["ExpiriesDeadLetters"], 5)
    number = 1 if operation == "ReceiveMessage" else 3
    with cut_off(sqs, when, operation, number), pytest.raises(Cut):
        redrive.move(queues.named("ExpiriesDeadLetters"))
    left = bodies(urls["ExpiriesDeadLetters"])
    assert {*left, *bodies(urls["ExpiriesQueue"])} == set(all_of_them)
    returned(urls["ExpiriesDeadLetters"])
    redrive.move(queues.named("ExpiriesDeadLetters"))
    there = bodies(urls["ExpiriesQueue"])
    assert set(there) == set(all_of_them)
    assert len(there) - len(all_of_them) <= 1
    assert bodies(urls["ExpiriesDeadLetters"]) == []


def test_what_the_bus_could_not_hand_over_goes_to_the_queue_it_was_meant_for(
    sqs: Any, urls: dict[str, str], queues: Queues, redrive: Redrive
) -> None:
    """Without what the bus wrote on the envelope."""
    target = arn("redrive-MailQueue")
    put(sqs, urls["UndeliveredQueue"], EVENT, TARGET_ARN=target, ERROR_CODE="NO_PERMISSIONS")
    put(sqs, urls["UndeliveredQueue"], EVENT, TARGET_ARN=arn("of-somebody-else"))
    outcome = redrive.move(queues.named("UndeliveredQueue"))
    assert (outcome.moved, outcome.kept, outcome.left) == (1, 1, 1)
    (letter,) = sqs.receive_message(QueueUrl=urls["MailQueue"], MessageAttributeNames=["All"])[
        "Messages"
    ]
    assert json.loads(letter["Body"]) == EVENT
    assert "MessageAttributes" not in letter


def test_only_what_is_made_up_for_is_dropped(
    sqs: Any, urls: dict[str, str], queues: Queues, redrive: Redrive
) -> None:
    url, function = urls["UndeliveredQueue"], arn("function:tacit-expiries", "lambda")
    stream = {"requestContext": {"functionArn": function}, "DDBStreamBatchInfo": {"batchSize": 3}}
    invocation = {"requestContext": {"functionArn": f"{function}:$LATEST"}, "requestPayload": {}}
    put(sqs, url, stream)
    put(sqs, url, invocation)
    put(sqs, url, {"as_of": "<now>"}, SCHEDULE_ARN=arn("schedule/a", "scheduler"))
    put(sqs, url, EVENT, TARGET_ARN=arn("redrive-MailQueue"))
    put(sqs, url, "what is this?")
    shown = redrive.shown(queues.named("UndeliveredQueue"), 10)
    kinds = ["event", "invocation", "schedule", "stream", "unknown"]
    assert sorted(each["what"] for each in shown) == kinds
    assert [each["function"] for each in shown if "function" in each] == ["tacit-expiries"]
    outcome = redrive.drop(queues.named("UndeliveredQueue"))
    assert (outcome.dropped, outcome.kept, outcome.left) == (3, 2, 2)
    assert bodies(url) == sorted([json.dumps(EVENT), "what is this?"])


def test_a_workers_letters_are_never_dropped(
    sqs: Any, urls: dict[str, str], queues: Queues, redrive: Redrive
) -> None:
    fill(sqs, urls["ExpiriesDeadLetters"], 2)
    assert redrive.drop(queues.named("ExpiriesDeadLetters")).dropped == 0
    assert len(bodies(urls["ExpiriesDeadLetters"])) == 2


def task(status: str, moved: int = 0, **fields: Any) -> tuple[int, Any]:
    result = {"Status": status, "ApproximateNumberOfMessagesMoved": moved, **fields}
    return 200, {"Results": [result]}


def test_where_the_service_moves_letters_itself_it_is_asked_to_and_waited_for(
    sqs: Any, queues: Queues
) -> None:
    said: list[str] = []
    pauses: list[float] = []
    told = [(200, {"Results": []}), task("RUNNING", 2), task("RUNNING", 5), task("COMPLETED", 7)]
    with (
        answered(sqs, "ListMessageMoveTasks", told) as asked,
        answered(sqs, "StartMessageMoveTask", [(200, {"TaskHandle": "t"})]) as started,
    ):
        redrive = Redrive(sqs, queues, said.append, pauses.append)
        outcome = redrive.move(queues.named("MailDeadLetters"))
    assert (outcome.moved, outcome.by) == (7, "service")
    assert started == [{"SourceArn": arn("redrive-MailDeadLetters")}]
    assert len(asked) == 4
    assert (len(pauses), said[-1]) == (2, "MailDeadLetters: 5 moved")


def test_a_task_that_is_running_already_is_waited_for_and_not_started_twice(
    sqs: Any, queues: Queues
) -> None:
    with (
        answered(sqs, "ListMessageMoveTasks", [task("RUNNING", 1), task("COMPLETED", 3)]),
        answered(sqs, "StartMessageMoveTask", []) as started,
    ):
        redrive = Redrive(sqs, queues, lambda _: None, lambda _: None)
        assert redrive.move(queues.named("MailDeadLetters")).moved == 3
    assert started == []


def test_a_task_that_fails_is_told_with_its_reason(sqs: Any, queues: Queues) -> None:
    told = [(200, {"Results": []}), task("FAILED", FailureReason="CouldNotDetermineSource")]
    with (
        answered(sqs, "ListMessageMoveTasks", told),
        answered(sqs, "StartMessageMoveTask", [(200, {"TaskHandle": "t"})]),
        pytest.raises(NotMoved, match="CouldNotDetermineSource"),
    ):
        Redrive(sqs, queues, lambda _: None).move(queues.named("MailDeadLetters"))


def test_a_stack_without_dead_letter_queues_is_no_stack_of_ours(
    sqs: Any, urls: dict[str, str]
) -> None:
    with pytest.raises(NoStack):
        queues_of(sqs, {"MailQueue": urls["MailQueue"]})


class Stacks:
    """In the place of CloudFormation, which the imitation does not bring."""

    def __init__(self, urls: dict[str, str]) -> None:
        self._urls = urls

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName != "tacit":
            raise LookupError(f"no stack is called {StackName}")
        rows = [{"OutputKey": f"{n}Url", "OutputValue": u} for n, u in self._urls.items()]
        rows += [{"OutputKey": "ApiUrl", "OutputValue": "https://api"}]
        return {"Stacks": [{"Outputs": rows}]}


@pytest.fixture
def at_the_shell(
    sqs: Any, urls: dict[str, str], redrive: Redrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = {"sqs": sqs, "cloudformation": Stacks(urls)}
    monkeypatch.setattr(command, "client", lambda service: clients[service])


def test_the_command_ends_with_1_as_long_as_letters_are_left(
    sqs: Any,
    urls: dict[str, str],
    at_the_shell: None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STACK_NAME", "tacit")
    fill(sqs, urls["ExpiriesDeadLetters"], 3)
    move = ["move", "ExpiriesDeadLetters", "--stack", "tacit"]
    codes = [command.main(["list"]), command.main([*move, "--most", "2"])]
    codes += [command.main(["show", "ExpiriesDeadLetters"]), command.main(move)]
    codes += [command.main(["list"])]
    assert codes == [1, 1, 1, 0, 0]
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(told) == 5
    assert [told[1]["moved"], told[1]["left"]] == [2, 1]
    assert len(told[2]["letters"]) == 1
    assert [told[3]["moved"], told[3]["left"], told[3]["to"]] == [1, 0, "ExpiriesQueue"]


@pytest.mark.parametrize(
    "asked",
    [
        ["list", "--stack", "another"],
        ["move", "ExpiriesQueue", "--stack", "tacit"],
        ["show", "Nothing", "--stack", "tacit"],
    ],
    ids=["no such stack", "a queue of work", "no such queue"],
)
def test_what_cannot_begin_ends_with_2(
    at_the_shell: None, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(asked) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Nothing was begun" in err


def test_what_was_not_finished_ends_with_2(
    sqs: Any, urls: dict[str, str], at_the_shell: None, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(sqs, urls["ExpiriesDeadLetters"], 1)
    refusal = {"Error": {"Code": "AccessDenied", "Message": "no"}}
    with answered(sqs, "SendMessage", [(403, refusal)]):
        assert command.main(["move", "ExpiriesDeadLetters", "--stack", "tacit"]) == 2
    assert "Called again" in capsys.readouterr().err
    assert len(bodies(urls["ExpiriesDeadLetters"])) == 1


def test_without_a_stacks_name_nothing_is_asked(
    at_the_shell: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STACK_NAME", raising=False)
    with pytest.raises(SystemExit) as ended:
        command.main(["list"])
    assert ended.value.code == 2
