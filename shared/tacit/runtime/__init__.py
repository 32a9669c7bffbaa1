"""The edge to AWS and to people: requests, jobs, the clock, mail, what is logged."""
