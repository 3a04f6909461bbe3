"""Structured logs: one JSON line an event, with the request id, without personal data (see `nsia_pass_api.logs`)."""

from .environment import PRODUCTION, text

LOG_LEVEL = text("LOG_LEVEL", "INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = text("LOG_FORMAT", "json" if PRODUCTION else "console", choices=("json", "console"))
LOGGING_CONFIG = "nsia_pass_api.logs.configure"
LOGGING = {"level": LOG_LEVEL, "format": LOG_FORMAT}
