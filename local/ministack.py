"""Starts and stops MiniStack, the one process that plays AWS on this machine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from local.description import Description, read
from local.places import ACCOUNT, REGION, ROOT, Home, aws_environment, environment
from local.progress import Trouble

STARTS_WITHIN = 60.0
STOPS_WITHIN = 60.0
USUAL_PORT = 4566


def start(home: Home, *, usual_port: int | None = USUAL_PORT) -> Description:
    """Start MiniStack for `home` with the state it left behind, and wait until it answers."""
    port = _free_port(home, usual_port)
    log = home.logs / "ministack.log"
    shutil.rmtree(home.scratch, ignore_errors=True)  # unpacked functions of a server that is gone
    for folder in (home.state, home.objects, home.scratch, home.logs):
        folder.mkdir(parents=True, exist_ok=True)
    _start_streams_anew(home)
    with log.open("a") as out:
        process = subprocess.Popen(
            [str(environment("ministack") / "bin" / "python"), "-m", "ministack"],
            cwd=home.scratch,
            env=_server_environment(home, port),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is for us; we stop it after
        )
    description = Description(pid=process.pid, port=port, endpoint_url=f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + STARTS_WITHIN
    while not description.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise Trouble(f"MiniStack did not start; {_shown(log)} says why.")
        time.sleep(0.05)
    return description


def stop(home: Home) -> bool:
    """Stop the MiniStack of `home` by its process id; its state is written on the way out.

    A process id alone may belong to somebody else by now, so its command line is looked at first.
    """
    description = read(home.description)
    if description is None or not _is_ours(description.pid):
        return False
    os.kill(description.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOPS_WITHIN
    while _is_ours(description.pid):
        if time.monotonic() > deadline:
            os.kill(description.pid, signal.SIGKILL)
            raise Trouble(f"MiniStack did not stop by itself; see {_shown(home.logs)}.")
        time.sleep(0.05)
    shutil.rmtree(home.scratch, ignore_errors=True)
    return True


def _start_streams_anew(home: Home) -> None:
    """Let the functions on a stream begin where the stream begins.

    MiniStack keeps how far a function has read, but not the stream, which is empty after a restart:
    as many new records as had been read before would be passed over in silence.
    """
    file = home.state / "lambda.json"
    if file.exists():
        state = json.loads(file.read_text())
        state["payload"]["dynamodb_stream_positions"]["data"] = {}
        file.write_text(json.dumps(state))


def _server_environment(home: Home, port: int) -> dict[str, str]:
    return aws_environment() | {
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.state),
        "S3_DATA_DIR": str(home.objects),
        "TMPDIR": str(home.scratch),
        "LAMBDA_EXECUTOR": "local",
        "LOG_LEVEL": "INFO",
        # Not needed, and it would listen on every interface.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SMTP_HOST": "",  # mail stays in the process; nobody is ever written to
    }


def _free_port(home: Home, usual_port: int | None) -> int:
    """The port of last time, so that bookmarks stay true; else the usual one; else any."""
    before = read(home.description)
    for port in (before.port if before else None, usual_port, 0):
        if port is None:
            continue
        try:
            with socket.create_server(("127.0.0.1", port)) as free:
                return int(free.getsockname()[1])
        except OSError:
            continue
    raise Trouble("There is no free port on 127.0.0.1.")


def _is_ours(pid: int) -> bool:
    asked = ["ps", "-p", str(pid), "-o", "stat=,command="]
    shown = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return "ministack" in shown and not shown.startswith("Z")


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT))
