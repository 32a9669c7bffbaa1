"""What `check` finds in a policy that can be read: errors, and what its author should know."""

import tomllib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tacit.domain.policy import Policy
from tacit.domain.policy_check import errors
from tacit.domain.policy_form import read_policy
from tacit.domain.policy_warnings import warnings
from tacit.policies import newest, registries, shipped

NEW_YEAR = date(2027, 1, 1)
BACK = {"by": ["holder", "staff"], "channel": "online", "price": ["renewal"]}
Change = Callable[[dict[str, Any]], Any]

# A small provider: names with one phase, and boxes that hang on them.
SMALL = tomllib.loads("""
provider = "small"
version = 1
zone = "Europe/Paris"
currency = "EUR"
locale = "fr"
customer_sees = ["active"]
expired_notice_days = 14
contact = { form = "https://www.example.net" }
renewal = { lead_days = 30, patience_days = 3 }
messages = { expired = ["email"], expiry_noticed = ["email"] }

[actions.cancel]
by = ["holder", "staff"]
channel = "online"
modes = ["at_term"]

[kinds.domain]
unique_label = true
closed_reason = "released"
expiry_notices = { days_before = [30, 7] }

[[kinds.domain.lives]]
phases = [{ name = "grace", days = 30, anchor = "expiry" }]

[kinds.box]
needs_parent = true
closed_reason = "terminated"

[[kinds.box.lives]]

[[plans]]
id = "name"
kind = "domain"
tier = "gold"
term_months = 12
price = "10.00"

[[plans]]
id = "box"
kind = "box"
term_months = 12
price = "1.00"
""")


def policy_with(change: Change) -> Policy:
    data = deepcopy(SMALL)
    change(data)
    return replace(read_policy(data), registries=registries())


def errors_with(change: Change) -> list[str]:
    return [str(each) for each in errors(policy_with(change), NEW_YEAR)]


def warnings_with(change: Change) -> list[str]:
    return [str(each) for each in warnings(policy_with(change), NEW_YEAR)]


def life(data: dict[str, Any], kind: str = "domain") -> dict[str, Any]:
    found: dict[str, Any] = data["kinds"][kind]["lives"][0]
    return found


def phases(*rows: dict[str, Any]) -> Change:
    """The life of a domain with these phases."""
    named = [{"name": f"p{number}", **row} for number, row in enumerate(rows)]
    return lambda data: life(data).update(phases=named)


def changing(data: dict[str, Any], **fields: Any) -> Any:
    """Two plans of a kind, both mails, and a table that is right but for these fields."""
    data["kinds"]["server"] = {"closed_reason": "terminated", "lives": [{}]}
    plan = {"kind": "server", "term_months": 12, "price": "60.00"}
    data["plans"] += [{**plan, "id": "small"}, {**plan, "id": "large", "price": "90.00"}]
    table = {"kinds": ["server"], "cooldown_days": 30, "min_days_after_change": 1}
    data["plan_change"] = {**table, **fields}
    data["messages"].update(plan_change_code=["email"], plan_changed=["email"])


def one_server_plan(data: dict[str, Any], **fields: Any) -> Any:
    changing(data)
    del data["plans"][-1]
    data["plans"][-1].update(fields)


def selling_tickets(data: dict[str, Any], **fields: Any) -> Any:
    """Both mails, and a table that is right but for these fields; None: without the field."""
    table = {
        "days_before_first_reminder": 10,
        "reminders": 2,
        "closes_days_before_event": 0,
        "payment_methods": ["invoice"],
        "refund_methods": ["voucher"],
        "insurer": {"name": "Sure", "contact": "claims@example.net"},
        **fields,
    }
    data["ticketing"] = {name: value for name, value in table.items() if value is not None}
    data["messages"].update(invoice_reminder=["email"], order_cancelled=["email"])


def without_mail(data: dict[str, Any], kind: str, **fields: Any) -> Any:
    selling_tickets(data, **fields)
    data["messages"][kind] = []


def nothing(data: dict[str, Any]) -> None:
    pass


def free_box(data: dict[str, Any], **more: Any) -> Any:
    plan = {"id": "free", "kind": "box", "term_months": 12, "price": "0.00", "orderable": False}
    data["plans"].append({**plan, "follows_parent": True, **more})


@pytest.mark.parametrize("provider", shipped())
def test_no_shipped_policy_has_an_error(provider: str) -> None:
    assert errors(newest(provider), NEW_YEAR) == []


def test_a_small_policy_that_is_right_has_no_errors() -> None:
    assert errors_with(nothing) == []


ERRORS: list[tuple[str, Change, str]] = [
    (
        "a phase that ends before the one before it",
        phases({"days": 30, "anchor": "expiry"}, {"days": 20, "anchor": "expiry"}),
        "kinds.domain.lives[0].phases[1]: 'p1' goes back: after an expiry on 2027-01-01 it is over "
        "on 2027-01-21, and 'p0' before it on 2027-01-31",
    ),
    (
        "a month that is sometimes shorter than the days before it",
        phases({"days": 30, "anchor": "expiry"}, {"months": 1, "anchor": "expiry"}),
        "kinds.domain.lives[0].phases[1]: 'p1' goes back: after an expiry on 2027-01-30 it is over "
        "on 2027-02-28, and 'p0' before it on 2027-03-01",
    ),
    (
        "a phase that ends with the one before it",
        phases({"days": 30, "anchor": "expiry"}, {"days": 30, "anchor": "expiry"}),
        "kinds.domain.lives[0].phases[1]: 'p1' can never be entered: it is over before its turn",
    ),
    (
        "a phase that is over before the contract is",
        lambda d: life(d).update(
            inactive={"when": ["cancelled", "unpaid"], "days": 90},
            phases=[
                {"name": "grace", "days": 30, "anchor": "expiry"},
                {"name": "late", "days": 120, "anchor": "expiry"},
            ],
        ),
        "kinds.domain.lives[0].phases[0]: 'grace' can never be entered: it is over before its turn",
    ),
    (
        "a phase without an end and without a way back",
        phases({"anchor": "expiry"}),
        "kinds.domain.lives[0].phases[0]: 'p0' has no end and no way back: a contract would",
    ),
    (
        "a way back for nobody",
        phases({"days": 30, "restore": {**BACK, "by": []}}),
        "kinds.domain.lives[0].phases[0].restore.by: names nobody who could do it",
    ),
    (
        "a way back through support without staff",
        phases({"days": 30, "restore": {**BACK, "by": ["holder"], "channel": "support"}}),
        "phases[0].restore.by: goes through support, and staff is not among those who may",
    ),
    (
        "an action for nobody",
        lambda d: d["actions"]["cancel"].update(by=[]),
        "actions.cancel.by: names nobody who could do it",
    ),
    (
        "no way of cancelling",
        lambda d: d["actions"]["cancel"].pop("modes"),
        "actions.cancel.modes: offers no way of cancelling, so nobody can",
    ),
    (
        "being switched off for ever",
        lambda d: life(d, "box").update(inactive={"when": ["unpaid"], "until": "registry_expiry"}),
        "kinds.box.lives[0].inactive.until: 'box' is of no registry, so it would never be over",
    ),
    (
        "being switched off at no end",
        lambda d: life(d).update(inactive={"when": [], "days": 3}),
        "kinds.domain.lives[0].inactive.when: names no end, so nothing is ever switched off",
    ),
    (
        "a plan that the rules give to nobody",
        lambda d: (free_box(d, orderable=True), d["kinds"]["box"].update(needs_parent=False)),
        "plans[2]: nobody can order 'free': the rules refuse every contract",
    ),
    (
        "a plan that no life leads to",
        free_box,
        "plans[2]: nobody gets 'free': it is not sold and no life leads to it",
    ),
    *(
        (
            f"a message that never happens: {message}",
            lambda d, message=message: d["messages"].update({message: ["email"]}),
            f"messages.{message}: never happens under this policy",
        )
        for message in (
            "cancelled_immediately",
            "reactivated",
            "inactivated",
            "downgraded",
            "phase_entered",
            "restored",
            "transferred_out",
            "warranted",
            "warranty_contact",
            "plan_change_code",
            "plan_changed",
            "invoice_reminder",
            "order_cancelled",
        )
    ),
    (
        "tickets that nobody could pay for",
        lambda d: selling_tickets(d, payment_methods=[]),
        "ticketing.payment_methods: is empty, so nobody could pay for an order",
    ),
    (
        "paid orders that nobody could cancel",
        lambda d: selling_tickets(d, refund_methods=[]),
        "ticketing.refund_methods: is empty, so nobody could cancel a paid order",
    ),
    (
        "an insurer that nobody could ask",
        lambda d: selling_tickets(d, insurer={"name": "Sure", "contact": ""}),
        "ticketing.insurer.contact: is empty, so whoever is insured would not know whom to ask",
    ),
    (
        "reminders that are not sent",
        lambda d: without_mail(d, "invoice_reminder", reminders=1),
        "messages.invoice_reminder: is not sent, so nobody would ever be reminded",
    ),
    (
        "a way back for what was paid back",
        lambda d: (
            d["actions"]["cancel"]["modes"].append("immediate"),
            d["kinds"]["domain"].update(money_back=True),
            life(d).update(immediate="terminate"),
            life(d)["phases"][0].update(restore=BACK),
        ),
        "kinds.domain.lives[0].phases[0].restore: brings back a paid term, whose money is paid",
    ),
    (
        "plan changes of no kind",
        lambda d: changing(d, kinds=[]),
        "plan_change.kinds: names no kind, so nobody can ever change",
    ),
    (
        "plan changes to nothing that is sold",
        lambda d: (
            changing(d),
            [plan.update(orderable=False) for plan in d["plans"][-2:]],
        ),
        "plan_change.kinds: 'server' has no plan with a price that is sold, so nobody can ever",
    ),
    (
        "plan changes between one plan",
        one_server_plan,
        "plan_change.kinds: 'server' has one plan with a price, of one unit, so nobody can ever",
    ),
    (
        "a pass that is not spent",
        lambda d: changing(d, pass_option="free", unlimited_option="free"),
        "plan_change.pass_option: 'free' is the unlimited_option, too: it could never be spent",
    ),
    (
        "plan changes without a code",
        lambda d: (changing(d), d["messages"].pop("plan_change_code")),
        "messages.plan_change_code: is not sent, so nobody would have the code",
    ),
    (
        "a reminder of an end without a day for it",
        lambda d: d["kinds"]["domain"].pop("expiry_notices"),
        "messages.expiry_noticed: never happens under this policy",
    ),
    (
        "a reminder of an end on no day at all",
        lambda d: d["kinds"]["domain"].update(expiry_notices={}),
        "messages.expiry_noticed: never happens under this policy",
    ),
    (
        "a message to the desk that never happens",
        lambda d: d["kinds"]["box"].update(staff_messages={"transferred_out": ["email"]}),
        "kinds.box.staff_messages.transferred_out: never happens under this policy",
    ),
]


@pytest.mark.parametrize(
    ("change", "says"), [each[1:] for each in ERRORS], ids=[each[0] for each in ERRORS]
)
def test_what_cannot_be_meant_is_an_error(change: Change, says: str) -> None:
    found = errors_with(change)
    assert says in found[0]
    assert len(found) == 1, found


def test_a_downgrade_of_what_hangs_on_nothing_is_an_error_and_so_is_its_plan() -> None:
    found = errors_with(
        lambda d: (
            d["plans"].append({**d["plans"][0], "id": "free", "follows_parent": True}),
            life(d).update(downgrade={"parent_tiers": ["gold"], "plan": "free"}),
        )
    )
    assert found == [
        "kinds.domain.lives[0].downgrade: 'domain' does not hang on another contract that it "
        "could follow",
        "plans[2]: nobody can order 'free': the rules refuse every contract",
    ]


def test_each_message_that_does_happen_is_none() -> None:
    def all_of_them(data: dict[str, Any]) -> None:
        desk = {"cancelled_immediately": ["email"], "restored": ["email"]}
        data["actions"]["cancel"]["modes"].append("immediate")
        data["actions"]["reactivate"] = {"by": ["holder"], "channel": "online"}
        data["actions"]["transfer_out"] = {"by": ["staff"], "channel": "support"}
        data["kinds"]["domain"]["staff_messages"] = {**desk, "transferred_out": ["email"]}
        inactive = {"when": ["unpaid"], "until": "registry_expiry"}
        life(data).update(immediate="terminate", inactive=inactive)
        life(data)["phases"][0]["restore"] = {**BACK, "by": ["holder"]}
        life(data)["phases"].append({"name": "deletion", "days": 5})
        free_box(data)
        life(data, "box")["downgrade"] = {"parent_tiers": ["gold"], "plan": "free"}
        steps = [{"days": 3, "channel": "phone"}, {"days": 9, "channel": "email"}]
        data["kinds"]["domain"]["warranty"] = {"steps": steps}
        for message in (
            "cancelled",
            "cancelled_immediately",
            "reactivated",
            "inactivated",
            "downgraded",
            "phase_entered",
            "restored",
            "released",
            "terminated",
            "transferred_out",
            "activated",
            "renewed",
            "renewal_noticed",
            "renewal_unpaid",
            "renewal_reversed",
            "warranted",
            "warranty_contact",
        ):
            data["messages"][message] = ["email"]

    assert errors_with(all_of_them) == []


@pytest.mark.parametrize(
    "message",
    ["activated", "renewed", "renewal_noticed", "renewal_unpaid", "renewal_reversed"],
)
def test_what_renewals_say_happens_wherever_something_is_renewed(message: str) -> None:
    assert errors_with(lambda d: d["messages"].update({message: ["email"]})) == []


@pytest.mark.parametrize(
    "change",
    [
        changing,
        lambda d: changing(d, cooldown_days=0),
        lambda d: changing(d, unlimited_option="any_time", pass_option="one_more"),
        lambda d: one_server_plan(d, max_quantity=2),
        lambda d: (changing(d), d["plans"][-1].update(orderable=False)),
        lambda d: (changing(d), d["messages"].pop("plan_changed")),
    ],
    ids=["two plans", "no wait", "options", "one plan of two", "away from one", "untold"],
)
def test_X1_changes_that_somebody_can_make_are_no_error(change: Change) -> None:
    assert errors_with(change) == []


def test_X1_what_costs_nothing_has_no_days_to_change_with() -> None:
    def with_a_free_plan(data: dict[str, Any]) -> None:
        changing(data)
        data["plans"][-1].update(price="0.00")

    found = errors_with(with_a_free_plan)
    assert [each.partition(", so")[0] for each in found] == [
        "plan_change.kinds: 'server' has one plan with a price, of one unit"
    ]
    (warning,) = (each for each in warnings_with(with_a_free_plan) if each.startswith("plans"))
    assert (
        warning == "plans[3].price: 'large' is for nothing, so nobody can change to it, or from it"
    )


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        (changing, []),
        (
            lambda d: changing(d, cooldown_days=0, unlimited_option="a", pass_option="b"),
            ["plan_change.unlimited_option", "plan_change.pass_option"],
        ),
        (lambda d: changing(d, cooldown_days=1, unlimited_option="a", pass_option="b"), []),
        (
            lambda d: (changing(d), d["messages"].pop("plan_changed")),
            ["messages.plan_changed"],
        ),
    ],
    ids=["plain", "no wait to lift", "a day's wait to lift", "untold"],
)
def test_X3_what_an_author_of_plan_changes_should_know(change: Change, paths: list[str]) -> None:
    assert [each.partition(":")[0] for each in warnings_with(change)] == paths


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        (selling_tickets, []),
        (lambda d: selling_tickets(d, reminders=0), []),
        (lambda d: selling_tickets(d, insurer=None), ["ticketing.insurer"]),
        (lambda d: without_mail(d, "order_cancelled"), ["messages.order_cancelled"]),
        (
            lambda d: without_mail(d, "invoice_reminder", reminders=0),
            ["messages.invoice_reminder"],
        ),
    ],
    ids=["plain", "no reminders", "no insurer", "cancelled untold", "a shop's reminders untold"],
)
def test_I2_I11_what_an_author_of_ticketing_should_know(change: Change, paths: list[str]) -> None:
    assert errors_with(change) == []
    assert [each.partition(":")[0] for each in warnings_with(change)] == paths


@pytest.mark.parametrize(
    ("silence", "patience", "warned"),
    [(14, 3, False), (15, 3, True), (15, 14, True), (15, 15, False), (1, 0, False)],
)
def test_a_longer_silence_than_an_expiry_waits_is_a_warning(
    silence: int, patience: int, warned: bool
) -> None:
    def silent(data: dict[str, Any]) -> None:
        data["fuse"] = {"silence_days": silence}
        data["renewal"]["patience_days"] = patience
        data["plans"][0].update(tld="ch")

    assert errors_with(silent) == []
    paths = [each.partition(":")[0] for each in warnings_with(silent)]
    assert paths == ["fuse.silence_days"] * warned


@pytest.mark.parametrize("mode", ["inactivate", None])
def test_what_is_paid_back_and_not_over_at_once_may_come_back(mode: str | None) -> None:
    """Switched off until its end it is restored into a new term, which is paid."""

    def paid_back(data: dict[str, Any]) -> None:
        data["actions"]["cancel"]["modes"].append("immediate")
        data["kinds"]["domain"].update(money_back=True)
        life(data).update({"immediate": mode} if mode else {})
        life(data)["phases"][0].update(restore=BACK)

    assert errors_with(paid_back) == []


def test_under_a_plan_that_only_follows_nothing_is_renewed() -> None:
    def followers_alone(data: dict[str, Any]) -> None:
        data["plans"][:] = [each for each in data["plans"] if each["id"] == "box"]
        data["plans"][0].update(follows_parent=True)
        data["messages"] = {"renewed": ["email"]}
        del data["kinds"]["domain"]["expiry_notices"]

    assert "messages.renewed: never happens under this policy" in errors_with(followers_alone)


@pytest.mark.parametrize(
    ("steps", "says"),
    [([], ["messages.warranty_contact: never happens under this policy"]), ([90], [])],
)
def test_I16_a_warranty_without_steps_contacts_nobody(steps: list[int], says: list[str]) -> None:
    rows = [{"days": days, "channel": "letter"} for days in steps]

    def contacted(data: dict[str, Any]) -> None:
        data["messages"]["warranty_contact"] = data["messages"]["warranted"] = ["email"]
        data["kinds"]["domain"]["warranty"] = {"steps": rows}

    assert errors_with(contacted) == says


def test_a_phase_counted_from_the_registry_may_begin_when_the_one_before_ends() -> None:
    """With a domain that is paid there for longer it is entered."""
    change = phases({"days": 30, "anchor": "expiry"}, {"days": 30, "anchor": "registry_expiry"})
    assert not [each for each in errors_with(change) if "never be entered" in each]


def test_G9_a_window_beyond_the_registrys_is_a_warning_with_both_dates() -> None:
    found = warnings_with(
        lambda d: (
            phases({"days": 60, "anchor": "expiry", "restore": BACK})(d),
            d["plans"][0].update(tld="ch"),
        )
    )
    assert found == [
        "kinds.domain.lives[0].phases: with an expiry on 2027-01-01 the policy lets a contract "
        "come back until 2027-03-02, the registry of .ch only until 2027-02-10"
    ]


def test_G9_a_window_without_an_end_is_one_as_well() -> None:
    found = warnings_with(
        lambda d: (
            phases({"anchor": "expiry", "restore": BACK})(d),
            d["plans"][0].update(tld="de"),
        )
    )
    assert found == [
        "kinds.domain.lives[0].phases: with an expiry on 2027-01-01 the policy lets a contract "
        "come back without an end, the registry of .de only until 2027-01-31"
    ]


@pytest.mark.parametrize("days", [30, 40])
def test_G9_a_window_inside_the_registrys_is_none(days: int) -> None:
    found = warnings_with(
        lambda d: (
            phases({"days": days, "anchor": "expiry", "restore": BACK})(d),
            d["plans"][0].update(tld="ch"),
        )
    )
    assert found == []


@pytest.mark.parametrize(("tld", "warned"), [("com", True), ("org", True), ("ch", False)])
def test_without_a_message_after_the_expiry_who_sells_a_generic_name_is_warned(
    tld: str, warned: bool
) -> None:
    found = warnings_with(lambda d: (d["messages"].pop("expired"), d["plans"][0].update(tld=tld)))
    assert [each.startswith("messages.expired: is not sent") for each in found] == [True] * warned
    assert all(f".{tld}" in each and "Expired Registration Recovery" in each for each in found)


@pytest.mark.parametrize(("patience", "warned"), [(5, False), (6, True)])
def test_a_message_later_than_five_days_after_the_expiry_of_a_generic_name_is_late(
    patience: int, warned: bool
) -> None:
    found = warnings_with(
        lambda d: (
            d["renewal"].update(patience_days=patience),
            d["plans"][0].update(tld="com"),
        )
    )
    assert ["hears of it 6 days after" in each for each in found] == [True] * warned


@pytest.mark.parametrize(
    ("days_before", "missed"),
    [
        ([30, 7], []),
        ([26, 4], []),
        ([35, 10, 1], []),
        ([36, 7], ["a month"]),
        ([25, 7], ["a month"]),
        ([30, 11], ["a week"]),
        ([30, 3], ["a week"]),
        ([], ["a month", "a week"]),
    ],
)
def test_who_sells_a_generic_name_is_asked_for_two_notices_before_the_expiry(
    days_before: list[int], missed: list[str]
) -> None:
    found = warnings_with(
        lambda d: (
            d["kinds"]["domain"].update(
                expiry_notices={"days_before": days_before, "days_after": [1]}
            ),
            d["plans"][0].update(tld="com"),
        )
    )
    assert [each.partition(":")[0] for each in found] == [
        "kinds.domain.expiry_notices.days_before"
    ] * len(missed)
    for each, name in zip(found, missed, strict=True):
        assert f"no day about {name} before the expiry; 'domain' can be had in .com" in each


def test_who_sells_countries_names_is_not_asked_for_them() -> None:
    def of_a_country(data: dict[str, Any]) -> None:
        del data["kinds"]["domain"]["expiry_notices"]
        data["plans"][0].update(tld="ch")

    assert warnings_with(of_a_country) == []


def test_notices_of_a_generic_name_that_are_not_sent_are_none() -> None:
    found = warnings_with(
        lambda d: (d["messages"].pop("expiry_noticed"), d["plans"][0].update(tld="com"))
    )
    assert [each.partition(":")[0] for each in found] == ["messages.expiry_noticed"]


@pytest.mark.parametrize(("days", "warned"), [([5], False), ([9, 5], False), ([6], True)])
def test_a_notice_of_its_own_within_five_days_makes_up_for_a_late_word(
    days: list[int], warned: bool
) -> None:
    """An end may wait so long for a renewal that "expired" is said too late."""
    rule = {"days_before": [30, 7], "days_after": days}
    found = warnings_with(
        lambda d: (
            d["kinds"]["domain"].update(expiry_notices=rule),
            d["renewal"].update(patience_days=14),
            d["plans"][0].update(tld="com"),
        )
    )
    assert [each.partition(":")[0] for each in found] == ["renewal.patience_days"] * warned


def test_I12_of_the_shipped_policies_infomaniaks_says_what_is_asked_for_and_two_do_not() -> None:
    warned = {
        provider: {
            each.path for each in warnings(newest(provider), NEW_YEAR) if "ICANN" in each.says
        }
        for provider in shipped()
    }
    asked = {"kinds.domain.expiry_notices.days_before", "renewal.patience_days"}
    assert warned == {
        "infomaniak": set(),
        "kreativmedia": asked,
        "kriax": set(),
        "registrar-ru": set(),
        "svenska-domaner": asked,
    }


def test_an_immediate_cancellation_that_no_life_carries_out_is_a_warning() -> None:
    found = warnings_with(lambda d: d["actions"]["cancel"]["modes"].append("immediate"))
    assert [each.partition(":")[0] for each in found] == ["actions.cancel.modes"]


def test_a_life_that_could_end_at_once_and_is_never_asked_to_is_a_warning() -> None:
    found = warnings_with(lambda d: life(d).update(immediate="terminate"))
    assert [each.partition(":")[0] for each in found] == ["kinds.domain.lives[0].immediate"]


TAKEN = "can never match: the lives before it take everything it selects"
SELECTORS: list[tuple[list[dict[str, Any]], list[str]]] = [
    ([{"tlds": ["ch"]}, {}], []),
    ([{}, {"tlds": ["ch"]}], [f"lives[1]: {TAKEN}"]),
    ([{"tlds": ["ch"]}, {"tlds": ["ch"], "terms": [12]}, {}], [f"lives[1]: {TAKEN}"]),
    ([{"tlds": ["ch"]}, {"tlds": ["ch", "li"]}, {}], [f"lives[1].tlds: 'ch' {TAKEN}"]),
    ([{"terms": [12]}, {"terms": [12, 24]}, {}], [f"lives[1].terms: 12 {TAKEN}"]),
    ([{"tlds": ["ch"], "terms": [12]}, {"tlds": ["ch"]}, {}], []),
    ([{"tiers": ["silver"]}, {}], ["lives[0]: can never match: no plan of the kind leads to it"]),
]


@pytest.mark.parametrize(("lives", "says"), SELECTORS)
def test_a_selector_that_never_matches_is_a_warning(
    lives: list[dict[str, Any]], says: list[str]
) -> None:
    found = warnings_with(lambda d: d["kinds"]["domain"].update(lives=lives))
    assert found == [f"kinds.domain.{each}" for each in says]


def test_a_downgrade_on_a_tier_that_no_plan_has_is_a_warning() -> None:
    found = warnings_with(
        lambda d: (
            free_box(d),
            life(d, "box").update(downgrade={"parent_tiers": ["gold", "lead"], "plan": "free"}),
        )
    )
    assert found == [
        "kinds.box.lives[0].downgrade.parent_tiers: can never match: no plan is of the tier 'lead'"
    ]


def test_a_kind_that_is_sold_no_more_is_a_warning() -> None:
    found = warnings_with(lambda d: d["plans"][1].update(orderable=False))
    assert found == [
        "kinds.box: has no plan that can be ordered: only imported contracts are of it"
    ]
