"""What operators do with dead letters: `python -m tacit.redrive`."""
