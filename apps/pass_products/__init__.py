"""The catalogue: products, guarantees, schedules and quotes."""
