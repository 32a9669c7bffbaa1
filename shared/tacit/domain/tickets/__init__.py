"""Ticket orders and the shops they are placed in: what may happen to them, and when."""
