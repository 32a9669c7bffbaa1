"""Messages by hand at their doors: reading what is asked, and the JSON that clients read."""

from typing import Any

from tacit.domain.refusals import Invalid
from tacit.domain.tickets.by_hand import (
    LONGEST,
    DropMessage,
    HoldMessage,
    MessageAsItIs,
    MessageByHand,
    MessageChange,
    MessageDecision,
    SendMessage,
    UndoMessage,
)
from tacit.domain.tickets.decision import BUYER
from tacit.domain.values import Actor, Role
from tacit.replies import Answer
from tacit.runtime import shapes
from tacit.runtime.answers import dumps
from tacit.runtime.shapes import Body

_NOTHING = {
    "already_held": "Nothing to do: the message is held, and leaves when that is over.",
    "already_undone": "Nothing to do: the message is undone already.",
    "already_sent": "Nothing to do: the message has left already. It is not sent a second time.",
    "already_dropped": "Nothing to do: the message is dropped already.",
}


def subject(given: object) -> str:
    """The order that a message is about; raises Invalid."""
    if given is None:
        raise Invalid("subject", "is missing", "missing_field")
    return shapes.identifier("subject", given)


def written(data: dict[str, Any], actor: Actor) -> HoldMessage:
    """The body of POST /messages; raises Invalid."""
    body = Body(data)
    body.need("subject", shapes.identifier)
    wanted = HoldMessage(
        by=actor,
        to=body.need("to", _to),
        text=body.need("text", shapes.prose(LONGEST)),
    )
    body.end()
    if not wanted.text.strip():
        raise Invalid("text", "is missing", "missing_field")
    return wanted


def undoing(data: dict[str, Any], actor: Actor) -> UndoMessage:
    Body(data).end()
    return UndoMessage(actor)


def sending(data: dict[str, Any], actor: Actor) -> SendMessage:
    Body(data).end()
    return SendMessage(actor)


def dropping(data: dict[str, Any], actor: Actor) -> DropMessage:
    Body(data).end()
    return DropMessage(actor)


def message_json(message: MessageByHand, role: Role) -> dict[str, Any]:
    """The organiser learns that staff wrote it, not who."""
    named = role is Role.STAFF or message.by.role is not Role.STAFF
    return {
        "id": message.id,
        "subject": message.order_id,
        "to": message.to,
        "text": message.text,
        "status": message.status,
        "held_until": message.held_until,
        "sent_at": message.sent_at,
        "by": {
            "role": str(message.by.role),
            **({"id": message.by.subject} if named else {}),
        },
    }


def held_answer(decision: MessageDecision, role: Role) -> Answer:
    return _answer(201, decision, role)


def command_answer(decision: MessageDecision, role: Role) -> Answer:
    return _answer(200, decision, role)


def _answer(status: int, decision: MessageDecision, role: Role) -> Answer:
    """The answer of every command, with the message in the place of a contract."""
    events = decision.events if isinstance(decision, MessageChange) else ()
    body = {
        "message": message_json(decision.message, role),
        "events": [{"type": e.type, "at": e.at, "data": dict(e.data)} for e in events],
        "charges": [],
        "messages": [],
        "warnings": _warnings(decision),
    }
    return Answer(status, dumps(body))


def _warnings(decision: MessageDecision) -> list[dict[str, str]]:
    if isinstance(decision, MessageAsItIs):
        return [{"code": decision.code, "detail": _NOTHING[decision.code]}]
    return []


@shapes.takes("string", maxLength=254, examples=[BUYER])
def _to(field: str, value: Any) -> str:
    return BUYER if value == BUYER else shapes.email(field, value)
