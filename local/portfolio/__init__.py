"""The sample portfolio: contracts in every state of their life, for a stack to be looked at.

`contracts.toml` is the data, with days counted from the day of the first fill.
"""
