"""Every write on what all apps share, by subject."""
