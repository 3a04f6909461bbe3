"""Who is who: agents (the Django users), kiosks, client sessions and their tokens."""
