"""Tacit: the life of contracts, decided by policy and carried out exactly once."""
