"""An advisory is red, nobody to ask is said, and neither passes for the other.

pip-audit itself is asked, in an environment of its own, about a service on loopback: what it ends
with and what it writes is its affair, and may change with its version.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local import advisories, checks
from local.advisories import CLEAR, RED, UNASKED, ask, read
from local.environments import make

ADVISORY = {
    "id": "GHSA-1111-2222-3333",
    "summary": "Somebody may come in.",
    "affected": [{"package": {"ecosystem": "PyPI", "name": "jmespath"}, "versions": ["1.1.0"]}],
}


@pytest.fixture(scope="module", autouse=True)
def _environment() -> None:
    make(("audit",))


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    file = tmp_path / "pins.txt"
    file.write_text("jmespath==1.1.0\n")
    return file


@contextmanager
def service(status: int, answer: Any) -> Iterator[tuple[str, ...]]:
    """The options that make pip-audit ask a service which always answers that."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield at(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


def at(port: int) -> tuple[str, ...]:
    return ("--vulnerability-service", "osv", "--osv-url", f"http://127.0.0.1:{port}")


def test_where_no_advisory_is_out_all_is_in_order(pins: Path) -> None:
    with service(200, {}) as there:
        assert ask(pins, *there).outcome == CLEAR


def test_an_advisory_is_red_and_says_what_about(pins: Path) -> None:
    with service(200, {"vulns": [ADVISORY]}) as there:
        heard = ask(pins, *there)
    assert heard.outcome == RED
    (line,) = heard.advisories
    assert line == "jmespath 1.1.0: GHSA-1111-2222-3333, mended in no version yet"


def test_nobody_there_is_not_red_and_not_in_order(pins: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    heard = ask(pins, *at(port))
    assert (heard.outcome, heard.answered) == (UNASKED, False)


def test_a_service_that_is_ill_has_not_answered(pins: Path) -> None:
    with service(503, {}) as there:
        heard = ask(pins, *there)
    assert (heard.outcome, heard.answered) == (UNASKED, False)


def test_a_file_that_cannot_be_asked_about_is_our_fault_and_red(pins: Path) -> None:
    """pip-audit ends as it does without a network."""
    pins.write_text("jmespath>=1\n")
    with service(200, {}) as there:
        heard = ask(pins, *there)
    assert heard.outcome == RED
    assert "not pinned" in heard.trouble


PASSED_OVER = {"name": "jmespath", "skip_reason": "Dependency not found and could not be audited"}
ASKED = {"name": "tzdata", "version": "2026.6", "vulns": []}
FOUND = {"name": "six", "version": "1.17.0", "vulns": [{"id": "GHSA-x", "fix_versions": ["2"]}]}


@pytest.mark.parametrize(
    ("packages", "outcome", "answered"),
    [
        ([PASSED_OVER], UNASKED, False),
        ([PASSED_OVER, ASKED], UNASKED, True),
        ([PASSED_OVER, FOUND], RED, True),
        ([], UNASKED, False),
        ([ASKED], CLEAR, True),
    ],
)
def test_a_package_that_was_passed_over_is_no_success_though_pip_audit_says_so(
    packages: list[Any], outcome: int, answered: bool
) -> None:
    """As an index does that hands out packages and knows no advisories: each is a 404, and a 0."""
    said = json.dumps({"dependencies": packages, "fixes": []})
    heard = read(int(FOUND in packages), said, "No known vulnerabilities found")
    assert (heard.outcome, heard.answered) == (outcome, answered)


@pytest.mark.parametrize("said", ["", "Traceback\nKeyError: 'vulns'", '{"dependencies": []}'])
def test_whatever_ends_badly_and_is_not_the_network_is_red(said: str) -> None:
    stdout = said if said.startswith("{") else ""
    assert read(2, stdout, said).outcome == RED


def test_the_gate_stays_green_and_says_that_it_could_not_ask(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    code = f"import sys; from local.advisories import ask_all; sys.exit(ask_all(*{at(port)!r}))"
    command = [sys.executable, "-c", code]
    monkeypatch.setattr(checks, "commands", lambda: {"pip-audit": command})
    assert checks.main() == 0
    told = capfd.readouterr().err
    assert told == "pip-audit: could not ask; run it where there is a network\n"


def test_the_gate_is_red_with_an_advisory(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], pins: Path
) -> None:
    monkeypatch.setattr(advisories, "PINS", (pins,))
    monkeypatch.setattr(advisories, "ROOT", pins.parent)
    with service(200, {"vulns": [ADVISORY]}) as there:
        assert advisories.ask_all(*there) == RED
    assert capfd.readouterr().err.startswith("pins.txt: jmespath 1.1.0: GHSA-1111-2222-3333")
