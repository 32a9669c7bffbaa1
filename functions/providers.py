"""Providers over HTTP: what can be ordered, and the numbers of the policy in force."""

from typing import Any

from tacit.domain.days import Unit
from tacit.domain.policy import Anchor, Inactivity, Kind, Phase, Plan, PlanChanging, Policy
from tacit.domain.refusals import NotFound
from tacit.domain.tickets.rules import Ticketing
from tacit.policies import UnknownPolicy, newest
from tacit.replies import Answer
from tacit.runtime.answers import dumps, money_json
from tacit.runtime.doors import Door, Reply, api, lambda_handler, page_answer, respond

app = api()


@app.get("/providers/<id>/plans")
def list_plans(id: str) -> Reply:
    plans = _policy(Door(app)).plans.values()
    return respond(page_answer([_plan_json(plan) for plan in plans if plan.orderable], None))


@app.get("/providers/<id>/policy")
def get_policy(id: str) -> Reply:
    return respond(Answer(200, dumps(_policy_json(_policy(Door(app))))))


def _policy(door: Door) -> Policy:
    try:
        found = newest(door.id())
    except UnknownPolicy:
        raise NotFound("provider") from None
    door.known_query()
    return found


def _plan_json(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "kind": plan.kind,
        "tier": plan.tier,
        "tld": plan.tld,
        "term_months": plan.term_months,
        "price": money_json(plan.price),
        "max_quantity": plan.max_quantity,
    }


def _policy_json(policy: Policy) -> dict[str, Any]:
    """What a customer may know: every number that governs his contracts."""
    return {
        "policy": policy.name,
        "provider": policy.provider,
        "version": policy.version,
        "zone": policy.zone.key,
        "currency": policy.currency,
        "locale": policy.locale,
        "contact": {"email": policy.contact.email, "form": policy.contact.form},
        "customer_sees": sorted(policy.customer_sees),
        "expired_notice_days": policy.expired_notice_days,
        "renewal": {
            "lead_days": policy.renewal.lead_days,
            "patience_days": policy.renewal.patience_days,
        },
        "actions": {
            name: {"by": sorted(rule.by), "channel": rule.channel, "modes": rule.modes}
            for name, rule in policy.actions.items()
        },
        "kinds": {name: _kind_json(kind) for name, kind in policy.kinds.items()},
        "plan_change": policy.plan_change and _plan_change_json(policy.plan_change),
        "ticketing": policy.ticketing and _ticketing_json(policy.ticketing),
    }


def _plan_change_json(rule: PlanChanging) -> dict[str, Any]:
    return {
        "kinds": sorted(rule.kinds),
        "cooldown_days": rule.cooldown_days,
        "min_days_after_change": rule.min_days_after_change,
        "unlimited_option": rule.unlimited_option,
        "pass_option": rule.pass_option,
    }


def _ticketing_json(rule: Ticketing) -> dict[str, Any]:
    """What a shop begins with, and what holds for its buyers whatever it sets."""
    return {
        "days_before_first_reminder": rule.days_before_first_reminder,
        "reminders": rule.reminders,
        "closes_days_before_event": rule.closes_days_before_event,
        "anchor": rule.anchor,
        "bank_delay_days": rule.bank_delay_days,
        "mail_hour": rule.mail_hour,
        "commission_percent": rule.commission_percent,
        "refund_methods": sorted(rule.refund_methods),
        "insurer": rule.insurer and {"name": rule.insurer.name, "contact": rule.insurer.contact},
        "hold_seconds": rule.hold_seconds,
    }


def _kind_json(kind: Kind) -> dict[str, Any]:
    return {
        "unique_label": kind.unique_label,
        "after_the_end": [
            {
                "tlds": sorted(life.tlds),
                "tiers": sorted(life.tiers),
                "terms": sorted(life.terms),
                "notice_days": life.notice_days,
                "immediate": life.immediate,
                "inactive": life.inactive and _inactive_json(life.inactive),
                "downgrade": life.downgrade
                and {
                    "parent_tiers": sorted(life.downgrade.parent_tiers),
                    "plan": life.downgrade.plan,
                },
                "phases": [_phase_json(phase) for phase in life.phases],
            }
            for life in kind.lives
        ],
    }


def _inactive_json(rule: Inactivity) -> dict[str, Any]:
    return {
        "when": sorted(rule.when),
        "days": rule.days,
        "until": None if rule.days is not None else Anchor.REGISTRY_EXPIRY,
    }


def _phase_json(phase: Phase) -> dict[str, Any]:
    restore = phase.restore
    return {
        "name": phase.name,
        **{
            unit: phase.length.count if phase.length and phase.length.unit is unit else None
            for unit in Unit
        },
        "anchor": phase.anchor,
        "served": phase.served,
        "restore": restore
        and {
            "by": sorted(restore.by),
            "channel": restore.channel,
            "price": restore.price,
            "fee": money_json(restore.fee) if restore.fee else None,
            "multiple": restore.multiple,
            "counted_from": restore.counted_from,
        },
    }


handler = lambda_handler(app)
