"""The conversation in which a client declares or follows a claim: a pure machine, and what stores it."""
