"""`python -m local.openapi`: write docs/openapi.json from the handlers."""

from __future__ import annotations

import sys

from local.places import ROOT


def main() -> int:
    sys.path[:0] = [str(ROOT / "shared"), str(ROOT / "functions")]
    from local.openapi.document import DOCUMENT, text

    DOCUMENT.write_text(text(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
