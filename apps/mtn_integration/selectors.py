"""What was said with MTN about one of our references: `pages.py` names it."""

from apps.mtn_integration.services import TRACES

echanges = TRACES.derniers_echanges
