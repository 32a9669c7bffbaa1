"""Where things lie on this machine, so that every script agrees on it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
BUILD = ROOT / ".aws-sam" / "build"

REGION = "eu-central-1"
ACCOUNT = "123456789012"
STACK_NAME = "tacit"
ANY_KEY = "local"  # of no account: whatever runs on this machine takes any


@dataclass(frozen=True)
class Home:
    """The folder of one running stack: the developer's own, or the one of the end-to-end tests."""

    folder: Path

    @property
    def description(self) -> Path:
        return self.folder / "stack.json"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def objects(self) -> Path:
        return self.folder / "objects"

    @property
    def scratch(self) -> Path:
        return self.folder / "tmp"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"


DEVELOPER = Home(LOCAL)
END_TO_END = Home(LOCAL / "e2e")


def environment(name: str) -> Path:
    """The virtual environment of that name: one of those that `local.environments` makes."""
    return LOCAL / f"venv-{name}"


def program(environment_name: str, name: str) -> str:
    return str(environment(environment_name) / "bin" / name)


def aws_environment(endpoint_url: str | None = None) -> dict[str, str]:
    """The variables of a process that talks to the local stack, and to nothing else.

    Whatever profile or keys the developer has for AWS itself is taken out: a script of this
    folder must never reach a real account by accident.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    kept |= {
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": ANY_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if endpoint_url:
        kept["AWS_ENDPOINT_URL"] = endpoint_url
    return kept
