"""The sample portfolio: contracts in every state of their life, for a stack to be looked at, and
accounts that pay for some of them.

`contracts.toml` and `accounts.toml` are the data, with days counted from the day of the first fill.
"""
