"""`python -m local.errors_page`: write docs/errors.md from the one error table in code."""

from __future__ import annotations

import re
import sys

from local.places import ROOT

PAGE = ROOT / "docs" / "errors.md"

INTRODUCTION = """\
# Errors

Made from `runtime/problem_table.py` by `python -m local.errors_page`. Do not edit it by hand.

Every refusal is an `application/problem+json` document (RFC 9457):

| field | for | what it is |
|---|---|---|
| `type` | programs | `urn:tacit:problem:` and the code |
| `title` | people | the kind of refusal, in English |
| `status` | programs | the HTTP status again |
| `detail` | people | what is wrong with this very request, in English |
| `code` | programs | stable; decide by this, never by the texts |
| `params` | programs | the values behind the detail, to word your own message |

`params.available_from` is there when the same wish will be granted later: it is the first such day.

Questions are asked in this order, and the first no is the answer: 401, 400, 403, 404, 422, 410,
409.
What belongs to somebody else is 404, exactly as what is not there.
A wish that is fulfilled already is no error: it answers 200 with a warning, and changes nothing.
No answer shows a contract that is no longer shown to the caller: where a command would, it is 410,
unless it brings the contract back. What a rule refuses stays 409, with whom to ask.

Refusals and server errors are not stored under an `Idempotency-Key`: the key may be used again.
After a 409 `busy`, a 429 or a 5xx, do send the same request with the same key again.

Angle brackets stand for a value of `params`.
"""


def page() -> str:
    """The whole page, ending with a newline."""
    sys.path.insert(0, str(ROOT / "shared"))
    from tacit.runtime.problem_table import PROBLEMS

    lines = [INTRODUCTION, "| status | code | title | detail |", "|---|---|---|---|"]
    for code, entry in sorted(PROBLEMS.items(), key=lambda item: item[1].status):
        shown = f"`{code.removeprefix('gone_')}`"
        lines.append(f"| {entry.status} | {shown} | {entry.title} | {_detail(entry.detail)} |")
    return "\n".join(lines) + "\n"


def _detail(template: str) -> str:
    """`{contact[form]}` is shown as `<contact.form>`."""
    named = re.sub(r"{(\w+)\[(\w+)]}", r"`<\1.\2>`", template)
    return re.sub(r"{(\w+)}", r"`<\1>`", named).replace("Bearer <ID token>", "Bearer …")


def main() -> int:
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
