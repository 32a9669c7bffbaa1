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
        the_plan_was_changed_as_the_story_says(text, api, staff)
        the_money_went_where_the_story_says(text, api, staff)
        the_tickets_were_sold_as_the_story_says(text, api, staff)
    assert api("GET", "/test-clock", staff).body == {"now": None}


def the_plan_was_changed_as_the_story_says(text: str, api: Any, staff: str) -> None:
    """Refused, marked, quoted, mailed, tried in vain, confirmed, and refused for a while."""
    chapter = text.partition("Another plan:")[2].partition("whose money does not suffice")[0]
    ids = re.search(r"/contracts/(story-\w+-servers)", chapter)
    assert ids is not None
    for line in (
        r"code +servers_to_remove",
        r"marked_servers +old",
        r"expires_on +2025-07-10  ->  2025-06-10",
        r"Nothing\s+changes\s+until\s+this\s+code\s+is\s+entered:\s+\d{6}",
        r"code +wrong_code",
        r"tries_left 4",
        r"events +contract\.plan_changed; contract\.server_removed\n +charges +none",
        r"available_from 2025-06-10",
        r"1\. 2025-05-11T10:00:00Z +2 x vps-s to 2025-07-10 -> 1 x vps-l to 2025-06-10, without ",
    ):
        assert re.search(line, chapter), line
    body = api("GET", f"/contracts/{ids[1]}", staff).body
    assert (body["plan"], body["expires_on"]) == ("vps-l", "2025-06-10")
    assert [server["id"] for server in body["servers"]] == ["web"]


def the_money_went_where_the_story_says(text: str, api: Any, staff: str) -> None:
    """Domains first, the server once there is enough, by hand once, and nothing that is short."""
    month = text.partition("whose money does not suffice")[2].partition("One shop in")[0]
    ids = re.search(r"(story-\w+)-account", month)
    assert ids is not None
    name = ids[1]
    assert 6 <= len(re.findall(r"^ +\S+ +(?:GET|POST) ", month, re.MULTILINE)) <= 10
    for line in (
        r"items\.0\.why\.short +amount 100\.00, currency RUB",
        rf"items\.0\.why\.ahead +{name}-domain",
        r"items\.0\.why\.until +2025-04-30",
        rf"1\. deposit +1000\.00 *\n +2\. renewal +-200\.00  {name}-domain",
        rf"3\. deposit +150\.00 *\n +4\. renewal +-900\.00  {name}-server",
        r"balance_too_small",
        r"short amount 790\.00",
    ):
        assert re.search(line, month), line
    assert api("GET", f"/accounts/{name}-account", staff).body["balance"]["amount"] == "10.00"
    ends = {
        each: api("GET", f"/contracts/{name}-{each}", staff).body
        for each in ("domain", "server", "later", "ordered")
    }
    assert {each: body["expires_on"] for each, body in ends.items() if each != "ordered"} == {
        "domain": "2026-05-01",
        "server": "2026-05-01",
        "later": "2026-08-01",
    }
    assert ends["ordered"]["status"] == "pending"


def the_tickets_were_sold_as_the_story_says(text: str, api: Any, staff: str) -> None:
    """Reminded twice, paid in time, given up, revived, and once through the entrance."""
    chapter = text.partition("One shop in fast motion")[2]
    ids = re.search(r"/ticket-orders/(story-\w+)-ana", chapter)
    assert ids is not None
    name, run = ids[1], ids[1].removeprefix("story-")
    for line in (
        r"status +pending\n +due_on +2025-04-11\n +cancels_on +2025-05-01\n +reminders_sent +0",
        r"due_on +2025-04-21\n +cancels_on +2025-05-01\n +reminders_sent +1",
        rf"ana\+{run}@example\.net +\S",
        r"21\s+April\s+2025",
        rf"ben\+{run}@example\.net +\S",
        r"events\.1\.type +ticket_order\.paid",
        r"cancelled_by +deadline\n +cancelled_on +2025-05-01",
        rf"invoice_number +{name}-ben-2\n.*\n +events\.1\.type +ticket_order\.revived",
        r"commission +amount 4\.00, currency CHF",
        r"ticket_order\.ticket_admitted",
        r"code +already_admitted",
        r"code +ticket_cancelled",
    ):
        assert re.search(line, chapter), line
    orders = {who: api("GET", f"/ticket-orders/{name}-{who}", staff).body for who in ("ana", "ben")}
    assert {order["status"] for order in orders.values()} == {"paid"}
    assert [ticket["status"] for ticket in orders["ana"]["tickets"]] == ["valid", "cancelled"]
    assert [ticket["status"] for ticket in orders["ben"]["tickets"]] == ["valid", "valid"]
    assert orders["ana"]["tickets"][0]["admitted_at"]


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
