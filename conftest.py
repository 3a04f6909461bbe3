"""What all tests share."""

from hypothesis import settings

# Timing is never a test: a loaded machine must not make a law fail.
# Half of Hypothesis' own number of examples: each run of CI draws others.
settings.register_profile("nsia-pass", deadline=None, max_examples=50)
settings.load_profile("nsia-pass")
