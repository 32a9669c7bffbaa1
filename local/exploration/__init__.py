"""Every state that the pure core can reach, and every step out of each: walked, not sampled."""
