"""A month in the life of a customer whose money does not suffice for everything."""

from __future__ import annotations

from typing import Any

from local.progress import Trouble
from local.story_asking import Story, only

PROVIDER = "registrar-ru"
WAITS = only(
    "items.0.status",
    "items.0.amount",
    "items.0.why.short",
    "items.0.why.account_id",
    "items.0.why.ahead",
    "items.0.why.until",
)


def tell(story: Story) -> None:
    account = f"{story.contract}-account"
    story.page.title("\nA month in the life of a customer whose money does not suffice")
    story.page.step("1 April 2025, noon in Moscow. Nina has one account, and four contracts.")
    story.clock("2025-04-01T09:00:00Z")
    _brought_in(story, account)
    story.page.say(
        "A domain of 200.00 and a server of 900.00 end on 1 May, another domain of 40.00 ends in "
        "August, and a certificate of 800.00 is ordered. Autorenewal is on."
    )
    story.ask(
        story.nina, "GET", "/accounts", expect=200, show=only("items.0.id", "items.0.balance")
    )
    _collected(story, account)
    _by_hand(story, account)


def _brought_in(story: Story, account: str) -> None:
    """What staff registers, as the first chapters have shown it; not part of what is told."""
    domain = {"plan": "domain-ru", "starts_on": "2024-05-01", "expires_on": "2025-05-01"}
    later = {"plan": "domain-ru", "starts_on": "2024-08-01", "expires_on": "2025-08-01"}
    server = {"plan": "vps-1", "starts_on": "2024-05-01", "expires_on": "2025-05-01"}
    ordered = {"plan": "ssl-certificate", "starts_on": "2025-04-01", "status": "pending"}
    small = {"price": {"amount": "40.00", "currency": "RUB"}}
    hers = {"provider": PROVIDER, "holder": story.nina.name}
    story.bring("PUT", f"/accounts/{account}", **hers, currency="RUB")
    story.bring("POST", f"/accounts/{account}/deposits", **_transfer("1000.00", "first"))
    for name, body in (
        ("domain", {**domain, "label": f"example-{story.run}.ru"}),
        ("server", {**server, "label": "A server"}),
        ("later", {**later, **small, "label": f"example-{story.run}-too.ru"}),
        ("ordered", {**ordered, "label": "A certificate"}),
    ):
        known = {**hers, "email": story.nina_address, "locale": "en", "import": True}
        story.bring("PUT", f"/contracts/{story.contract}-{name}", **known, **body)


def _collected(story: Story, account: str) -> None:
    server = f"{story.contract}-server"
    story.page.step("2 and 3 April: the renewals job. Domains come first, and the server waits.")
    for day in ("2025-04-02", "2025-04-03"):
        story.clock(f"{day}T06:00:00Z")
        story.renewals(f"{day}T06:00:00Z")
    story.page.step("Why it waits: what came first, how much is short, until when to top up.")
    story.ask(story.nina, "GET", f"/notices?contract_id={server}", expect=200, show=WAITS)
    for mail in story.mails(3, story.nina_address):
        story.page.fields({mail["To"][0]: mail["Subject"]})
    story.page.step("A transfer arrives; the next day's run finds enough for the server.")
    shown = only("account.balance", "events.0.type")
    path = f"/accounts/{account}/deposits"
    story.ask(story.sam, "POST", path, _transfer("150.00", "second"), expect=200, show=shown)
    story.clock("2025-04-04T06:00:00Z")
    story.renewals("2025-04-04T06:00:00Z")
    story.page.step("The ledger, oldest first: nothing was paid before the domain.")
    story.ask(story.nina, "GET", f"/accounts/{account}/ledger", expect=200, show=_ledger)


def _by_hand(story: Story, account: str) -> None:
    path = f"/contracts/{story.contract}-later/renewal"
    story.page.step(
        "She renews the other domain by hand, and asks again, since the answer was lost. The end "
        "that she names has moved: nothing is paid twice."
    )
    body = {"current_expires_on": "2025-08-01", "account_id": account}
    first, again = (
        story.ask(story.nina, "POST", path, body, expect=200, show=_renewed) for _ in range(2)
    )
    if not first["charges"] or again["charges"] or again["events"]:
        raise Trouble("The same renewal was carried out twice.")
    story.page.step("The certificate still waits: activating it is refused, with what is short.")
    path = f"/contracts/{story.contract}-ordered/activation"
    story.ask(story.nina, "POST", path, {"account_id": account}, expect=409)


def _transfer(amount: str, reference: str) -> dict[str, Any]:
    return {"amount": {"amount": amount, "currency": "RUB"}, "reference": reference}


def _renewed(body: Any) -> dict[str, Any]:
    return {
        "contract.expires_on": body["contract"]["expires_on"],
        "events": [event["type"] for event in body["events"]],
        "charges": [charge["amount"] for charge in body["charges"]],
        "warnings": [warning["detail"] for warning in body["warnings"]],
    }


def _ledger(page: Any) -> dict[str, Any]:
    return {
        f"{number}. {line['reason']}": f"{line['amount']['amount']:>8}  {line['contract_id'] or ''}"
        for number, line in enumerate(reversed(page["items"]), 1)
    }
