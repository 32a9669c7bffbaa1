"""`make up`, `make down`, `make run` and `make clean`."""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from types import FrameType

from local import ministack
from local.deployment import build, deploy, sources_fingerprint
from local.description import Description, read
from local.places import BUILD, DEVELOPER, END_TO_END, ROOT, Home, aws_environment
from local.progress import Trouble, exit_code, say, step


def up(home: Home, *, usual_port: int | None = ministack.USUAL_PORT) -> Description:
    """The stack of `home`, running what the sources say now, with the data of earlier days."""
    before = read(home.description)
    if before and before.answers() and before.api_url and _deployed(home):
        return before
    build()
    if before and before.answers():
        started = before
    else:
        with step("Starting MiniStack"):
            started = ministack.start(home, usual_port=usual_port)
            started.save(home.description)  # at once, so that `make down` finds it whatever follows
    described = deploy(home, started)
    described.save(home.description)
    return described


def fill(home: Home) -> None:
    """Put the sample portfolio in, once for each version of it."""
    digest = _portfolio_fingerprint()
    mark = home.folder / "filled"
    if mark.exists() and mark.read_text() == digest:
        return
    with step("Filling in the sample portfolio"):
        log = home.logs / "portfolio.log"
        with log.open("w") as out:
            done = _python("local.portfolio", home, out.fileno())
        if done:
            raise Trouble(f"The sample portfolio did not go in; {log.relative_to(ROOT)} says why.")
    mark.write_text(digest)


def down(home: Home) -> None:
    if ministack.stop(home):
        say("Stopped. The data is kept for the next `make up`; `make clean` throws it away.")
    else:
        say("The stack was not running.")


def clean(home: Home) -> None:
    """Stop the stack and throw away its data and logs; the installed tools and the build stay."""
    ministack.stop(home)
    for folder in (home.state, home.objects, home.scratch, home.logs):
        shutil.rmtree(folder, ignore_errors=True)
    for file in ("stack.json", "deployed", "filled", "portfolio.json"):
        (home.folder / file).unlink(missing_ok=True)


def run(home: Home) -> int:
    """Bring everything up, tell the story, and stay until Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _as_interrupt)  # a shell's background job would be deaf to Ctrl-C
    try:
        stack = up(home)
        fill(home)
        if _python("local.story", home, None):
            raise Trouble("The story broke off above.")
        say("The stack stays up until Ctrl-C; its data is kept for next time.")
        while stack.answers():
            time.sleep(2)
        raise Trouble(f"MiniStack has ended by itself; see {home.logs.relative_to(ROOT)}.")
    except KeyboardInterrupt:
        say("")
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with step("Stopping"):
            ministack.stop(home)


def _deployed(home: Home) -> bool:
    mark = home.folder / "deployed"
    return mark.exists() and mark.read_text() == sources_fingerprint()


def _portfolio_fingerprint() -> str:
    folder = ROOT / "local" / "portfolio"
    digest = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if "__pycache__" not in file.parts):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _python(module: str, home: Home, output: int | None) -> int:
    variables = aws_environment() | {"TACIT_STACK": str(home.description)}
    command = [sys.executable, "-m", module]
    child = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=output)
    try:
        return child.wait()
    except KeyboardInterrupt:
        _let_it_end(child)
        raise


def _let_it_end(child: subprocess.Popen[bytes]) -> None:
    """A story that is broken off gives the test clock back, which needs a stack that answers. A
    terminal has told it to end as well; whoever ends this process alone has not."""
    for told in (None, signal.SIGINT, signal.SIGKILL):
        if told is not None:
            child.send_signal(told)
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=5)
            return


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int | None:
    match sys.argv[1:]:
        case ["up"]:
            stack = up(DEVELOPER)
            fill(DEVELOPER)
            say(f"The API is at {stack.api_url}; `make down` stops it.")
        case ["down"]:
            down(DEVELOPER)
        case ["down", "e2e"]:
            ministack.stop(END_TO_END)
        case ["clean"]:
            clean(DEVELOPER)
            clean(END_TO_END)
            shutil.rmtree(BUILD.parent, ignore_errors=True)
        case ["run"]:
            return run(DEVELOPER)
        case _:
            raise Trouble("Say up, down, run or clean.")
    return None


if __name__ == "__main__":
    sys.exit(exit_code(main))
