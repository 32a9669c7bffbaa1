"""`make prove`: the long searches all the way; `make test` runs a slice of each, always the same.

What a search found with a seed is found again with it: `make prove SEED=7`.
"""

from __future__ import annotations

import argparse
import sys

from local import layers
from local.progress import say

# What the tests go by: tests/searches.py.
PROVING, SEED = "TACIT_PROVE", "TACIT_SEED"
SEARCHED = ("unit", "integration", "repository", "e2e")
# A search of an hour must not wait behind another one while a processor has nothing to do.
DEALT = "worksteal"


def main() -> int:
    parser = argparse.ArgumentParser("python -m local.prove", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="what random searches begin with")
    seed = str(parser.parse_args().seed)
    options = ("-m", "search", f"--hypothesis-seed={seed}")
    variables = {PROVING: "1", SEED: seed}
    results = {
        layer: layers.run(layer, *options, variables=variables, dealt=DEALT) for layer in SEARCHED
    }
    for layer, (code, seconds) in results.items():
        told = "found nothing wrong" if code == 0 else f"FAILED (pytest says {code}, seed {seed})"
        say(f"{layers.title(layer):15} {seconds:6.1f} s  {told}")
    return 1 if any(code for code, _ in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
