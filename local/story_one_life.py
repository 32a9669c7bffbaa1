"""The first chapter: a domain is registered, cancelled, reactivated, expires, and is free again."""

from __future__ import annotations

from typing import Any

from local.progress import Trouble
from local.story_asking import Story, only

STARTS_ON, EXPIRES_ON, CLOSES_ON = "2025-01-15", "2026-01-15", "2026-02-24"
CANCELLED = only("contract.status", "contract.expires_on", "contract.last_day_to_reactivate")
COMMAND = only("contract.status", "events.0.type", "charges", "messages", "warnings")


def tell(story: Story) -> None:
    story.page.step("It is 3 November 2025, noon in Zurich. The test clock says so.")
    story.clock("2025-11-03T11:00:00Z")
    _registered(story)
    _refused_and_previewed(story)
    _cancelled_and_reactivated(story)
    _expired(story)
    _closed(story)
    _looked_back(story)


def _registered(story: Story) -> None:
    story.page.step("Staff registers a contract that began in January.")
    body = {
        "provider": "kreativmedia",
        "plan": "domain-ch",
        "label": story.label,
        "holder": "alice",
        "billing_contact": "bob",
        "email": story.address,
        "locale": "en",
        "starts_on": STARTS_ON,
    }
    shown = only("status", "expires_on", "price", "autorenewal", "next", "policy")
    story.ask(story.sam, "PUT", f"/contracts/{story.contract}", body, expect=201, show=shown)

    def overview(page: Any) -> dict[str, Any]:
        rows = {row["id"]: row for row in page["items"]}
        mine = rows[story.contract]
        allowed = [action["action"] for action in mine["actions"] if action["allowed"]]
        return {
            "items": f"{len(rows)} contracts, this one among them:",
            story.contract: f"{mine['label']}, {mine['status']} until {mine['expires_on']}",
            "allowed actions": ", ".join(allowed),
        }

    story.page.step("alice looks at her overview.")
    story.ask(story.alice, "GET", "/contracts?limit=200", expect=200, show=overview)


def _refused_and_previewed(story: Story) -> None:
    path = f"/contracts/{story.contract}/cancellation"
    story.page.step("A misspelt field is refused, with a problem that programs can read.")
    story.ask(story.alice, "POST", path, {"mdoe": "at_term"}, expect=422)
    story.page.step("alice previews the cancellation: dry_run=true carries nothing out.")
    shown = only("contract.status", "contract.last_day_to_reactivate", "messages")
    body = {"mode": "at_term"}
    story.ask(story.alice, "POST", f"{path}?dry_run=true", body, expect=200, show=shown)
    _read(story, "status", "version")


def _cancelled_and_reactivated(story: Story) -> None:
    cancellation = f"/contracts/{story.contract}/cancellation"
    reactivation = f"/contracts/{story.contract}/reactivation"
    body, key = {"mode": "at_term"}, {"Idempotency-Key": f"cancel-{story.run}"}
    story.page.step("She cancels. An answer that was lost is asked for again with the same key.")
    shown = only("contract.status", "contract.version", "events.0.type")
    answers = [
        story.ask(story.alice, "POST", cancellation, body, expect=200, headers=key, show=shown)
        for _ in range(2)
    ]
    if answers[0] != answers[1]:
        raise Trouble("The same key was answered differently.")
    story.page.step("bob pays the bills, but only the holder may reactivate.")
    story.ask(story.bob, "POST", reactivation, expect=403)
    story.page.step("alice reactivates: at once, and for nothing.")
    story.ask(story.alice, "POST", reactivation, expect=200, show=COMMAND)
    story.page.step("She changes her mind once more, and cancels again.")
    story.ask(story.alice, "POST", cancellation, {}, expect=200, show=CANCELLED)


def _expired(story: Story) -> None:
    path = f"/contracts/{story.contract}"
    story.page.step(
        "14 January 2026, the last day. The job of that day finds nothing to do for it."
    )
    story.clock("2026-01-14T11:00:00Z")
    story.expiries("2026-01-14T11:00:00Z")
    _read(story, "status", "last_day_to_reactivate")
    story.page.step("15 January: the term is over. The same job, a day later; a preview first.")
    story.clock("2026-01-15T03:00:00Z")
    body = {"job": "expiries", "as_of": "2026-01-15T03:00:00Z"}
    shown = only("id", "counts.due")
    story.ask(story.sam, "POST", "/job-runs?dry_run=true", body, expect=202, show=shown)
    story.expiries("2026-01-15T03:00:00Z")
    story.page.step("For alice it is gone; she is told whom to ask.")
    story.ask(story.alice, "GET", path, expect=410)
    story.ask(story.alice, "POST", f"{path}/reactivation", expect=409)
    story.page.step("Staff still sees it, and until when it can be restored.")
    shown = only("status", "phase", "restorable_until", "next")
    story.ask(story.sam, "GET", path, expect=200, show=shown)
    story.page.step("What bringing it back costs; support does it, for what the quote says.")
    costs = only("charges.0.amount", "charges.1.amount", "total", "expires_on", "until")
    story.ask(story.alice, "GET", f"{path}/restoration-quote", expect=200, show=costs)
    story.ask(story.alice, "POST", f"{path}/restoration", expect=409)
    done = only("contract.status", "contract.expires_on", "charges.0.amount", "charges.1.amount")
    paid = {"reference": "an-invoice"}
    story.ask(story.sam, "POST", f"{path}/restoration?dry_run=true", paid, expect=200, show=done)
    story.page.step("Nobody else gets the name during that time.")
    story.ask(story.sam, "PUT", f"{path}-2", _newcomer(story), expect=409)


def _closed(story: Story) -> None:
    story.page.step("24 February: the 40 days are over.")
    story.clock("2026-02-24T03:00:00Z")
    story.expiries("2026-02-24T03:00:00Z")
    path = f"/contracts/{story.contract}"
    shown = only("status", "closed_reason", "restorable_until")
    story.ask(story.sam, "GET", path, expect=200, show=shown)
    story.page.step("The name is free (a preview; nothing is registered).")
    shown = only("label", "holder", "status")
    preview = f"{path}-2?dry_run=true"
    story.ask(story.sam, "PUT", preview, _newcomer(story), expect=201, show=shown)


def _looked_back(story: Story) -> None:
    def history(page: Any) -> dict[str, Any]:
        return {
            f"{number}. {event['at']}": f"{event['type']:20}  by {event['actor']}"
            for number, event in enumerate(page["items"], 1)
        }

    story.page.step("What happened, newest first.")
    path = f"/contracts/{story.contract}/timeline"
    story.ask(story.sam, "GET", path, expect=200, show=history)
    story.page.step("The mails that left.")
    for mail in story.mails(4):
        story.page.fields({mail["To"][0]: mail["Subject"]})


def _read(story: Story, *names: str) -> None:
    path = f"/contracts/{story.contract}"
    story.ask(story.alice, "GET", path, expect=200, show=only(*names))


def _newcomer(story: Story) -> dict[str, Any]:
    return {
        "provider": "kreativmedia",
        "plan": "domain-ch",
        "label": story.label,
        "holder": "erika",
        "email": f"erika+{story.run}@example.net",
        "starts_on": CLOSES_ON,
    }
