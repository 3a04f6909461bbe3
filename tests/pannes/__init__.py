"""Real processes on a real database, killed at every boundary of a payment's way: what was promised is kept."""
