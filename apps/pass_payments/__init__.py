"""Payments and their journal, the views that allocate them, and what a client reads of her account."""
