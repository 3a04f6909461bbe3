"""The Django admin, dressed by unfold."""

UNFOLD = {
    "SITE_TITLE": "NSIA PASS",
    "SITE_HEADER": "NSIA PASS",
    "SITE_SUBHEADER": "Back-office",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
}
