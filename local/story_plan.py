"""Another plan for two servers: one of them has to go, and a code has to come."""

from __future__ import annotations

import re
from typing import Any

from local.progress import Trouble
from local.story_asking import Story, only

WISH = {"plan": "vps-l", "quantity": 1}
SERVERS = [{"id": "web", "ip": "192.0.2.71"}, {"id": "old", "ip": "192.0.2.72"}]
STATE = only("plan", "quantity", "expires_on", "servers", "marked_servers")


def tell(story: Story) -> None:
    name = f"{story.contract}-servers"
    path, address = f"/contracts/{name}", f"alice+{story.run}-plan@example.net"
    story.page.title("\nAnother plan: what is left of the term becomes days on it")
    story.page.step("11 May 2025, in Paris. Two small servers are paid for another 60 days.")
    story.clock("2025-05-11T10:00:00Z")
    story.register(
        name,
        STATE,
        provider="kriax",
        plan="vps-s",
        label=f"Servers of {story.run}",
        quantity=2,
        email=address,
        starts_on="2024-07-10",
        expires_on="2025-07-10",
        servers=SERVERS,
    )
    _server_marked(story, path)
    change = _asked_for(story, path)
    _confirmed(story, path, change, _mailed(story, address))
    _looked_back(story, path)


def _server_marked(story: Story, path: str) -> None:
    story.page.step("alice would rather have one that is large. Two are too many for that.")
    story.ask(story.alice, "POST", f"{path}/plan-change-quotes", WISH, expect=409)
    story.page.step("She marks the old one, by naming it once more. It runs until the change.")
    removal = f"{path}/servers/old/removal"
    shown = only("marked_servers", "warnings.0.detail")
    story.ask(story.alice, "PUT", removal, {"confirm": "old"}, expect=200, show=shown)


def _asked_for(story: Story, path: str) -> str:
    """The id of the change that waits for its code."""
    story.page.step("The quote: both sides, what is lost for good, and that nothing is refunded.")
    quotes = f"{path}/plan-change-quotes"
    quote = story.ask(story.alice, "POST", quotes, WISH, expect=201, show=_side_by_side)
    story.page.step("She takes it up. A code is mailed, and nothing has changed yet.")
    shown = only("id", "status", "valid_until")
    body = {"quote_id": quote["id"]}
    change = story.ask(story.alice, "POST", f"{path}/plan-changes", body, expect=201, show=shown)
    story.ask(story.alice, "GET", path, expect=200, show=STATE)
    return str(change["id"])


def _mailed(story: Story, address: str) -> str:
    """The code, as it stands in the mail, which is printed."""
    (mail,) = story.mails(1, address)
    story.page.step("The mail.")
    story.page.fields({mail["To"][0]: mail["Subject"]})
    for paragraph in mail["BodyText"].strip().split("\n\n"):
        story.page.say(paragraph)
    found = re.search(r"entered: (\d{6})\b", mail["BodyText"])
    if found is None:
        raise Trouble("There is no code in the mail.")
    return found[1]


def _confirmed(story: Story, path: str, change: str, code: str) -> None:
    door = f"{path}/plan-changes/{change}/confirmation"
    story.page.step("A wrong code is counted; five a day are all there are.")
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    story.ask(story.alice, "POST", door, {"code": wrong}, expect=409)
    story.page.step("The right one. Plan, servers and end move, and nothing is charged.")

    def done(body: Any) -> dict[str, Any]:
        fields = STATE(body["contract"])
        events = [event["type"] for event in body["events"]]
        return {**fields, "events": events, "charges": body["charges"]}

    story.ask(story.alice, "POST", door, {"code": code}, expect=200, show=done)


def _looked_back(story: Story, path: str) -> None:
    story.page.step("25 May: too soon for another change. The first day for it is said.")
    story.clock("2025-05-25T10:00:00Z")
    back = {"plan": "vps-m", "quantity": 1}
    story.ask(story.alice, "POST", f"{path}/plan-change-quotes", back, expect=409)
    story.page.step("The changes that there were.")

    def history(page: Any) -> dict[str, Any]:
        return {
            f"{number}. {row['confirmed_at']}": f"{_told(row['from'])} -> {_told(row['to'])}, "
            f"without {', '.join(server['id'] for server in row['removed_servers'])}"
            for number, row in enumerate(page["items"], 1)
        }

    story.ask(story.alice, "GET", f"{path}/plan-changes", expect=200, show=history)


def _side_by_side(quote: Any) -> dict[str, Any]:
    names = ("plan", "quantity", "price", "remaining_days", "expires_on")
    old, new = quote["from"], quote["to"]
    sides = {name: f"{_shown(old[name]):>12}  ->  {_shown(new[name])}" for name in names}
    warned = {f"warning {n}": each["detail"] for n, each in enumerate(quote["warnings"], 1)}
    return {**sides, **warned, "valid_until": quote["valid_until"]}


def _shown(value: Any) -> str:
    return f"{value['amount']} {value['currency']}" if isinstance(value, dict) else str(value)


def _told(side: Any) -> str:
    return f"{side['quantity']} x {side['plan']} to {side['expires_on']}"
