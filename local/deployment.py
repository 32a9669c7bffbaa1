"""Builds the template with SAM and deploys it to the local stack, when there is something new."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from local.description import Description, client
from local.gaps import fill_gaps
from local.places import (
    BUILD,
    DEVELOPER,
    LOCAL,
    ROOT,
    STACK_NAME,
    Home,
    aws_environment,
    environment,
    program,
)
from local.progress import Trouble, exit_code, step

SOURCES = ("template.yaml", "samconfig.toml", "functions", "shared")
BUCKET = "tacit-artifacts"
UNUSABLE = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


def sources_fingerprint() -> str:
    """Changes when a file that is built or deployed changes, or the Python that builds it."""
    digest = hashlib.sha256(sys.version.encode())
    for source in SOURCES:
        for file in _files(ROOT / source):
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def build() -> str:
    """Build if the sources changed since the last time; the fingerprint of what is built."""
    with _alone():
        return _build_alone()


def deploy(home: Home, stack: Description) -> Description:
    """Bring the stack up to the sources, if it is not, and tell what is in it."""
    mark = home.folder / "deployed"
    if mark.exists() and mark.read_text() == sources_fingerprint():
        return describe(stack)
    with _alone():
        fingerprint = _build_alone()
        mark.unlink(missing_ok=True)
        with step("Deploying"):
            _clear_failed_stack(stack)
            _sam_deploy(home, stack)
            fill_gaps(stack, STACK_NAME)
        mark.write_text(fingerprint)
    return describe(stack)


def describe(stack: Description) -> Description:
    """The description with all that the outputs of the deployed template name."""
    stacks = client(stack, "cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stacks[0]["Outputs"]}
    api_id = outputs["ApiUrl"].removeprefix("https://").split(".")[0]
    return replace(
        stack,
        api_url=f"{stack.endpoint_url}/_aws/execute-api/{api_id}/v1",
        user_pool_id=outputs["UserPoolId"],
        client_id=outputs["ClientId"],
        table_name=outputs["TableName"],
        bus_name=outputs["BusName"],
        queues=_ending_in(outputs, "Url", less="ApiUrl"),
        functions=_ending_in(outputs, "FunctionArn"),
    )


def python_runtime() -> str:
    return f"python{sys.version_info[0]}.{sys.version_info[1]}"


def _build_alone() -> str:
    fingerprint, mark = sources_fingerprint(), BUILD.parent / "made-from"
    if mark.exists() and mark.read_text() == fingerprint and BUILD.exists():
        return fingerprint
    with step("Building"):
        options = ["--parameter-overrides", f"PythonRuntime={python_runtime()}"]
        _sam(DEVELOPER, "build", options, None)
        # SAM strips compiled files from functions (the layer's own build keeps them).
        _compile(sorted(BUILD.glob("*Function")))
    mark.write_text(fingerprint)
    return fingerprint


def _compile(folders: list[Path]) -> None:
    for folder in folders:
        how = ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task"]
        subprocess.run([sys.executable, "-m", "compileall", "-q", *how, str(folder)], check=True)


def _sam_deploy(home: Home, stack: Description) -> None:
    s3 = client(stack, "s3")
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        where = {"LocationConstraint": stack.region}
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    parameters = [f"PythonRuntime={python_runtime()}", "TestClock=enabled"]
    parameters += ["JobMessages=2"]  # each further worker is a cold start on a machine of few cores
    options = ["--template-file", str(BUILD / "template.yaml"), "--stack-name", STACK_NAME]
    options += ["--s3-bucket", BUCKET, "--no-confirm-changeset", "--no-fail-on-empty-changeset"]
    options += ["--no-progressbar", "--capabilities", "CAPABILITY_IAM"]
    options += ["--parameter-overrides", *parameters]
    _sam(home, "deploy", options, stack.endpoint_url)


def _clear_failed_stack(stack: Description) -> None:
    """A stack whose first deployment failed takes no other; it holds nothing, so it goes."""
    cloudformation = client(stack, "cloudformation")
    with suppress(cloudformation.exceptions.ClientError):
        found: Any = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
        if found[0]["StackStatus"] in UNUSABLE:
            cloudformation.delete_stack(StackName=STACK_NAME)
            cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK_NAME)


def _sam(home: Home, command: str, options: list[str], endpoint_url: str | None) -> None:
    home.logs.mkdir(parents=True, exist_ok=True)
    log = home.logs / f"sam-{command}.log"
    variables = aws_environment(endpoint_url) | {
        # SAM looks for its Python on PATH and refuses a version manager's shim.
        "PATH": os.pathsep.join([str(environment("dev") / "bin"), os.environ["PATH"]]),
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.2",
        "__SAM_CLI_APP_DIR": str(LOCAL / "sam"),
    }
    with log.open("w") as out:
        done = subprocess.run(
            [program("sam", "sam"), command, *options],
            cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    if done.returncode:
        raise Trouble(f"`sam {command}` failed; {log.relative_to(ROOT)} says why.")


@contextmanager
def _alone() -> Iterator[None]:
    """One build or deployment at a time: they share `.aws-sam`."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = (file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return sorted(found)


def _ending_in(outputs: dict[str, str], ending: str, less: str = "") -> dict[str, str]:
    """`ExpiriesWorkerFunctionArn` is found as `expiries_worker`, `MailQueueUrl` as `mail`."""
    found = {}
    for output, value in outputs.items():
        if output.endswith(ending) and output != less:
            name = output.removesuffix(ending).removesuffix("Queue")
            found[re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()] = value
    return found


def main() -> None:
    build()


if __name__ == "__main__":
    sys.exit(exit_code(main))
