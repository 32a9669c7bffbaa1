"""`make invoke`: run a function of the local stack with an event from a file; print its answer."""

from __future__ import annotations

import argparse
import base64
import json
import sys
from pathlib import Path
from typing import Any

from local.description import Description, client, running
from local.progress import Trouble, exit_code


def invoke(stack: Description, function: str, event: Any) -> Any:
    """The answer of the function; what it raised is a `Trouble` with the end of its log."""
    if function not in stack.functions:
        raise Trouble(f"There is no function {function!r}; there are {', '.join(stack.functions)}.")
    claims = event.get("requestContext", {}).get("authorizer", {}).get("claims")
    if claims is not None:
        claims["aud"] = stack.client_id  # a sample's client is nobody's here
    answer = client(stack, "lambda").invoke(
        FunctionName=stack.functions[function], Payload=json.dumps(event).encode(), LogType="Tail"
    )
    payload = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
        raise Trouble(f"{log}\n{json.dumps(payload, indent=2)}\n{function} failed.")
    return payload


def main() -> None:
    parser = argparse.ArgumentParser(prog="make invoke")
    parser.add_argument("--function", default="")
    parser.add_argument("--event", default="")
    asked = parser.parse_args()
    if not asked.function or not asked.event:
        raise Trouble("Say which: make invoke FUNCTION=expiries EVENT=events/expiries.json")
    file = Path(asked.event)
    if not file.is_file():
        raise Trouble(f"There is no file {asked.event}.")
    try:
        event = json.loads(file.read_text())
    except json.JSONDecodeError as error:
        raise Trouble(f"{asked.event} is not JSON: {error}") from None
    print(json.dumps(invoke(running(), asked.function, event), indent=2))


if __name__ == "__main__":
    sys.exit(exit_code(main))
