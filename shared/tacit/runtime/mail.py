"""From an event on the bus to mails: the address is read when it is sent, never before."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tacit.domain.codes import code_of
from tacit.domain.days import LATEST, add_days, local_day
from tacit.domain.notices import can_be_renewed
from tacit.domain.outdated import is_outdated
from tacit.domain.plan_quote import change_id
from tacit.domain.policy import ActionRule, Channel, Phase, Policy, RestoreRule
from tacit.domain.tickets.decision import order_in
from tacit.domain.tickets.overtaken import is_overtaken
from tacit.domain.values import Contract, Role, Status
from tacit.domain.warranty import steps_in
from tacit.runtime.clock import wall_now
from tacit.runtime.letters import Value, letter
from tacit.runtime.letters.plan_changes import of_plan_change
from tacit.runtime.letters.tickets import of_ticket_order
from tacit.runtime.observability import log_unexpected, logger
from tacit.runtime.posting import post
from tacit.runtime.stack import Stack
from tacit.store import keys
from tacit.store.messages import Messages
from tacit.store.shops import ShopBook
from tacit.store.ticket_orders import TicketBook
from tacit.versions import policy_of

# To whom, and the part of the message's key that tells the one's mail from the other's.
_KEY_PARTS = {"holder": "email", "staff": "email-staff", "buyer": "email"}


class Mailer:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._messages = Messages(stack.table)

    def deliver(self, detail: Mapping[str, Any]) -> int:
        """Send what the event asks for and has not left yet; how many mails that were.

        Raises where a mail could not be sent, once the others have had their try: the queue brings
        the event again, and at last keeps it where a person looks.
        """
        sent = 0
        failures = []
        for message in detail["messages"]:
            if message["channel"] != "email":
                continue
            try:
                sent += self._once(message["kind"], message.get("to", "holder"), detail)
            except Exception as error:
                failures.append(error)
        for further in failures[1:]:
            log_unexpected(further)
        if failures:
            raise failures[0]
        return sent

    def _once(self, kind: str, to: str, detail: Mapping[str, Any]) -> bool:
        """Whether a mail has left now. Where nobody is to be written to, or it would say what is
        not so any more, the message is done."""
        order_id = order_in(detail["subject"])
        pk, _ = keys.ticket_order(order_id) if order_id else keys.contract(detail["subject"])
        key = keys.message(pk, detail["number"], kind, _KEY_PARTS[to])
        if not self._messages.claim(key, wall_now()):
            return False
        sent = self._to_buyer(order_id, kind, detail) if order_id else self._of(kind, to, detail)
        self._messages.sent(key)
        return sent

    def _to_buyer(self, order_id: str, kind: str, detail: Mapping[str, Any]) -> bool:
        """About a ticket order, in the buyer's language."""
        order = TicketBook(self._stack.table).order(order_id)
        if order is None or is_overtaken(kind, detail["data"], order):
            return False
        shop = ShopBook(self._stack.table).shop(order.shop_id)
        name = shop.settings.name if shop is not None else order.shop_id
        values = of_ticket_order(order, name, detail["data"])
        post(self._stack, order.buyer.email, letter(kind, order.buyer.locale, values))
        return True

    def _of(self, kind: str, to: str, detail: Mapping[str, Any]) -> bool:
        """About a contract."""
        contract = self._stack.repository.contract(detail["subject"])
        now = self._stack.clock.now()
        wanted = contract is not None and not is_outdated(kind, detail["data"], contract, now)
        return contract is not None and wanted and self._write(contract, kind, to, detail)

    def _write(self, contract: Contract, kind: str, to: str, detail: Mapping[str, Any]) -> bool:
        """To the holder in the contract's language, to staff in the policy's."""
        rules = policy_of(contract)
        values = _values(contract, rules, detail)
        if kind in ("plan_change_code", "plan_changed"):
            values |= of_plan_change(contract, rules, detail["data"])
        if kind == "renewal_reversed":
            values |= {"tried_again": self._tried_again(contract, rules)}
        if kind == "plan_change_code":
            values |= {"code": self._code(contract)}
        if to == "holder":
            post(self._stack, contract.email, letter(kind, contract.locale, values))
            return True
        if not rules.contact.staff:
            logger().warning("no address of staff", policy=rules.name, message_kind=kind)
            return False
        post(self._stack, rules.contact.staff, letter(f"{kind}_staff", rules.locale, values))
        return True

    def _tried_again(self, contract: Contract, rules: Policy) -> bool:
        """Whether a run will renew it, as it stands when the letter leaves: nothing of what was
        cancelled, or is not to be renewed by itself (S1)."""
        order = self._stack.repository.order(contract.order_id)
        wanted = order is not None and order.autorenewal
        return can_be_renewed(contract) and (wanted or steps_in(contract, rules))

    def _code(self, contract: Contract) -> str | None:
        """Worked out here and nowhere kept (X10)."""
        change = contract.plan_change
        if change is None:
            return None
        return code_of(self._stack.secret, change_id(contract, change), change.quote_id)


def _values(contract: Contract, rules: Policy, detail: Mapping[str, Any]) -> dict[str, Value]:
    """What the letters may name: `last_day…` are inclusive. Dates are those of the event, not those
    of a later change."""
    data = detail["data"]
    over = data.get("why") == "noticed_after"
    phase = data.get("phase") or (contract.phase if over else None)
    until = contract.restorable_until if over else _day(data.get("restorable_until"))
    return {
        "label": contract.label,
        "contract": contract.id,
        "happened_on": local_day(keys.read_instant(detail["at"]), rules.zone),
        "expires_on": _day(data.get("expires_on")) or contract.expires_on,
        "last_day": _day(data.get("last_day_to_reactivate")),
        "last_day_to_restore": _last_day(until),
        "last_day_off": _last_day(_day(data.get("until_on"))),
        "last_day_of_phase": _last_day(_day(data.get("phase_ends_on"))),
        "amount": _money(data, "amount"),
        "money_back": _money(data, "money_back"),
        "by_hand": data.get("by_hand"),
        "reference": data.get("reference"),
        "plan": data.get("plan"),
        "trial": bool(data.get("trial_days")),
        "ordered": contract.status is Status.PENDING,
        "pay_by": _deadline(data.get("due_on")),
        "account": data.get("account_id"),
        "short": _money(data, "short"),
        "ahead": ", ".join(str(data.get("ahead") or "").split(",")),
        "top_up_by": _deadline(data.get("until")),
        "over": over,
        "phase": phase,
        "contact": tuple(filter(None, (rules.contact.email, rules.contact.form))),
        "undone_online": _by_holder(rules.actions.get("reactivate")),
        **_ways_back(_phase(contract, rules, phase)),
    }


def _ways_back(phase: Phase | None) -> dict[str, Value]:
    """How the phase is left backwards: by the holder himself, through support, or not at all."""
    rule = phase.restore if phase else None
    return {
        "served": phase is not None and phase.served,
        "restored_online": _by_holder(rule),
        "restored_on_request": rule is not None and not _by_holder(rule),
        "restored_for_a_fee": rule is not None and "fee" in rule.price,
        "not_restored": phase is not None and rule is None,
    }


def _by_holder(rule: ActionRule | RestoreRule | None) -> bool:
    return rule is not None and rule.channel is Channel.ONLINE and Role.HOLDER in rule.by


def _phase(contract: Contract, rules: Policy, name: str | None) -> Phase | None:
    """The phase the event speaks of; the contract may be in another one by now."""
    return next((p for p in rules.life_of(contract).phases if p.name == name), None)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _deadline(text: str | None) -> date | None:
    """A day to pay by; what is ordered waits, and has none."""
    day = _day(text)
    return day if day != LATEST else None


def _money(data: Mapping[str, Any], name: str) -> str | None:
    return f"{data[name]} {data['currency']}" if data.get(name) else None


def _last_day(end: date | None) -> date | None:
    """The last day before an exclusive end."""
    return add_days(end, -1) if end else None
