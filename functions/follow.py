"""Brings along what hangs on a contract that has changed; one failure is not another's."""

import json
from typing import Any

from tacit.runtime.family import Family
from tacit.runtime.observability import count
from tacit.runtime.queue import each_message
from tacit.runtime.stack import stack


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    family, followed = Family(stack()), 0

    def bring_along(body: str) -> None:
        nonlocal followed
        followed += family.bring_along(json.loads(body)["detail"]["subject"])

    answer = each_message(event, bring_along)
    count({"Followed": followed})
    return answer
