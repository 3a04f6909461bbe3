"""Clients, subscriptions, coverage periods, beneficiaries, police numbers and the view `contrats`."""
