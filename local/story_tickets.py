"""One shop in fast motion: two invoices, their reminders, and what becomes of the money."""

from __future__ import annotations

from typing import Any

from local.story_asking import Story, only

STATE = only("status", "due_on", "cancels_on", "reminders_sent")
PRICE = {"amount": "50.00", "currency": "CHF"}
PAID = only("ticket_order.status", "ticket_order.invoice_number", "events.0.type", "events.1.type")


def tell(story: Story) -> None:
    story.page.title("\nOne shop in fast motion: what is sold by invoice, with the mails")
    story.page.step(
        "1 April 2025, noon in Zurich. Two people order tickets, to be paid by invoice."
    )
    story.clock("2025-04-01T10:00:00Z")
    _sold(story)
    _reminded(story)
    _paid_in_time(story)
    _cancelled_and_revived(story)
    _at_the_entrance(story)


def _sold(story: Story) -> None:
    shop = {"provider": "infomaniak", "organiser": story.olga.name, "timezone": "Europe/Zurich"}
    story.bring("PUT", f"/shops/{story.contract}-shop", name="The example stage", **shop)
    story.page.say("The shop sends a reminder after 10 days and another after 20. olga runs it.")
    for who in ("ana", "ben"):
        body = {
            "shop_id": f"{story.contract}-shop",
            "event": {"id": "gala", "name": "A gala", "starts_at": "2025-09-01T18:00:00Z"},
            "buyer": {"name": who.title(), "email": _address(story, who), "locale": "en"},
            "placed_at": "2025-04-01T09:30:00Z",
            "payment_method": "invoice",
            "tickets": [
                {"number": _ticket(story, who, n), "seat": f"{who} {n}", "price": PRICE}
                for n in (1, 2)
            ],
        }
        story.ask(story.olga, "PUT", _path(story, who), body, expect=201, show=STATE)


def _reminded(story: Story) -> None:
    story.page.step("11 April: the first reminder. It puts off the day by which to pay.")
    _job(story, "2025-04-11")
    story.ask(story.olga, "GET", _path(story, "ana"), expect=200, show=STATE)
    _newest_mail(story, "ana", 1)
    story.page.step("21 April: the second and last one.")
    _job(story, "2025-04-21")
    _newest_mail(story, "ben", 2)


def _paid_in_time(story: Story) -> None:
    story.page.step("29 April: Ana's money is booked. The bank had it the day before.")
    story.clock("2025-04-29T10:00:00Z")
    _pay(story, "ana", "2025-04-28")


def _cancelled_and_revived(story: Story) -> None:
    story.page.step("2 May: the last day is over. Ben's order is cancelled, and Ana's is not.")
    _job(story, "2025-05-02")
    shown = only("status", "cancelled_by", "cancelled_on")
    for who in ("ana", "ben"):
        story.ask(story.olga, "GET", _path(story, who), expect=200, show=shown)
    _newest_mail(story, "ben", 3)
    story.page.step("5 May: Ben's money comes late. His seats are free still: he has them again.")
    story.clock("2025-05-05T10:00:00Z")
    _pay(story, "ben", "2025-05-04")


def _at_the_entrance(story: Story) -> None:
    story.page.step("Ana cannot come with her friend. olga takes one ticket back, for a voucher.")
    body = {
        "tickets": [_ticket(story, "ana", 2)],
        "refund": {"method": "voucher", "reason": "Her friend is ill."},
    }
    path = f"{_path(story, 'ana')}/cancellation"
    story.ask(story.olga, "POST", path, body, expect=200, show=_taken_back)
    story.page.step("1 September, at the entrance. One ticket lets somebody in, once.")
    story.clock("2025-09-01T17:30:00Z")
    admission = f"/tickets/{_ticket(story, 'ana', 1)}/admission"
    shown = only("ticket_order.id", "events.0.type", "events.0.data.ticket")
    story.ask(story.olga, "POST", admission, expect=200, show=shown)
    story.ask(story.olga, "POST", admission, expect=409)
    story.page.step("The other one was taken back.")
    void = f"/tickets/{_ticket(story, 'ana', 2)}/admission"
    story.ask(story.olga, "POST", void, expect=409)


def _pay(story: Story, who: str, value_date: str) -> None:
    body = {
        "amount": {"amount": "100.00", "currency": "CHF"},
        "reference": f"transfer of {who}",
        "value_date": value_date,
    }
    path = f"{_path(story, who)}/payments"
    story.ask(story.olga, "POST", path, body, expect=200, show=PAID)


def _job(story: Story, day: str) -> None:
    """At ten in UTC, which is after the hour from which mails leave."""
    story.clock(f"{day}T10:00:00Z")
    story.reminders(f"{day}T10:00:00Z")


def _newest_mail(story: Story, who: str, count: int) -> None:
    mail = story.mails(count, _address(story, who))[-1]
    story.page.fields({mail["To"][0]: mail["Subject"]})
    for paragraph in mail["BodyText"].strip().split("\n\n"):
        story.page.say(paragraph)


def _taken_back(body: Any) -> dict[str, Any]:
    order = body["ticket_order"]
    said = {f"warning {n}": each["detail"] for n, each in enumerate(body["warnings"], 1)}
    valid = [ticket["number"] for ticket in order["tickets"] if ticket["status"] == "valid"]
    return {"valid": valid, "commission": order["commission"], **said}


def _path(story: Story, who: str) -> str:
    return f"/ticket-orders/{story.contract}-{who}"


def _ticket(story: Story, who: str, number: int) -> str:
    return f"{story.run}-{who}-{number}"


def _address(story: Story, who: str) -> str:
    return f"{who}+{story.run}@example.net"
