"""`stack.json`: what a running local stack is called and where it answers."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from local.places import ACCOUNT, ANY_KEY, DEVELOPER, REGION
from local.progress import Trouble


@dataclass(frozen=True)
class Description:
    """One running stack. Everything but `pid` and `port` comes from the outputs of the template."""

    pid: int
    port: int
    endpoint_url: str
    region: str = REGION
    account: str = ACCOUNT
    api_url: str = ""
    user_pool_id: str = ""
    client_id: str = ""
    table_name: str = ""
    bus_name: str = ""
    queues: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)

    def save(self, file: Path) -> None:
        """Written whole or not at all: a reader may come at any moment."""
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n")
        draft.replace(file)

    def answers(self) -> bool:
        """Whether the stack is up; a stopped one leaves its description, and its port, behind."""
        try:
            ready = f"{self.endpoint_url}/_ministack/ready"
            with urllib.request.urlopen(ready, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def read(file: Path) -> Description | None:
    """The description in `file`, or None where there is none or it is not one any more."""
    try:
        return Description(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def running(file: Path | None = None) -> Description:
    """The stack that is up now; `TACIT_STACK` names another file than the developer's."""
    named = os.environ.get("TACIT_STACK")
    found = read(file or (Path(named) if named else DEVELOPER.description))
    if found is None or not found.answers():
        raise Trouble("The stack is not running; start it with `make up`.")
    return found


def client(stack: Description, service: str) -> Any:
    """A boto3 client that reaches that stack whatever profile the machine is set to."""
    import boto3  # here, because what only reads the description must start at once

    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=stack.endpoint_url,
        region_name=stack.region,
        aws_access_key_id=stack.account,
        aws_secret_access_key=ANY_KEY,
    )
