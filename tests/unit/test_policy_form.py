"""What the reader makes of a policy's fields, and what it says of one that is wrong."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tacit.policies
from tacit.domain.days import Length, Unit
from tacit.domain.fuse import Fuse
from tacit.domain.money import Money
from tacit.domain.policy import (
    Anchor,
    Channel,
    Contacting,
    Discount,
    Downgrade,
    ExpiryNotices,
    Immediate,
    Inactivity,
    PlanChanging,
    RestoreRule,
    ShortBalance,
    Warranty,
)
from tacit.domain.policy_form import PolicyError, read_policy, read_with_findings
from tacit.domain.tickets.rules import Insurer, ReminderAnchor, Ticketing
from tacit.domain.values import Role
from tacit.policies import newest, shipped

FOLDER = Path(tacit.policies.__file__).parent
Change = Callable[[dict[str, Any]], Any]


def file_with(change: Change, name: str = "kreativmedia") -> dict[str, Any]:
    data = tomllib.loads((FOLDER / f"{name}-1.toml").read_text("utf-8"))
    change(data)
    return data


def life(data: dict[str, Any], kind: str = "hosting") -> dict[str, Any]:
    found: dict[str, Any] = data["kinds"][kind]["lives"][0]
    return found


def phase(data: dict[str, Any], kind: str = "hosting") -> dict[str, Any]:
    found: dict[str, Any] = life(data, kind)["phases"][0]
    return found


def priced(*price: str, **more: Any) -> Change:
    return lambda data: phase(data)["restore"].update(price=list(price), **more)


def hosting(**fields: Any) -> Change:
    return lambda data: data["kinds"]["hosting"].update(fields)


def contacted(*steps: dict[str, Any]) -> Change:
    return hosting(warranty={"steps": list(steps)})


PLAN_CHANGE = {"kinds": ["hosting"], "cooldown_days": 30, "min_days_after_change": 1}


def plan_change(**fields: Any) -> Change:
    """A table that is right but for these fields; None: without the field."""
    given = {name: value for name, value in {**PLAN_CHANGE, **fields}.items() if value is not None}
    return lambda data: data.update(plan_change=given)


TICKETING = {
    "days_before_first_reminder": 10,
    "reminders": 2,
    "closes_days_before_event": 3,
    "payment_methods": ["invoice", "card"],
    "refund_methods": ["voucher"],
}


def ticketing(**fields: Any) -> Change:
    """A table that is right but for these fields; None: without the field."""
    given = {name: value for name, value in {**TICKETING, **fields}.items() if value is not None}
    return lambda data: data.update(ticketing=given)


def fuse(**fields: Any) -> Change:
    return lambda data: data["fuse"].update(fields)


def with_free_hosting(data: dict[str, Any]) -> None:
    free = {"id": "free", "kind": "hosting", "term_months": 1, "price": "0.00"}
    data["plans"].append({**free, "follows_parent": True})
    plan_change()(data)


WRONG: list[tuple[Change, str]] = [
    (lambda d: d.pop("zone"), "zone: is missing"),
    (lambda d: d.update(zone="Europe/Atlantis"), "zone: 'Europe/Atlantis' is no time zone"),
    (lambda d: d.update(currency="chf"), "currency: a currency is three capital letters"),
    (lambda d: d.update(speed=3), "speed: unknown field"),
    (lambda d: d.pop("expired_notice_days"), "expired_notice_days: is missing"),
    (lambda d: d.update(expired_notice_days=-1), "expired_notice_days: must be at least 0, is -1"),
    (lambda d: d["contact"].update(staff=7), "contact.staff: expected str, got 7"),
    (lambda d: d["renewal"].update(lead=3), "renewal.lead: unknown field"),
    (lambda d: d["renewal"].update(lead_days=-1), "renewal.lead_days: must be at least 0, is -1"),
    (lambda d: d["renewal"].update(lead_days=99999), "renewal.lead_days: must be at most 36500"),
    (lambda d: d["renewal"].update(lead_days="30"), "renewal.lead_days: expected int"),
    (lambda d: d["renewal"].update(lead_days=True), "renewal.lead_days: expected int"),
    (
        lambda d: d["renewal"].update(priority=["domain"]),
        "renewal.priority: expected a list of lists of kinds",
    ),
    (
        lambda d: d["renewal"].update(priority=[["domain", 3]]),
        "renewal.priority: expected a list of lists of kinds",
    ),
    (lambda d: d["renewal"].update(priority="domain"), "renewal.priority: expected list"),
    (
        lambda d: d["renewal"].update(priority=[["domain"], ["boat"]]),
        "renewal.priority: there is no kind 'boat'",
    ),
    (
        lambda d: d["renewal"].update(priority=[["domain", "other"], ["other"]]),
        "renewal.priority: 'other' is there twice",
    ),
    (
        lambda d: d["renewal"].update(short_balance="split"),
        "renewal.short_balance: 'split' is none of reserve, skip",
    ),
    (lambda d: d["renewal"].update(short_balance=True), "renewal.short_balance: expected str"),
    (lambda d: d["customer_sees"].append("gone"), "customer_sees: 'gone' is none of pending"),
    (lambda d: d["actions"]["cancel"].update(by=["neighbour"]), "actions.cancel.by: 'neighbour'"),
    (lambda d: d["actions"]["cancel"].update(channel="fax"), "actions.cancel.channel: 'fax'"),
    (lambda d: d["actions"]["cancel"].update(modes=["at_trem"]), "cancel.modes: 'at_trem'"),
    (lambda d: d["actions"].update(reactivat=d["actions"]["cancel"]), "actions: 'reactivat'"),
    (lambda d: d["messages"].update(canceled=["email"]), "messages.canceled: unknown field"),
    (lambda d: d["messages"].update(expired=["emial"]), "messages.expired: 'emial' is none of"),
    (lambda d: d["messages"].update(inactivated="email"), "messages.inactivated: expected list"),
    (
        lambda d: d["kinds"]["domain"].update(staff_messages={"expired": ["email"]}),
        "kinds.domain.staff_messages.expired: unknown field",
    ),
    (
        lambda d: d["kinds"]["domain"].update(staff_messages={"restored": ["fax"]}),
        "kinds.domain.staff_messages.restored: 'fax' is none of email",
    ),
    (
        lambda d: d["kinds"]["domain"].update(closed_reason="lost"),
        "kinds.domain.closed_reason: 'lost' is none of released, terminated",
    ),
    (hosting(prepaid={"months": 6}), "kinds.hosting.prepaid: expected list"),
    (hosting(prepaid=[{"percent": 5}]), "kinds.hosting.prepaid[0].months: is missing"),
    (hosting(prepaid=[{"months": 6}]), "kinds.hosting.prepaid[0].percent: is missing"),
    (
        hosting(prepaid=[{"months": 0, "percent": 5}]),
        "hosting.prepaid[0].months: must be at least 1, is 0",
    ),
    (
        hosting(prepaid=[{"months": 1201, "percent": 5}]),
        "hosting.prepaid[0].months: must be at most 1200, is 1201",
    ),
    (
        hosting(prepaid=[{"months": 6, "percent": 0}]),
        "hosting.prepaid[0].percent: must be at least 1, is 0",
    ),
    (
        hosting(prepaid=[{"months": 6, "percent": 100}]),
        "hosting.prepaid[0].percent: must be at most 99, is 100",
    ),
    (
        hosting(prepaid=[{"months": 6, "percent": 5, "price": 3}]),
        "hosting.prepaid[0].price: unknown field",
    ),
    (hosting(money_back="yes"), "kinds.hosting.money_back: expected bool, got 'yes'"),
    (hosting(expiry_notices=[30]), "kinds.hosting.expiry_notices: expected dict"),
    (
        hosting(expiry_notices={"days_before": 30}),
        "hosting.expiry_notices.days_before: expected list, got 30",
    ),
    (
        hosting(expiry_notices={"days_before": [30, 0]}),
        "hosting.expiry_notices.days_before: expected a list of days, each at least 1",
    ),
    (
        hosting(expiry_notices={"days_after": ["3"]}),
        "hosting.expiry_notices.days_after: expected a list of days, each at least 1",
    ),
    (
        hosting(expiry_notices={"days_after": [True]}),
        "hosting.expiry_notices.days_after: expected a list of days, each at least 1",
    ),
    (
        hosting(expiry_notices={"days_between": [3]}),
        "hosting.expiry_notices.days_between: unknown field",
    ),
    (hosting(warranty=True), "kinds.hosting.warranty: expected dict, got True"),
    (hosting(warranty={"step": []}), "kinds.hosting.warranty.step: unknown field"),
    (
        contacted({"days": 3}),
        "hosting.warranty.steps[0].channel: is missing",
    ),
    (
        contacted({"channel": "sms"}),
        "hosting.warranty.steps[0].days: is missing",
    ),
    (
        contacted({"days": -1, "channel": "sms"}),
        "hosting.warranty.steps[0].days: must be at least 0, is -1",
    ),
    (
        contacted({"days": 3, "channel": "pigeon"}),
        "hosting.warranty.steps[0].channel: 'pigeon' is none of email, letter, phone, sms",
    ),
    (
        contacted({"days": 3, "channel": "sms"}, {"days": 2, "channel": "phone"}),
        "hosting.warranty.steps[1].days: comes before the step in front of it",
    ),
    (
        lambda d: life(d).update(terms=[0]),
        "kinds.hosting.lives[0].terms: expected a list of months",
    ),
    (lambda d: life(d).update(tlds=[".CH"]), "lives[0].tlds: '.CH' is written small and without"),
    (lambda d: life(d).update(notice_days=-1), "lives[0].notice_days: must be at least 0, is -1"),
    (
        lambda d: life(d).update(immediate="stop"),
        "lives[0].immediate: 'stop' is none of inactivate",
    ),
    (
        lambda d: life(d).update(inactive={"when": ["bored"], "days": 3}),
        "lives[0].inactive.when: 'bored' is none of cancelled, unpaid",
    ),
    (
        lambda d: life(d).update(inactive={"when": ["unpaid"]}),
        "lives[0].inactive.days: give days after the expiry, or until",
    ),
    (
        lambda d: life(d).update(
            inactive={"when": ["unpaid"], "days": 3, "until": "registry_expiry"}
        ),
        "lives[0].inactive.days: give days after the expiry, or until",
    ),
    (
        lambda d: life(d).update(inactive={"when": ["unpaid"], "until": "spring"}),
        "lives[0].inactive.until: only 'registry_expiry' is known",
    ),
    (
        lambda d: life(d).update(downgrade={"parent_tiers": ["x"], "plan": "gone"}),
        "lives[0].downgrade.plan: there is no plan 'gone' of the kind",
    ),
    (
        lambda d: life(d).update(downgrade={"parent_tiers": ["x"], "plan": "mailbox"}),
        "lives[0].downgrade.plan: there is no plan 'mailbox' of the kind",
    ),
    (
        lambda d: life(d).update(downgrade={"parent_tiers": ["x"], "plan": "hosting-start"}),
        "lives[0].downgrade.plan: 'hosting-start' does not follow its parent",
    ),
    (lambda d: life(d)["phases"].append(phase(d)), "phases[1].name: 'restorable' is there twice"),
    (
        lambda d: (phase(d).pop("days"), phase(d).update(months=1201)),
        "phases[0].months: must be at most 1200, is 1201",
    ),
    (
        lambda d: d["plans"][0].update(term_months=1201),
        "plans[0].term_months: must be at most 1200",
    ),
    (lambda d: phase(d).update(days=0), "phases[0].days: must be at least 1, is 0"),
    (
        lambda d: phase(d).update(months=1),
        "phases[0].months: give days, working_days or months, not both",
    ),
    (
        lambda d: phase(d).update(working_days=1),
        "phases[0].working_days: give days, working_days or months, not both",
    ),
    (lambda d: phase(d).update(anchor="moon"), "phases[0].anchor: 'moon' is none of expiry"),
    (lambda d: phase(d)["restore"].pop("by"), "phases[0].restore.by: is missing"),
    (priced("tip"), "restore.price: 'tip' is no charge"),
    (priced("renewal", fee="5.00"), "restore.fee: is given exactly where"),
    (priced("fee"), "restore.fee: is given exactly where"),
    (priced("fee", fee="-5.00"), "restore.fee: is not negative"),
    (priced("multiple"), "restore.multiple: is given exactly where"),
    (priced("renewal", multiple=2), "restore.multiple: is given exactly where"),
    (priced("multiple", multiple=1), "restore.multiple: must be at least 2, is 1"),
    (priced("multiple", "renewal", multiple=2), "restore.price: a renewal or a multiple of it"),
    (priced("renewal", "renewal"), "restore.price: a charge is listed twice"),
    (
        priced("renewal", counted_from="termination"),
        "restore.counted_from: only 'expiry' or 'registry_expiry'",
    ),
    (
        lambda d: (phase(d).pop("days"), life(d)["phases"].append({"name": "later", "days": 3})),
        "'restorable' has no end, so nothing can follow it",
    ),
    (lambda d: d["plans"][0].update(price="24.001"), "plans[0].price: CHF has 2 decimals, not 3"),
    (lambda d: d["plans"][0].update(price="-1.00"), "plans[0].price: is not negative"),
    (lambda d: d["plans"][0].update(kind="boat"), "plans[0].kind: there is no kind 'boat'"),
    (lambda d: d["plans"][0].update(tld=".ch"), "plans[0].tld: '.ch' is written small and without"),
    (lambda d: d["plans"][0].update(follows_parent="no"), "plans[0].follows_parent: expected bool"),
    (lambda d: d["plans"][0].update(trial_days=-1), "plans[0].trial_days: must be at least 0, is"),
    (lambda d: d["plans"][0].update(trial_days="10"), "plans[0].trial_days: expected int"),
    (lambda d: d["plans"][1].update(id="domain-ch"), "plans[1].id: 'domain-ch' is there twice"),
    (lambda d: d.update(plan_change="often"), "plan_change: expected dict, got 'often'"),
    (plan_change(kinds=None), "plan_change.kinds: is missing"),
    (plan_change(kinds="hosting"), "plan_change.kinds: expected list, got 'hosting'"),
    (plan_change(kinds=["boat"]), "plan_change.kinds: there is no kind 'boat'"),
    (plan_change(kinds=["domain"]), "plan_change.kinds: 'domain' is registered by its name"),
    (
        lambda d: (hosting(needs_parent=True)(d), plan_change()(d)),
        "plan_change.kinds: 'hosting' hangs on another contract",
    ),
    (with_free_hosting, "plan_change.kinds: 'hosting' has a plan without days of its own: 'free'"),
    (plan_change(cooldown_days=None), "plan_change.cooldown_days: is missing"),
    (plan_change(cooldown_days=-1), "plan_change.cooldown_days: must be at least 0, is -1"),
    (plan_change(cooldown_days=36501), "plan_change.cooldown_days: must be at most 36500"),
    (plan_change(min_days_after_change=None), "plan_change.min_days_after_change: is missing"),
    (plan_change(min_days_after_change=0), "min_days_after_change: must be at least 1, is 0"),
    (plan_change(unlimited_option=7), "plan_change.unlimited_option: expected str, got 7"),
    (plan_change(unlimited_option=""), "plan_change.unlimited_option: names no option"),
    (plan_change(pass_option=["x"]), "plan_change.pass_option: expected str, got ['x']"),
    (plan_change(pass_option=""), "plan_change.pass_option: names no option"),
    (plan_change(price="1.00"), "plan_change.price: unknown field"),
    (lambda d: d.update(ticketing=3), "ticketing: expected dict, got 3"),
    (ticketing(colour="red"), "ticketing.colour: unknown field"),
    (ticketing(days_before_first_reminder=None), "days_before_first_reminder: is missing"),
    (ticketing(days_before_first_reminder=0), "first_reminder: must be at least 1, is 0"),
    (ticketing(days_before_first_reminder=366), "first_reminder: must be at most 365, is 366"),
    (ticketing(reminders=None), "ticketing.reminders: is missing"),
    (ticketing(reminders=-1), "ticketing.reminders: must be at least 0, is -1"),
    (ticketing(reminders=21), "ticketing.reminders: must be at most 20, is 21"),
    (ticketing(closes_days_before_event=None), "closes_days_before_event: is missing"),
    (ticketing(closes_days_before_event=-1), "closes_days_before_event: must be at least 0, is -1"),
    (ticketing(closes_days_before_event=366), "closes_days_before_event: must be at most 365"),
    (ticketing(anchor="event"), "ticketing.anchor: 'event' is none of order, first_reminder"),
    (ticketing(anchor=3), "ticketing.anchor: expected str, got 3"),
    (ticketing(bank_delay_days=-1), "ticketing.bank_delay_days: must be at least 0, is -1"),
    (ticketing(bank_delay_days=366), "ticketing.bank_delay_days: must be at most 365, is 366"),
    (ticketing(mail_hour=-1), "ticketing.mail_hour: must be at least 0, is -1"),
    (ticketing(mail_hour=13), "ticketing.mail_hour: must be at most 12, is 13"),
    (ticketing(min_age_hours=-1), "ticketing.min_age_hours: must be at least 0, is -1"),
    (ticketing(min_age_hours=25), "ticketing.min_age_hours: must be at most 24, is 25"),
    (ticketing(commission_percent=-1), "ticketing.commission_percent: must be at least 0, is -1"),
    (ticketing(commission_percent=101), "commission_percent: must be at most 100, is 101"),
    (ticketing(commission_percent="4"), "commission_percent: expected int, got '4'"),
    (ticketing(payment_methods=None), "ticketing.payment_methods: is missing"),
    (ticketing(payment_methods="invoice"), "payment_methods: expected list, got 'invoice'"),
    (ticketing(payment_methods=["card"]), "payment_methods: 'invoice' is not among them"),
    (ticketing(refund_methods=None), "ticketing.refund_methods: is missing"),
    (ticketing(refund_methods=["cash", 3]), "refund_methods: expected a list of texts"),
    (ticketing(hold_seconds=5), "ticketing.hold_seconds: 5 is none of 0, 10, 15, 20, 25, 30"),
    (ticketing(hold_seconds=-1), "ticketing.hold_seconds: must be at least 0, is -1"),
    (ticketing(settings_kept=0), "ticketing.settings_kept: must be at least 1, is 0"),
    (ticketing(settings_kept=51), "ticketing.settings_kept: must be at most 50, is 51"),
    (ticketing(insurer="Sure"), "ticketing.insurer: expected dict, got 'Sure'"),
    (ticketing(insurer={"name": "Sure"}), "ticketing.insurer.contact: is missing"),
    (ticketing(insurer={"contact": "x"}), "ticketing.insurer.name: is missing"),
    (
        ticketing(insurer={"name": "Sure", "contact": "x", "fax": "y"}),
        "ticketing.insurer.fax: unknown field",
    ),
    (lambda d: d.update(fuse=500), "fuse: expected dict, got 500"),
    (fuse(min=500), "fuse.min: unknown field"),
    (fuse(min_count=0), "fuse.min_count: must be at least 1, is 0"),
    (fuse(min_count=1_000_001), "fuse.min_count: must be at most 1000000, is 1000001"),
    (fuse(min_count="500"), "fuse.min_count: expected int, got '500'"),
    (fuse(share_percent=99), "fuse.share_percent: must be at least 100, is 99"),
    (fuse(share_percent=10_001), "fuse.share_percent: must be at most 10000, is 10001"),
    (fuse(absolute=-1), "fuse.absolute: must be at least 0, is -1"),
    (fuse(absolute=1_000_001), "fuse.absolute: must be at most 1000000, is 1000001"),
    (fuse(silence_days=0), "fuse.silence_days: must be at least 1, is 0"),
    (fuse(silence_days=366), "fuse.silence_days: must be at most 365, is 366"),
    (fuse(silence_days=1.5), "fuse.silence_days: expected int, got 1.5"),
    (lambda d: d.update(plans=[3]), "plans[0]: expected a table"),
    (lambda d: d.update(contact="me"), "contact: expected dict, got 'me'"),
]


@pytest.mark.parametrize(("change", "says"), WRONG, ids=[says for _, says in WRONG])
def test_a_wrong_policy_is_refused_by_the_path_of_its_field(change: Change, says: str) -> None:
    with pytest.raises(PolicyError) as wrong:
        read_policy(file_with(change))
    assert says in str(wrong.value)


@pytest.mark.parametrize(("change", "says"), WRONG, ids=[says for _, says in WRONG])
def test_what_is_noted_is_what_would_be_raised_and_nothing_that_follows_from_it(
    change: Change, says: str
) -> None:
    _, findings = read_with_findings(file_with(change))
    assert says in str(findings[0])
    assert len(findings) == 1, [str(each) for each in findings]


def test_everything_that_is_wrong_is_noted_in_one_reading() -> None:
    def much(data: dict[str, Any]) -> None:
        data["speed"] = data["colour"] = 3
        data["currency"] = "francs"
        data["renewal"].update(lead_days=-1, patience_days="14")
        phase(data).update(days=0, anchor="moon")
        data["plans"][0].update(kind="boat", term_months=0)
        del data["contact"]

    _, findings = read_with_findings(file_with(much))
    assert [each.path for each in findings] == [
        "currency",
        "kinds.hosting.lives[0].phases[0].days",
        "kinds.hosting.lives[0].phases[0].anchor",
        "plans[0].term_months",
        "plans[0].kind",
        "contact",
        "renewal.lead_days",
        "renewal.patience_days",
        "colour",
        "speed",
    ]


def test_an_empty_way_back_is_not_taken_for_none() -> None:
    _, findings = read_with_findings(file_with(lambda d: phase(d).update(restore={})))
    assert {each.path.rpartition(".")[2] for each in findings} == {"by", "channel", "price"}


def test_a_file_that_is_right_has_no_findings_and_is_the_same_policy() -> None:
    data = file_with(dict.keys, "svenska-domaner")
    policy, findings = read_with_findings(data)
    assert findings == []
    assert policy == read_policy(data)


def test_the_untouched_file_is_right() -> None:
    """Facts about registries are put beside it, and are not of the file."""
    read = read_policy(file_with(dict.keys))
    assert replace(newest("kreativmedia"), registries={}) == read


def test_what_a_file_says_of_the_end_is_read_as_it_stands() -> None:
    def all_of_it(data: dict[str, Any]) -> None:
        data["contact"]["staff"] = "desk@example.net"
        data["expired_notice_days"] = 9
        data["kinds"]["hosting"]["staff_messages"] = {"transferred_out": ["email"]}
        life(data).update(notice_days=3, immediate="terminate")
        life(data)["inactive"] = {"when": ["unpaid"], "days": 60}
        life(data)["downgrade"] = {"parent_tiers": ["gold"], "plan": "free"}
        phase(data).pop("days")
        phase(data)["working_days"] = 5
        priced("fee", "multiple", fee="9.00", multiple=3, counted_from="registry_expiry")(data)
        free = {"id": "free", "kind": "hosting", "term_months": 1, "price": "0.00"}
        data["plans"].append({**free, "follows_parent": True})

    policy = read_policy(file_with(all_of_it))
    (found,) = policy.kinds["hosting"].lives
    assert (policy.contact.staff, policy.expired_notice_days) == ("desk@example.net", 9)
    assert policy.kinds["hosting"].staff_messages["transferred_out"] == ("email",)
    assert policy.kinds["hosting"].staff_messages["restored"] == ()
    assert (found.notice_days, found.immediate) == (3, Immediate.TERMINATE)
    assert found.inactive == Inactivity(frozenset({"unpaid"}), 60)
    assert found.downgrade == Downgrade(frozenset({"gold"}), "free")
    assert found.phases[0].length == Length(Unit.WORKING_DAYS, 5)
    assert found.phases[0].restore == RestoreRule(
        by=frozenset({Role.STAFF}),
        channel=Channel.SUPPORT,
        price=("fee", "multiple"),
        fee=Money(900, "CHF"),
        multiple=3,
        counted_from=Anchor.REGISTRY_EXPIRY,
    )
    assert policy.plans["free"].follows_parent and not policy.plans["mailbox"].follows_parent


def test_R4_G14_what_comes_first_and_what_a_short_balance_does_is_read_as_it_stands() -> None:
    absent = read_policy(file_with(dict.keys)).renewal
    assert (absent.priority, absent.short_balance) == ((), ShortBalance.RESERVE)
    assert absent.rank("domain") == absent.rank("other") == 0 < absent.last_rank
    fields = {"priority": [["hosting"], ["domain"]], "short_balance": "skip"}
    found = read_policy(file_with(lambda d: d["renewal"].update(fields))).renewal
    assert found.short_balance is ShortBalance.SKIP
    assert [found.rank(kind) for kind in ("hosting", "domain", "other")] == [0, 1, 2]
    assert found.last_rank == 3


def test_R9_trials_discounts_and_money_back_are_read_as_they_stand() -> None:
    def advertised(data: dict[str, Any]) -> None:
        rows = [{"months": 6, "percent": 5}, {"months": 24, "percent": 99}]
        hosting(prepaid=rows, money_back=True)(data)
        data["plans"][0]["trial_days"] = 10

    policy = read_policy(file_with(advertised))
    assert policy.kinds["hosting"].prepaid == (Discount(6, 5), Discount(24, 99))
    assert policy.kinds["hosting"].money_back and not policy.kinds["domain"].money_back
    assert policy.kinds["domain"].prepaid == ()
    assert [plan.trial_days for plan in policy.plans.values()] == [10, 0, 0, 0]


def test_I12_I16_reminders_and_the_steps_of_a_warranty_are_read_as_they_stand() -> None:
    def told(data: dict[str, Any]) -> None:
        hosting(expiry_notices={"days_before": [7, 30], "days_after": [3]})(data)
        contacted({"days": 0, "channel": "email"}, {"days": 0, "channel": "letter"})(data)
        data["kinds"]["other"].update(expiry_notices={}, warranty={})

    kinds = read_policy(file_with(told)).kinds
    assert kinds["hosting"].expiry_notices == ExpiryNotices((7, 30), (3,))
    assert kinds["hosting"].warranty == Warranty((Contacting(0, "email"), Contacting(0, "letter")))
    assert (kinds["other"].expiry_notices, kinds["other"].warranty) == (
        ExpiryNotices((), ()),
        Warranty(()),
    )
    assert kinds["domain"].expiry_notices is None and kinds["domain"].warranty is None


def test_each_message_about_renewals_has_its_channels() -> None:
    names = ("activated", "renewed", "renewal_noticed", "renewal_unpaid", "renewal_reversed")
    more = ("expiry_noticed", "warranted", "warranty_contact")
    said = {name: ["email"] for name in (*names, *more)}
    policy = read_policy(file_with(lambda d: d["messages"].update(said)))
    assert {policy.messages[name] for name in said} == {("email",)}
    assert not any(read_policy(file_with(dict.keys)).messages[name] for name in said)


def test_X3_X8_how_plans_are_changed_is_read_as_it_stands() -> None:
    options = {"unlimited_option": "any_time", "pass_option": "one_more"}
    change = plan_change(kinds=["hosting", "other"], cooldown_days=0, **options)
    found = read_policy(file_with(change)).plan_change
    kinds = frozenset({"hosting", "other"})
    assert found == PlanChanging(kinds, 0, 1, unlimited_option="any_time", pass_option="one_more")
    plain = read_policy(file_with(plan_change(min_days_after_change=5))).plan_change
    assert plain == PlanChanging(frozenset({"hosting"}), 30, 5, None, None)
    assert read_policy(file_with(dict.keys)).plan_change is None


def test_I1_to_I19_how_tickets_are_sold_is_read_as_it_stands() -> None:
    given: dict[str, Any] = {
        "anchor": "first_reminder",
        "bank_delay_days": 2,
        "mail_hour": 12,
        "min_age_hours": 24,
        "commission_percent": 100,
        "hold_seconds": 30,
        "settings_kept": 50,
        "insurer": {"name": "Sure", "contact": "+41 0"},
    }
    assert read_policy(file_with(ticketing(**given))).ticketing == Ticketing(
        days_before_first_reminder=10,
        reminders=2,
        closes_days_before_event=3,
        anchor=ReminderAnchor.FIRST_REMINDER,
        bank_delay_days=2,
        mail_hour=12,
        min_age_hours=24,
        commission_percent=100,
        payment_methods=frozenset({"invoice", "card"}),
        refund_methods=frozenset({"voucher"}),
        hold_seconds=30,
        settings_kept=50,
        insurer=Insurer("Sure", "+41 0"),
    )
    plain = read_policy(file_with(ticketing())).ticketing
    assert plain is not None and plain.insurer is None
    assert (plain.anchor, plain.bank_delay_days) == (ReminderAnchor.ORDER, 0)
    assert (plain.mail_hour, plain.min_age_hours, plain.commission_percent) == (9, 2, 0)
    assert (plain.hold_seconds, plain.settings_kept) == (15, 20)
    assert read_policy(file_with(dict.keys)).ticketing is None


@pytest.mark.parametrize("seconds", [0, 10, 15, 20, 25, 30])
def test_I18_each_of_the_six_delays_can_be_chosen(seconds: int) -> None:
    found = read_policy(file_with(ticketing(hold_seconds=seconds))).ticketing
    assert found is not None and found.hold_seconds == seconds


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_shipped_policies_hold_from_five_hundred_steps_on(name: str) -> None:
    """Each says so itself, and does not leave it to the defaults."""
    data = file_with(dict.keys, name)
    assert set(data["fuse"]) == {"min_count", "share_percent", "absolute", "silence_days"}
    assert read_policy(data).fuse == Fuse(500, 300, 500, 14)


def test_a_fuse_reads_its_numbers_and_goes_by_its_defaults_for_the_others() -> None:
    numbers = {"min_count": 10, "share_percent": 200, "absolute": 20, "silence_days": 3}
    assert read_policy(file_with(fuse(**numbers))).fuse == Fuse(10, 200, 20, 3)
    assert read_policy(file_with(lambda d: d.update(fuse={"absolute": 7}))).fuse == Fuse(absolute=7)
    assert read_policy(file_with(lambda d: d.pop("fuse"))).fuse == Fuse()
