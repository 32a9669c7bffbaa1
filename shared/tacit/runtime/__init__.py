"""The edge to AWS and to people: requests, jobs, the clock, mail, what is logged."""

import gc

# Importing makes hundreds of thousands of objects, and all of them stay: to look for garbage among
# them takes a tenth of a cold start. docs/performance.md has the figures.
gc.set_threshold(200_000)
