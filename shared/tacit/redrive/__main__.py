"""`python -m tacit.redrive` lists the stack's dead letters, shows them, and moves them back. Run
with the folder `shared` on PYTHONPATH; region, credentials and endpoint are the SDK's, from the
environment."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from tacit.redrive.moving import Redrive
from tacit.redrive.queues import DeadLetterQueue, outputs_of, queues_of, urls_of


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 no letter is left; 1 there are some; 2 not begun, or not finished. The one
    line on stdout tells, as JSON."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    stack_name = asked.stack or os.environ.get("STACK_NAME")
    if not stack_name:
        parser.error("which stack? --stack NAME, or STACK_NAME in the environment")
    try:
        sqs = client("sqs")
        queues = queues_of(sqs, urls_of(outputs_of(client("cloudformation"), stack_name)))
        queue = queues.named(asked.queue) if asked.command != "list" else None
    except KeyError:
        _say(f"no dead letter queue is called {asked.queue}; `list` names them. Nothing was begun.")
        return 2
    except Exception as error:
        _say(f"{type(error).__name__}: {error}\nNothing was begun.")
        return 2
    try:
        said, left = _carried_out(Redrive(sqs, queues, _say), queue, asked)
    except Exception as error:  # 1 is for what was finished
        _say(f"{type(error).__name__}: {error}\nCalled again, it goes on with what is there.")
        return 2
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    return 1 if left else 0


def client(service: str) -> Any:
    from botocore.session import get_session

    return get_session().create_client(service)


def _carried_out(
    redrive: Redrive, queue: DeadLetterQueue | None, asked: argparse.Namespace
) -> tuple[dict[str, Any], int]:
    """What is told, and how many letters are left."""
    if queue is None:
        rows = redrive.listed(datetime.now(UTC))
        return {"queues": rows}, sum(row["letters"] for row in rows)
    if asked.command == "show":
        letters = redrive.shown(queue, asked.most)
        return {"queue": queue.name, "letters": letters}, len(letters)
    do = redrive.move if asked.command == "move" else redrive.drop
    outcome = do(queue, asked.most)
    return {"queue": queue.name, "to": queue.source, **asdict(outcome)}, outcome.left


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tacit.redrive", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    texts = {
        "list": "every dead letter queue, how many letters lie in it, and for how long",
        "show": "some letters of a queue, by their ids; they stay",
        "move": "its letters back to where they came from; may be cut off",
        "drop": "takes away what the next run or the sweep makes up for",
    }
    for name, text in texts.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("--stack", metavar="NAME", help="unless STACK_NAME names it")
        if name == "list":
            continue
        command.add_argument("queue", metavar="QUEUE", help="its name in the template")
        default = 10 if name == "show" else None
        command.add_argument("--most", metavar="N", type=_number, default=default)
    return parser


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("expected a number from 1")
    return number


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
