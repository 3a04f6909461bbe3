"""What all tests share."""

from hypothesis import settings

# Timing is never a test: a loaded machine must not make a law fail.
settings.register_profile("nsia-pass", deadline=None)
settings.load_profile("nsia-pass")
