"""`python -m local.story`: the lives of a few contracts before the reader's eyes, over HTTP.

Everything is asked of the running stack with real tokens, on contracts of this run's own. The test
clock is moved to days that are past, so that the sample portfolio stays as it is, and given back.
"""

from __future__ import annotations

import sys

from local.description import running
from local.progress import Trouble
from local.story_asking import Story
from local.story_chapters import tell
from local.story_page import Page


def main() -> int:
    try:
        tell(Story(running(), Page()))
    except (Trouble, OSError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
