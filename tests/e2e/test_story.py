"""The story that `make run` tells, told to the end on a stack whose roles are enforced."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

from local.places import END_TO_END, ROOT


def test_the_story_is_told_to_its_end_twice_and_the_clock_given_back(
    stack: Any, api: Any, staff: str
) -> None:
    told = [story(), story()]
    for text in told:
        assert "contract.expired      by job" in text
        assert "contract.closed       by job" in text
        assert text.count("@example.net") > 4
        for told_of in (
            "contract.inactivated   It was cancelled",
            "contract.downgraded    It was cancelled",
            "contract.followed      It follows",
            "free-domain-account",
            "transferred_out",
            "restoration_over",
        ):
            assert told_of in text
        assert re.search(r"provider_until +2025-08-01\n +registry_until +2025-07-10\n", text)
        assert f"{stack.api_url}/contracts" in text
    assert api("GET", "/test-clock", staff).body == {"now": None}


def story() -> str:
    """What it prints; it stops with a code of its own at the first surprise."""
    done = subprocess.run(
        [sys.executable, "-m", "local.story"],
        cwd=ROOT,
        env={**os.environ, "TACIT_STACK": str(END_TO_END.description)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\033[" not in done.stdout, "colours belong on a terminal"
    return done.stdout
