"""From an event on the bus to a mail: the address is read when it is sent, never before."""

from collections.abc import Mapping
from typing import Any

from tacit.domain.policy import Policy
from tacit.domain.values import Contract
from tacit.runtime.clock import wall_now
from tacit.runtime.letters import letter
from tacit.runtime.stack import Stack
from tacit.service import policy_of
from tacit.store import keys
from tacit.store.messages import Messages


class Mailer:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._messages = Messages(stack.table)

    def deliver(self, detail: Mapping[str, Any]) -> int:
        """Send what the event asks for and has not left yet; how many mails that were.

        Raises where a mail could not be sent: the queue brings the event again, and at last
        keeps it where a person looks.
        """
        pk, _ = keys.contract(detail["subject"])
        sent = 0
        for message in detail["messages"]:
            if message["channel"] != "email":
                continue
            key = keys.message(pk, detail["number"], message["kind"], message["channel"])
            if not self._messages.claim(key, wall_now()):
                continue
            contract = self._stack.repository.contract(detail["subject"])
            if contract is not None:
                self._send(contract, message["kind"], detail["data"])
                sent += 1
            self._messages.sent(key)
        return sent

    def _send(self, contract: Contract, kind: str, data: Mapping[str, Any]) -> None:
        values = _values(contract, policy_of(contract), data)
        subject, text = letter(kind, contract.locale, values)
        self._stack.client("sesv2").send_email(
            FromEmailAddress=self._stack.settings.sender,
            Destination={"ToAddresses": [contract.email]},
            Content={
                "Simple": {
                    "Subject": {"Data": subject, "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": text.strip() + "\n", "Charset": "UTF-8"}},
                }
            },
        )


def _values(contract: Contract, rules: Policy, data: Mapping[str, Any]) -> dict[str, str]:
    """What the texts may name. Dates are those of the event, not those of a later change."""
    contact = " ".join(filter(None, (rules.contact.email, rules.contact.form)))
    return {
        "label": contract.label,
        "contract": contract.id,
        "expires_on": str(data.get("expires_on") or contract.expires_on),
        "last_day": str(data.get("last_day_to_reactivate") or "-"),
        "amount": f"{data.get('amount', '')} {data.get('currency', '')}".strip(),
        "contact": contact,
    }
