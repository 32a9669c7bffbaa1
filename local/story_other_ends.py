"""The other chapters: ways to end that are not the ordinary one, at a provider with other rules."""

from __future__ import annotations

from local.story_asking import Story, only

PROVIDER = {"provider": "svenska-domaner"}
STATE = only("plan", "status", "expires_on", "registry_expires_on", "price", "next")


def tell(story: Story) -> None:
    for chapter in (_switched_off, _free_account, _moved_away, _ended_by_the_registry):
        chapter(story)


def _switched_off(story: Story) -> None:
    name, label = f"{story.contract}-short", f"example-{story.run}.org.nz"
    story.page.title(f"\nPaid for three months, registered for longer: {label}")
    story.page.step("1 June 2025. Paid to July, at the registry to December; alice cancels.")
    story.clock("2025-06-01T10:00:00Z")
    dates = {"starts_on": "2025-04-01", "registry_expires_on": "2025-12-01"}
    story.register(name, STATE, **PROVIDER, plan="premium-domain-3", label=label, **dates)
    shown = only("contract.status", "contract.last_day_to_reactivate", "contract.next")
    path = f"/contracts/{name}"
    story.ask(story.alice, "POST", f"{path}/cancellation", expect=200, show=shown)
    story.page.step("What will happen to it, if nobody does anything.")
    story.forecast(name)
    story.page.step("1 July: the term is over, the domain is not. It is switched off.")
    _job(story, "2025-07-01T03:00:00Z")
    story.ask(story.alice, "GET", path, expect=200, show=only("status", "next"))
    story.page.step("1 December: now the domain is over, too.")
    _job(story, "2025-12-01T03:00:00Z")
    shown = only("status", "phase", "restorable_until", "next")
    story.ask(story.alice, "GET", path, expect=200, show=shown)


def _free_account(story: Story) -> None:
    label = _premium(story)
    story.page.title(f"\nAn add-on outlives its term: {label}")
    story.page.step(
        "1 June again. A premium domain to September, and its add-on, cancelled to July."
    )
    story.clock("2025-06-01T10:00:00Z")
    dates = {"starts_on": "2024-09-01", "registry_expires_on": "2025-09-01"}
    domain, mail = f"{story.contract}-premium", f"{story.contract}-mail"
    story.register(domain, STATE, **PROVIDER, plan="premium-domain", label=label, **dates)
    story.register(
        mail,
        STATE,
        **PROVIDER,
        plan="mail-addon",
        label=f"Mail for {label}",
        parent_id=domain,
        starts_on="2024-07-01",
        status="non_renewing",
    )
    story.forecast(mail)
    story.page.step("1 July: it goes on as a free account, and lives as its domain lives.")
    _job(story, "2025-07-01T03:00:00Z")
    story.ask(story.alice, "GET", f"/contracts/{mail}", expect=200, show=STATE)


def _moved_away(story: Story) -> None:
    domain, mail = f"{story.contract}-premium", f"{story.contract}-mail"
    story.page.title(f"\nA domain moves to another registrar: {_premium(story)}")
    story.page.step("Staff notes it. That is final at once, and nothing brings it back.")
    path = f"/contracts/{domain}"
    shown = only("contract.status", "contract.closed_reason", "events.0.type", "warnings")
    story.ask(story.sam, "POST", f"{path}/transfer-out", expect=200, show=shown)
    paid = {"reference": "an-invoice"}
    story.ask(story.sam, "POST", f"{path}/restoration", paid, expect=409)
    story.page.step("Its free account hears of it over the bus, and ends as well.")
    story.soon(mail, "closed", only("plan", "status", "closed_reason"))


def _ended_by_the_registry(story: Story) -> None:
    name, label = f"{story.contract}-se", f"example-{story.run}.se"
    story.page.title(f"\nThe registry is stricter than the provider: {label}")
    story.page.step("10 June. Three months are promised, and .se keeps a name for 70 days.")
    story.clock("2025-06-10T10:00:00Z")
    dates = {"starts_on": "2024-05-01", "registry_expires_on": "2025-05-01"}
    shown = only("status", "phase", "provider_until", "registry_until", "restorable_until")
    own = {**PROVIDER, "plan": "budget-domain", "label": label, "status": "expired"}
    story.register(name, shown, **own, **dates)
    path = f"/contracts/{name}"
    shown = only("total", "expires_on", "provider_until", "registry_until", "until")
    story.ask(story.alice, "GET", f"{path}/restoration-quote", expect=200, show=shown)
    story.page.step("10 July, a day too late: both dates say why.")
    story.clock("2025-07-10T10:00:00Z")
    story.ask(story.sam, "POST", f"{path}/restoration", {"reference": "an-invoice"}, expect=409)


def _premium(story: Story) -> str:
    return f"example-{story.run}-too.org.nz"


def _job(story: Story, as_of: str) -> None:
    story.clock(as_of)
    story.expiries(as_of)
